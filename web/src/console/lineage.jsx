// The lineage of one document: where it comes from, itself, what was made of it; all as of one instant.
import { useEffect, useRef, useState } from 'react';
import { hashOf, stay, useArrival } from './address.js';
import { Card, changesOf, Facts, factsOf, stateAt } from './card.jsx';
import { Fields } from './document.jsx';
import { useHistories } from './histories.js';
import { wordAt } from './json.js';
import { Lifecycle } from './lifecycle.jsx';
import { look, useLineage } from './lineage.js';
import { Copy, Counts, Message, Status, titleOf, Trouble } from './parts.jsx';
import { Scale } from './scale.js';
import { graphiqlUrl, idOf, restUrl } from './service.js';
import { instantText, lastMicros } from './time.js';
import { Timeline } from './timeline.jsx';
import { Versions } from './versions.jsx';
import { watch } from './watch.js';

const absentMax = 25;

/**
 * {id, document, known} of each that is there, and of some that were seen at another instant and are not: `document` is missing then. They
 * keep their places while the instant changes.
 */
const itemsOf = (seen, documents) => {
  const present = new Map(documents.map((document) => [idOf(document), document]));
  let absent = 0;
  return [...(seen ?? [])].map(([id, known]) => ({ id, known, document: present.get(id) })).filter(({ document }) => document || (absent += 1) <= absentMax);
};

const Heading = ({ entity, id, state, title, at, isLoading, refresh }) => {
  const heading = useRef(null);
  useArrival(title, heading);
  return (
    <header className="heading">
      <p className="kind">
        {entity.name} <Status word={wordAt(state.document, entity.status)} />
      </p>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p className="actions">
        <code className="id">{id}</code> <Copy text={id} what="the id" />
        {graphiqlUrl(entity, id, at) && (
          <a href={graphiqlUrl(entity, id, at)} target="_blank" rel="noreferrer">
            ask in GraphQL
          </a>
        )}
        {restUrl(entity, id, at) && (
          <a href={restUrl(entity, id, at)} target="_blank" rel="noreferrer">
            read over REST
          </a>
        )}
        <button type="button" className="small" onClick={refresh}>
          {isLoading ? 'Reading…' : 'Refresh'}
        </button>
      </p>
    </header>
  );
};

/** What the first of those that it comes from is measured by. */
const measureOf = (parent, histories) =>
  parent?.document && { entity: parent.link.to, document: parent.document, read: histories.of(parent.link.to, parent.id) };

const Focus = ({ entity, id, state, read, at, choose, histories, parent }) => (
  <section className="centre" aria-label="The document">
    <div>
      <h2>
        Document
        {state.version && (
          <span className="note">
            version {state.version.version} of {read.versions[0].version}
          </span>
        )}
        {state.document && <Copy text={state.document.text} label="Copy JSON" what="the document's JSON" />}
      </h2>
      <Message entity={entity} document={state.document} />
      {parent && state.document && <Facts facts={factsOf({ entity, document: state.document, read }, measureOf(parent, histories))} />}
      {state.document ? (
        <Fields entity={entity} document={state.document} at={at} changes={changesOf(read, state.version)} />
      ) : (
        <p className="absence">As of this instant: {state.words}.</p>
      )}
    </div>
    <div>
      <h2>
        Versions <span className="note">{read && `${read.versions.length}${read.after ? '+' : ''}`}</span>
      </h2>
      <Versions entity={entity} read={read} current={state.version} choose={choose} more={() => histories.more(entity, id)} />
    </div>
  </section>
);

const Parents = ({ lineage, shared }) =>
  lineage.parents.length > 0 && (
    <section aria-label="Comes from">
      <h2>Comes from</h2>
      {lineage.parents.map(({ link, id, document, error, isLoading }) => (
        <Card
          key={link.key}
          {...{ id, document, error, isLoading, ...shared }}
          entity={link.to}
          relation={`${link.to.name}, by ${link.key}`}
          read={shared.histories.of(link.to, id)}
        />
      ))}
    </section>
  );

const Children = ({ child, index, lineage, shared, raw }) => {
  const { link, documents, after, error, isLoading } = child;
  const entity = link.from;
  return (
    <section aria-label={entity.name} aria-busy={isLoading}>
      <h2>
        {entity.name}{' '}
        <span className="note">
          {documents.length}
          {after ? '+' : ''} by {link.key}
        </span>
      </h2>
      {error && <Trouble error={error} what={entity.name} />}
      <Counts documents={documents} entity={entity} more={Boolean(after)} />
      {documents.length === 0 && !isLoading && !error && <p className="note">None{shared.at ? ' as of this instant' : ' yet'}.</p>}
      {itemsOf(lineage.seen.get(index), documents).map((item) => (
        <Card key={item.id} {...{ entity, raw, ...item, ...shared }} read={shared.histories.of(entity, item.id)} isLoading={isLoading} />
      ))}
      {after && (
        <button type="button" onClick={() => lineage.more(index)} disabled={isLoading}>
          Show more {entity.name}
        </button>
      )}
    </section>
  );
};

