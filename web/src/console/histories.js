// The versions of every document that the view shows, read once and kept until the view is read anew.
import { useEffect, useReducer, useRef } from 'react';
import { history } from './service.js';

const keyOf = (entity, id) => `${entity.name} ${id}`;

class Histories {
  constructor(tell) {
    this.tell = tell;
    this.known = new Map();
    this.aborts = new AbortController();
  }

  /** {versions, after, error}, newest first; nothing while it is read for the first time. `versions` is empty where there never was one. */
  of(entity, id) {
    return this.known.get(keyOf(entity, id))?.read;
  }

  want(entity, id) {
    const key = keyOf(entity, id);
    if (this.known.get(key)?.isWanted) return;
    this.known.set(key, { ...this.known.get(key), isWanted: true });
    this.load(key, entity, id, []);
  }

  /** The versions before those that are known. */
  more(entity, id) {
    const { versions, after } = this.of(entity, id);
    if (after) this.load(keyOf(entity, id), entity, id, versions, after);
  }

  async load(key, entity, id, before, after) {
    const { signal } = this.aborts;
    try {
      const page = (await history(entity, id, { after, limit: after ? 100 : 20 }, signal)) ?? { versions: [] };
      this.known.set(key, { isWanted: true, read: { versions: [...before, ...page.versions], after: page.after } });
    } catch (error) {
      if (signal.aborted) return;
      this.known.set(key, { isWanted: true, read: { versions: before, after, error } });
    }
    this.tell();
  }

  /** All are read again when they are next wanted; what is known stays until then. */
  renew() {
    this.stop();
    this.aborts = new AbortController();
    for (const [key, { read }] of this.known) this.known.set(key, { read });
  }

  stop() {
    this.aborts.abort();
  }
}

/** They last as long as `view` is the same, and are read again when `tick` is another. */
export const useHistories = (view, tick) => {
  const [, tell] = useReducer((count) => count + 1, 0);
  const held = useRef({});
  if (held.current.view !== view) {
    held.current.histories?.stop();
    held.current = { view, tick, histories: new Histories(tell) };
  }
  if (held.current.tick !== tick) {
    held.current.tick = tick;
    held.current.histories.renew();
  }
  useEffect(() => () => held.current.histories.stop(), []);
  return held.current.histories;
};

/** The version that was the newest at an instant; nothing when the document did not exist yet. */
export const versionAt = (read, instant) => read?.versions.find(({ recorded }) => recorded <= instant);

/** The one before it. */
export const versionBefore = (read, version) => read?.versions[read.versions.indexOf(version) + 1];

export const firstVersion = (read) => (read && !read.after ? read.versions.at(-1) : undefined);
