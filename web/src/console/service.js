// What the page asks of the service, over REST and GraphQL, and a log of it.
import { fetchAuthorized } from '../credentials.js';
import { documentOf, member, parse, wordAt, wordOf } from './json.js';
import { microsOf, lastMicros } from './time.js';

const settings = JSON.parse(document.getElementById('settings').textContent);
export const root = new URL('../../', import.meta.url); // this script lies at -/pages/ below it

export const entities = settings.entities;
export const links = settings.links.map((link) => ({ ...link, from: entities[link.from], to: entities[link.to] }));
export const resolved = settings.resolved.map((one) => ({ ...one, of: entities[one.of], to: entities[one.to] }));
export const graphqlPath = settings.graphql;
export const credentials = settings.credentials; // what the service takes; null: nobody is asked for any
export const entityNamed = (name) => entities.find((entity) => entity.name === name);

/** Why a request has no answer, in the service's own words. */
export class Failure extends Error {
  constructor(message, { status, code, notes = [] } = {}) {
    super(message);
    Object.assign(this, { status, code, notes });
  }
}

// --- The log ------------------------------------------------------------------------------------------------------------------------

const kept = 200;
let requests = [];
let count = 0;
const listeners = new Set();
export const log = {
  subscribe: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  current: () => requests,
};
const record = (entry) => {
  if (entry.isQuiet && !entry.failed) return;
  count += 1;
  entry.number = count;
  requests = [entry, ...requests].slice(0, kept);
  listeners.forEach((listener) => listener());
};

// --- Requests -----------------------------------------------------------------------------------------------------------------------

/** The server's own time, where the answer tells it. */
const serverTime = (headers) => {
  const told = /dur=([\d.]+)/.exec(headers.get('Server-Timing') ?? '');
  return told ? Number(told[1]) : undefined;
};

const problemOf = (response, node) => {
  const word = (name) => wordOf(member(node, name));
  const violations = member(node, 'errors')?.items?.map((one) => `${wordOf(member(one, 'path')) ?? ''} ${wordOf(member(one, 'message'))}`);
  const message = word('error') ?? word('detail') ?? word('title') ?? `The answer is ${response.status} ${response.statusText}.`;
  return new Failure(message, { status: response.status, code: word('code'), notes: [word('hint'), ...(violations ?? [])].filter(Boolean) });
};

const parsed = (text) => {
  try {
    return text ? parse(text) : undefined;
  } catch {
    return undefined;
  }
};

/**
 * {status, node, text, after}: `after` is the cursor of the next page. Throws a Failure, or what an abort throws. What is asked again and
 * again is quiet: the log has it only when it fails.
 */
const send = async (path, { isQuiet, ...options } = {}) => {
  const url = new URL(path, root);
  const began = performance.now();
  const entry = { method: options.method ?? 'GET', path: decodeURI(url.pathname + url.search), isQuiet };
  let response;
  let text;
  try {
    response = await fetchAuthorized(url, { ...options, headers: { Accept: 'application/json', ...options.headers } });
    text = await response.text();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    record({ ...entry, ms: performance.now() - began, failed: true });
    throw new Failure(`The service cannot be reached (${error.message}).`);
  }
  record({
    ...entry,
    status: response.status,
    ms: performance.now() - began,
    serverMs: serverTime(response.headers),
    bytes: text.length,
    failed: !response.ok && response.status !== 404,
  });
  const node = parsed(text);
  if (!response.ok) throw problemOf(response, node);
  if (!node) throw new Failure('What came is no JSON.', { status: response.status });
  const after = /[?&]after=([^&>]*)/.exec(response.headers.get('Link') ?? '')?.[1];
  return { status: response.status, node, text, after, bytes: text.length };
};

const orNothing = async (request) => {
  try {
    return await request;
  } catch (error) {
    if (error.status === 404) return undefined;
    throw error;
  }
};

/** Each error of a GraphQL answer, with where it comes from. */
const graphqlNotes = (errors) =>
  errors.map((error) => {
    const extension = (name) => wordOf(member(member(error, 'extensions'), name));
    const path = member(error, 'path')?.items.map(wordOf).join('.');
    return [path && `at ${path}`, extension('service') && `service ${extension('service')}`, extension('code')].filter(Boolean).join(', ');
  });

/** {data, errors}: `errors` are Failures, one for each. */
export const ask = async (path, query, variables, { signal, isQuiet }) => {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await send(path, { method: 'POST', headers, body: JSON.stringify({ query, variables }), signal, isQuiet });
  const errors = member(answer.node, 'errors')?.items ?? [];
  const notes = graphqlNotes(errors);
  return {
    data: member(answer.node, 'data'),
    text: answer.text,
    errors: errors.map((error, index) => new Failure(wordOf(member(error, 'message')), { notes: [notes[index]].filter(Boolean) })),
  };
};

// --- Documents ------------------------------------------------------------------------------------------------------------------------

const query = (parameters) => new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== undefined)).toString();

/** How `at` is written as an argument of a query: milliseconds, or text. */
const instantLiteral = (type, at) => (type === 'Float' || type === 'Int' ? String(lastMicros(at) / 1000) : JSON.stringify(at));

/** The call of the query that gives one document of an entity by $id. */
const oneOf = ({ one }, at, inner) =>
  `${one.field}(${one.argument}: $id${at && one.at ? `, at: ${instantLiteral(one.at, at)}` : ''}) { ${inner} }`;

const leavesOf = (leaves) => leaves.join(' ');

