// One document beside the one in view: what became of it, in a few words, and its members and versions on demand.
import { useState } from 'react';
import { hashOf } from './address.js';
import { differences } from './differences.js';
import { Fields } from './document.jsx';
import { firstVersion, versionAt, versionBefore } from './histories.js';
import { wordAt } from './json.js';
import { Message, Status, titleOf, Trouble } from './parts.jsx';
import { microsOf, shown, span } from './time.js';
import { Versions } from './versions.jsx';

/** Whether it is there at the instant, in words when it is not. */
export const stateAt = (document, read, instant) => {
  if (document) return { document, version: versionAt(read, instant) };
  if (!read) return { words: 'not there' };
  const version = versionAt(read, instant);
  if (version?.deleted) return { version, words: `deleted at ${shown(version.recorded)}` };
  if (version) return { version, document: version.document };
  const first = firstVersion(read);
  return { words: first ? `did not exist yet: it is of ${shown(first.recorded)}` : 'does not exist' };
};

/** The members that differ from the version before. */
export const changesOf = (read, version) => {
  const before = versionBefore(read, version)?.document;
  return before && version?.document ? differences(before.node, version.document.node) : [];
};

/** How long after the raw event: by what the documents say, and by when they were recorded. */
export const factsOf = ({ entity, document, read }, raw) => {
  const duration = wordAt(document, entity.duration);
  const [said, saidRaw] = [microsOf(wordAt(document, entity.time)), raw && microsOf(wordAt(raw.document, raw.entity.time))];
  const [first, firstRaw] = [firstVersion(read)?.recorded, raw && firstVersion(raw.read)?.recorded];
  return [
    duration !== undefined && ['took', `${duration} ms`, entity.duration],
    Number.isFinite(said - saidRaw) && ['processed', `${span(said - saidRaw)} after it`, `from ${raw.entity.time} to ${entity.time}`],
    Number.isFinite(first - firstRaw) && ['recorded', `${span(first - firstRaw)} after it`, 'from the first version there to the first version here'],
    Number.isFinite(said) && [entity.time.replaceAll('_', ' '), shown(said), entity.time],
  ].filter(Boolean);
};

export const Facts = ({ facts }) => (
  <dl className="facts">
    {facts.map(([name, value, title]) => (
      <div key={name} title={title}>
        <dt>{name}</dt> <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

const More = ({ entity, id, state, read, at, choose, histories }) => (
  <div className="more">
    {state.document && <Fields entity={entity} document={state.document} at={at} changes={changesOf(read, state.version)} />}
    <Versions entity={entity} read={read} current={state.version} choose={choose} more={() => histories.more(entity, id)} />
  </div>
);

/** `raw`: {entity, document, read} of the one that it is measured against, if any; `known`: the document as it is at another instant. */
export const Card = ({ entity, id, document, known, error, isLoading, read, instant, at, raw, choose, histories, relation }) => {
  const [isOpen, setOpen] = useState(false);
  const state = stateAt(document, read, instant);
  const named = state.document ?? known ?? read?.versions.find((version) => version.document)?.document; // as it is called at another instant
  const count = read ? `${read.versions.length}${read.after ? '+' : ''}` : '…';
  return (
    <article className={state.document ? 'card' : 'card absent'}>
      <header>
        {state.document && <Status word={wordAt(state.document, entity.status)} />}
        <a className="title" href={hashOf({ entity: entity.name, id, at })}>
          {named ? titleOf(entity, named) : id}
        </a>
        {relation && <span className="note">{relation}</span>}
        <code className="id">{id}</code>
      </header>
      {error && <Trouble error={error} what={entity.name} />}
      <Message entity={entity} document={state.document} />
      {!state.document && !error && <p className="note">{isLoading ? 'Reading…' : state.words}</p>}
      {state.document && <Facts facts={factsOf({ entity, document: state.document, read }, raw)} />}
      {(state.document || read) && (
        <details onToggle={(event) => event.target === event.currentTarget && setOpen(event.currentTarget.open)}>
          <summary>
            members and versions{' '}
            <span className="note">
              ({state.version ? `version ${state.version.version} of ` : ''}
              {count})
            </span>
          </summary>
          {isOpen && <More entity={entity} id={id} state={state} read={read} at={at} choose={choose} histories={histories} />}
        </details>
      )}
    </article>
  );
};
