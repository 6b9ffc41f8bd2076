// What is shown stands in the address, behind the #: `find`, or `entity` and `id`, and `at`. It can be shared, and Back goes back.
import { useEffect, useSyncExternalStore } from 'react';

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
  history.replaceState(history.state, '', hashOf(parts));
  tell();
};

let isFirst = true;

/**
 * A new view begins at its top, and with the focus on its heading where the focus was on what is gone. A view that Back has come to, which is
 * known by the mark that it got here, stays where the browser puts it.
 */
export const useArrival = (title, heading) => {
  useEffect(() => {
    if (!history.state?.isSeen) window.scrollTo(0, 0);
    history.replaceState({ isSeen: true }, '');
    if (!isFirst && document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
    isFirst = false;
  }, [heading]);
  useEffect(() => {
    document.title = title ? `${title} – Millrace console` : 'Millrace console';
  }, [title]);
};