const readByGraphql = async (entity, id, at, options) => {
  if (!entity.one) throw new Failure(`${entity.name} has no REST API, and no query for a document by its id.`);
  const answer = await ask(entity.graphql, `query One($id: ${entity.one.type}) { ${oneOf(entity, at, leavesOf(entity.leaves))} }`, { id }, options);
  if (answer.errors.length > 0) throw answer.errors[0];
  const node = member(answer.data, entity.one.field);
  return node?.kind === 'object' ? documentOf(node, answer.text) : undefined;
};

/** The document as of `at`, now without; nothing when there is none. */
export const read = async (entity, id, at, signal, isQuiet) => {
  if (!entity.rest) return readByGraphql(entity, id, at, { signal, isQuiet });
  // A read of many has no 404, which browsers report as an error of the page; its ids are separated by commas.
  if (id.includes(',')) {
    const answer = await orNothing(send(`${entity.rest}/${encodeURIComponent(id)}?${query({ at })}`, { signal }));
    return answer && documentOf(answer.node, answer.text);
  }
  const { node, text } = await send(`${entity.rest}/bulk?${query({ ids: id, at })}`, { signal, isQuiet });
  return node.items.length > 0 ? documentOf(node.items[0], text) : undefined;
};

/** {documents, after, bytes}: a page of the newest of those that match. */
export const list = async (entity, parameters, signal, isQuiet) => {
  const answer = await send(`${entity.rest}?${query(parameters)}`, { signal, isQuiet });
  return { documents: answer.node.items.map((item) => documentOf(item, answer.text)), after: answer.after, bytes: answer.bytes };
};

const versionOf = (node, text) => {
  const recordedText = wordOf(member(node, 'recorded_at'));
  const document = member(node, 'document');
  return {
    version: Number(wordOf(member(node, 'version'))),
    recordedText,
    recorded: microsOf(recordedText),
    deleted: wordOf(member(node, 'deleted')) === 'true',
    document: document.kind === 'null' ? undefined : documentOf(document, text),
  };
};

/** {versions, after}: newest first; nothing when there never was such a document. Without REST nobody knows. */
export const history = async (entity, id, { limit = 20, after } = {}, signal) => {
  if (!entity.rest) return { versions: [] };
  const answer = await orNothing(send(`${entity.rest}/${encodeURIComponent(id)}/history?${query({ limit, after })}`, { signal }));
  return answer && { versions: answer.node.items.map((item) => versionOf(item, answer.text)), after: answer.after };
};

/** {entries, complete}: what became of it, in order; each entry has words by name. Nothing when there never was such a document. */
export const lifecycle = async (entity, id, signal) => {
  if (!entity.rest) return undefined;
  const answer = await orNothing(send(`${entity.rest}/${encodeURIComponent(id)}/lifecycle`, { signal, isQuiet: true }));
  const words = (entry) => {
    const names = ['kind', 'at', 'version', 'processor', 'attempt', 'queue_time_ms', 'run_time_ms', 'result_id', 'status', 'error', 'overdue'];
    return Object.fromEntries(names.map((name) => [name, wordOf(member(entry, name))]).filter(([, word]) => word !== undefined));
  };
  return answer && { entries: member(answer.node, 'entries').items.map(words), complete: wordOf(member(answer.node, 'complete')) === 'true' };
};

/** What the server alone can follow: {documents, errors}. */
export const follow = async (relation, id, at, signal) => {
  const inner = `${relation.field}${relation.limited ? '(limit: 50)' : ''} { ${leavesOf(relation.leaves)} }`;
  const answer = await ask(relation.of.graphql, `query Follow($id: ${relation.of.one.type}) { ${oneOf(relation.of, at, inner)} }`, { id }, { signal });
  const node = member(member(answer.data, relation.of.one.field), relation.field);
  const nodes = node?.kind === 'array' ? node.items : [node];
  return { documents: nodes.filter((one) => one?.kind === 'object').map((one) => documentOf(one, answer.text)), errors: answer.errors };
};

export const idOf = (document) => wordAt(document, 'id');

// --- For others -------------------------------------------------------------------------------------------------------------------------

const linkedFields = (entity) => {
  const isUnified = Boolean(graphqlPath && entity.group);
  const forward = links.filter(({ from }) => from === entity).map(({ forward, to }) => [forward, to]);
  const reverse = links.filter(({ to }) => to === entity).map((link) => [isUnified && link.unified ? `${link.unified}(limit: 100)` : link.reverse, link.from]);
  return [...forward, ...reverse].filter(([field, other]) => field && other.leaves.length > 0);
};

/** GraphiQL with the query that asks for what is shown; nothing where GraphQL cannot. */
export const graphiqlUrl = (entity, id, at) => {
  if (!entity.one) return undefined;
  const isUnified = Boolean(graphqlPath && entity.group);
  const inner = [...entity.leaves, ...linkedFields(entity).map(([field, other]) => `${field} {\n${other.leaves.join('\n')}\n}`)].join('\n');
  const one = oneOf(entity, at, `\n${inner}\n`);
  const group = `${entity.group}${at ? `(at: ${lastMicros(at) / 1000})` : ''}`;
  const text = `query Lineage($id: ${entity.one.type}) {\n${isUnified ? `${group} {\n${one}\n}` : one}\n}`;
  return new URL(`${isUnified ? graphqlPath : entity.graphql}?${query({ query: indented(text), variables: JSON.stringify({ id }, null, 2) })}`, root).href;
};

const indented = (text) => {
  let depth = 0;
  return text.split('\n').map((line) => line.trim()).filter(Boolean).map((line) => {
    if (line.startsWith('}')) depth -= 1;
    const made = '  '.repeat(depth) + line;
    if (line.endsWith('{')) depth += 1;
    return made;
  }).join('\n');
};

export const restUrl = (entity, id, at) => (entity.rest ? new URL(`${entity.rest}/${encodeURIComponent(id)}${at ? `?${query({ at })}` : ''}`, root).href : undefined);
