// Finds documents: by id in every entity, by the members that name them; else by how these begin, and by the id of what was deleted.
import { useEffect, useRef, useState } from 'react';
import { go, hashOf, stay, useArrival } from './address.js';
import { short, wordAt } from './json.js';
import { Status, titleOf, Trouble } from './parts.jsx';
import { entities, history, idOf, list, read } from './service.js';

const most = 10;

/** What a search in one place finds, or why it could not be made. An id that cannot be one is no error. */
const attempt = async (entity, how, search) => {
  try {
    return { found: (await search()).map((document) => ({ entity, how, id: idOf(document), document })) };
  } catch (error) {
    if (error.name === 'AbortError' || error.status === 400) return { found: [] };
    return { found: [], error, entity };
  }
};

const byId = (text, signal) =>
  entities.filter(({ rest, one }) => rest || one).map((entity) => attempt(entity, 'id', async () => [await read(entity, text, undefined, signal)].filter(Boolean)));

const byName = (text, suffix, signal) =>
  entities.flatMap((entity) =>
    entity.rest ? entity.names.map((name) => attempt(entity, name, async () => (await list(entity, { [name + suffix]: text, limit: most }, signal)).documents)) : [],
  );

/** What is deleted has a history still. */
const deleted = (text, signal) =>
  entities.map(async (entity) => {
    const known = await history(entity, text, { limit: 1 }, signal).catch(() => undefined);
    return { found: known?.versions.length > 0 ? [{ entity, how: 'id', id: text, document: known.versions[0].document }] : [] };
  });

const once = (found) => [...new Map(found.map((one) => [`${one.entity.name} ${one.id}`, one])).values()];

const find = async (text, signal) => {
  const rounds = [
    () => [...byId(text, signal), ...byName(text, '', signal)],
    () => byName(text, '_prefix', signal),
    () => (/\s/.test(text) ? [] : deleted(text, signal)),
  ];
  const errors = [];
  for (const round of rounds) {
    const answers = await Promise.all(round());
    errors.push(...answers.filter(({ error }) => error));
    const found = once(answers.flatMap((answer) => answer.found));
    if (found.length > 0 || signal.aborted) return { found, errors };
  }
  return { found: [], errors };
};

const Result = ({ result: { entity, how, id, document } }) => (
  <li>
    <a href={hashOf({ entity: entity.name, id })}>
      <span className="title">{document ? titleOf(entity, document) : id}</span>
      <Status word={wordAt(document, entity.status)} />
      {!document && <span className="status bad">deleted</span>}
      <span className="note">
        {entity.name}, by {how}
      </span>
      <code className="id">{id}</code>
      {document && <span className="excerpt">{short(document, 160)}</span>}
    </a>
  </li>
);

export const Results = ({ text }) => {
  const [state, setState] = useState({});
  const heading = useRef(null);
  useArrival(text, heading);
  useEffect(() => {
    const aborts = new AbortController();
    find(text, aborts.signal).then(({ found, errors }) => {
      if (aborts.signal.aborted) return;
      if (found.length === 1) stay({ entity: found[0].entity.name, id: found[0].id });
      else setState({ text, found, errors });
    });
    return () => aborts.abort();
  }, [text]);
  const isDone = state.text === text;
  const { found, errors } = isDone ? state : { found: [], errors: [] };
  return (
    <section aria-label="Search results">
      <h1 ref={heading} tabIndex={-1}>
        {isDone && found.length === 0 ? `Nothing has the id or name “${text}”` : `“${text}”`}
      </h1>
      <p className="note" role="status">
        {isDone ? `${found.length} found` : 'Looking…'}
      </p>
      {errors.map(({ error, entity }, index) => (
        <Trouble key={index} error={error} what={entity.name} />
      ))}
      <ul className="results">
        {found.map((result) => (
          <Result key={`${result.entity.name} ${result.id}`} result={result} />
        ))}
      </ul>
    </section>
  );
};

export const SearchBox = ({ find: asked }) => {
  const [text, setText] = useState(asked ?? '');
  const submit = (event) => {
    event.preventDefault();
    if (text.trim()) go({ find: text.trim() });
  };
  return (
    <form role="search" onSubmit={submit}>
      <input type="search" aria-label="Id or name of an event" placeholder="Id or name of an event" value={text} onChange={(event) => setText(event.target.value)} />
      <button type="submit">Find</button>
    </form>
  );
};