const Resolved = ({ one: { relation, documents, errors, isLoading }, at }) => (
  <section aria-label={relation.field}>
    <h2>
      {relation.field} <span className="note">{relation.url ? `from ${relation.url}` : 'as its resolver gives it'}</span>
    </h2>
    {errors.map((error, index) => (
      <Trouble key={index} error={error} what={relation.field} />
    ))}
    {documents.length === 0 && errors.length === 0 && <p className="note">{isLoading ? 'Asking…' : 'None.'}</p>}
    {documents.map((document, index) => (
      <article className="card" key={index}>
        {relation.to && idOf(document) && (
          <a className="title" href={hashOf({ entity: relation.to.name, id: idOf(document), at })}>
            {titleOf(relation.to, document)}
          </a>
        )}
        <Fields entity={relation.to ?? relation.of} document={document} at={at} />
      </article>
    ))}
  </section>
);

/** All whose versions are on the time line: parents, the document, children. */
const tracksOf = ({ entity, id, known, lineage, histories }) => {
  const track = (kind, of, itsId, document) => ({
    entity: of,
    id: itsId,
    kind,
    label: document ? titleOf(of, document) : itsId,
    read: histories.of(of, itsId),
  });
  const children = lineage.children.flatMap(({ link, documents }, index) =>
    itemsOf(lineage.seen.get(index), documents).map((item) => track('child', link.from, item.id, item.document ?? item.known)),
  );
  const begin = ({ read }) => read?.versions.at(-1)?.recorded ?? Infinity;
  children.sort((one, other) => (begin(one) === begin(other) ? 0 : begin(one) - begin(other)));
  return [...lineage.parents.map((one) => track('parent', one.link.to, one.id, one.document)), track('focus', entity, id, known), ...children];
};

const secondsLater = [1, 60, 3600, 86_400, 30 * 86_400];

/** Looks for documents that were deleted: as of a few instants after the first version, and of those of the last ones. Once. */
const useProbes = (lineage, read, at, now) => {
  const isDone = useRef(false);
  useEffect(() => {
    if (isDone.current || at || lineage.isLoading || !read?.versions.length) return;
    isDone.current = true;
    const recorded = read.versions.map((version) => version.recorded);
    const later = secondsLater.map((seconds) => recorded.at(-1) + seconds * 1e6).filter((instant) => instant < now);
    const instants = [...later, ...recorded.slice(0, 4)].map(instantText);
    lineage.children.forEach((child, index) => child.after || lineage.probe(index, instants));
  });
};

/** Reads again when what is there now is not what is shown. */
const useFresh = (lineage, entity, id, at, refresh) => {
  const current = useRef(undefined);
  current.current = { lineage, refresh };
  useEffect(() => {
    if (at) return undefined;
    return watch(async (signal) => {
      const { lineage: seen } = current.current;
      if (seen.isLoading) return 0;
      const { changed, bytes } = await look(seen, entity, id, signal).catch(() => ({}));
      if (changed && !signal.aborted && current.current.lineage === seen) current.current.refresh();
      return bytes ?? 0;
    });
  }, [entity, id, at]);
};

/** The view of one document; another one gets another view. */
export const Lineage = ({ entity, id, at }) => {
  const [tick, setTick] = useState({ count: 0, now: Date.now() * 1000 });
  const lineage = useLineage(entity, id, at, tick.count);
  const histories = useHistories(`${entity.name} ${id}`, tick.count);
  const read = histories.of(entity, id);
  const instant = at ? lastMicros(at) : Infinity;
  const state = stateAt(lineage.document, read, instant);
  const known = state.document ?? read?.versions.find(({ document }) => document)?.document; // as it is called at another instant
  const tracks = tracksOf({ entity, id, known, lineage, histories });
  useEffect(() => tracks.forEach((track) => histories.want(track.entity, track.id)));

  const recorded = tracks.flatMap((track) => track.read?.versions.map((version) => version.recorded) ?? []);
  const scale = new Scale(recorded, recorded.reduce((most, one) => Math.max(most, one + 1), tick.now));
  const choose = (next) => stay({ entity: entity.name, id, at: next });
  const refresh = () => setTick(({ count }) => ({ count: count + 1, now: Date.now() * 1000 }));
  const shared = { instant, at, choose, histories };
  useProbes(lineage, read, at, tick.now);
  useFresh(lineage, entity, id, at, refresh);
  const isNowhere = !lineage.isLoading && !lineage.error && !lineage.document && read?.versions.length === 0 && Boolean(entity.rest);
  return (
    <div className={lineage.isLoading ? 'lineage loading' : 'lineage'} aria-busy={lineage.isLoading}>
      <Heading {...{ entity, id, state, at, refresh }} title={known ? titleOf(entity, known) : id} isLoading={lineage.isLoading} />
      {lineage.error && <Trouble error={lineage.error} what={entity.name} again={refresh} />}
      {isNowhere && <p className="absence">There is no such document in {entity.name}, and there never was one.</p>}
      {!isNowhere && (
        <>
          <Timeline tracks={tracks.filter((track) => track.read?.versions.length > 0)} scale={scale} at={at} commit={choose} isLoading={lineage.isLoading} />
          <Parents lineage={lineage} shared={shared} />
          <Focus {...{ entity, id, state, read, at, choose, histories }} parent={lineage.parents[0]} />
          <Lifecycle {...{ entity, id, at, instant }} tick={tick.count} />
        </>
      )}
      {lineage.children.map((child, index) => (
        <Children key={index} {...{ child, index, lineage, shared }} raw={{ entity, document: lineage.document, read }} />
      ))}
      {lineage.resolved.map((one, index) => (
        <Resolved key={index} one={one} at={at} />
      ))}
    </div>
  );
};
