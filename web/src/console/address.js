// What is shown stands in the address, behind the #: `find`, or `entity` and `id`, and `at`. It can be shared, and Back goes back.
import { useSyncExternalStore } from 'react';

const listeners = new Set();
const tell = () => listeners.forEach((listener) => listener());

const subscribe = (listener) => {
  listeners.add(listener);
  window.addEventListener('hashchange', listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('hashchange', listener);
    window.removeEventListener('popstate', listener);
  };
};

let last = { hash: null };
const current = () => {
  if (last.hash !== location.hash) last = { ...Object.fromEntries(new URLSearchParams(location.hash.slice(1))), hash: location.hash };
  return last;
};

export const useAddress = () => useSyncExternalStore(subscribe, current);

export const hashOf = (parts) => `#${new URLSearchParams(Object.entries(parts).filter(([, value]) => value))}`;

/** A step that Back undoes. */
export const go = (parts) => {
  history.pushState(null, '', hashOf(parts));
  tell();
};

/** In place of where we are. */
export const stay = (parts) => {
  history.replaceState(null, '', hashOf(parts));
  tell();
};
