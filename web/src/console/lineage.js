// One document, what its keys name, and what names it, as of an instant.
import { useCallback, useEffect, useRef, useState } from 'react';
import { wordAt } from './json.js';
import { follow, idOf, links, list, read as readDocument, resolved } from './service.js';

const page = 25;

const nothing = { isLoading: true, document: undefined, parents: [], children: [], resolved: [] };

const replaced = (list, index, change) => list.map((one, own) => (own === index ? { ...one, ...change } : one));

const shownMost = 1000;

/** Remembers what has been shown of each link, so that what is absent at another instant can be shown as absent, in its place. */
const remember = (seen, key, documents, isInOrder) => {
  const known = documents.map((document) => [idOf(document), document]);
  const before = seen.get(key) ?? [];
  seen.set(key, isInOrder ? new Map([...known, ...[...before].filter(([id]) => !known.some(([own]) => own === id))]) : new Map([...before, ...known]));
};

const loadParents = ({ entity, at, signal, set, fallback }, document) => {
  const keys = links
    .filter((link) => link.from === entity)
    .map((link) => ({ link, id: wordAt(document ?? fallback, link.key) }))
    .filter(({ id }) => id !== undefined && id !== '');
  set((state) => ({ ...state, parents: keys.map(({ link, id }) => ({ link, id, isLoading: true })) }));
  return keys.map(async ({ link, id }, index) => {
    const put = (change) => set((state) => ({ ...state, parents: replaced(state.parents, index, { isLoading: false, ...change }) }));
    try {
      put({ document: await readDocument(link.to, id, at, signal) });
    } catch (error) {
      put({ error });
    }
  });
};

const loadChildren = ({ entity, id, at, signal, set, seen, counts }) =>
  links
    .filter((link) => link.to === entity)
    .map(async (link, index) => {
      const put = (change) => set((state) => ({ ...state, children: replaced(state.children, index, { isLoading: false, ...change }) }));
      try {
        const { documents, after } = await list(link.from, { [link.key]: id, limit: counts[index] ?? page, at }, signal);
        if (signal.aborted) return;
        remember(seen, index, documents, !at);
        put({ documents, after, error: undefined });
      } catch (error) {
        put({ error });
      }
    });

const loadResolved = ({ entity, id, at, signal, set }) =>
  resolved
    .filter(({ of }) => of === entity && of.one)
    .map(async (relation, index) => {
      const put = (change) => set((state) => ({ ...state, resolved: replaced(state.resolved, index, { isLoading: false, ...change }) }));
      try {
        put({ ...(await follow(relation, id, at, signal)) });
      } catch (error) {
        put({ documents: [], errors: [error] });
      }
    });

const loadAll = async (load) => {
  const { entity, id, at, signal, set } = load;
  const others = [...loadChildren(load), ...loadResolved(load)];
  try {
    const document = await readDocument(entity, id, at, signal);
    set((state) => ({ ...state, document, error: undefined }));
    await Promise.all(loadParents({ ...load, fallback: load.last.current }, document));
    if (document && !signal.aborted) load.last.current = document;
  } catch (error) {
    set((state) => ({ ...state, error }));
  }
  await Promise.all(others);
  set((state) => ({ ...state, isLoading: false, at }));
};

const beginning = (entity) => ({
  ...nothing,
  children: links.filter((link) => link.to === entity).map((link) => ({ link, isLoading: true, documents: [] })),
  resolved: resolved.filter(({ of }) => of === entity && of.one).map((relation) => ({ relation, isLoading: true, documents: [], errors: [] })),
});

/**
 * {document, error, parents: [{link, id, document, error}], children: [{link, documents, after, error}], resolved, isLoading}, and `seen`, by
 * the number of the link, `more(number)`, and `probe(number, instants)`. While another instant is read, what was shown before stays, with isLoading.
 */
export const useLineage = (entity, id, at, tick) => {
  const view = `${entity.name} ${id}`;
  const [state, setState] = useState(() => ({ view, ...beginning(entity) }));
  const seen = useRef(new Map());
  const last = useRef(undefined);
  const shown = useRef(view);
  const running = useRef(undefined);
  const read = useRef({});
  useEffect(() => {
    const aborts = new AbortController();
    running.current = aborts;
    const set = (change) => aborts.signal.aborted || setState((old) => change(old));
    if (shown.current !== view) {
      shown.current = view;
      seen.current = new Map();
      last.current = undefined;
      setState({ view, ...beginning(entity) });
    } else {
      setState((old) => ({ ...old, isLoading: true }));
    }
    // What is read again as of the same instant is as much as is there.
    const counts = read.current.view === view && read.current.at === at ? read.current.counts : [];
    loadAll({ entity, id, at, signal: aborts.signal, set, seen: seen.current, last, counts });
    return () => aborts.abort();
  }, [entity, id, at, tick, view]);

  const more = useCallback(
    async (index) => {
      const { signal } = running.current;
      const put = (change) => signal.aborted || setState((old) => ({ ...old, children: replaced(old.children, index, change(old.children[index])) }));
      put(() => ({ isLoading: true }));
      const { link, after } = state.children[index];
      try {
        const next = await list(link.from, { [link.key]: id, limit: 4 * page, at, after }, signal);
        remember(seen.current, index, next.documents);
        put(({ documents }) => ({ documents: [...documents, ...next.documents], after: next.after, isLoading: false, error: undefined }));
      } catch (error) {
        put(() => ({ isLoading: false, error }));
      }
    },
    [state.children, id, at],
  );

  // Deleted ones are on no list of now. Earlier lists have them, of which a few are looked at.
  const probe = useCallback(
    async (index, instants) => {
      const { signal } = running.current;
      const { link } = state.children[index];
      for (const instant of instants) {
        const { documents } = await list(link.from, { [link.key]: id, limit: page, at: instant }, signal).catch(() => ({ documents: [] }));
        if (signal.aborted) return;
        const known = seen.current.get(index);
        remember(seen.current, index, documents.filter((document) => !known?.has(idOf(document))));
      }
      setState((old) => ({ ...old }));
    },
    [state.children, id],
  );

  const counts = state.children.map(({ documents }) => Math.min(shownMost, Math.max(page, documents.length)));
  read.current = { view: state.view, at: state.at, counts };
  const isOfView = state.view === view;
  return { ...(isOfView ? state : { view, ...beginning(entity) }), seen: isOfView ? seen.current : new Map(), more, probe };
};

/** Whether what is shown is no longer what there is: {changed, bytes}. */
export const look = async (lineage, entity, id, signal) => {
  const document = await readDocument(entity, id, undefined, signal, true);
  let changed = document?.text !== lineage.document?.text;
  let bytes = document?.text.length ?? 0;
  for (const child of lineage.children) {
    const found = await list(child.link.from, { [child.link.key]: id, limit: page }, signal, true);
    bytes += found.bytes;
    changed ||= found.documents.some((one, index) => one.text !== child.documents[index]?.text) || found.documents.length < Math.min(page, child.documents.length);
  }
  return { changed, bytes };
};
