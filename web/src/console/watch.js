// Looks again and again while the page is seen, and less often at what weighs much.

const pauseLeast = 2_000; // milliseconds
const pauseMost = 30_000;
const bytesPerMillisecond = 100;

/** Calls `look` now, and again after a pause that grows with the bytes that it says it brought. Gives the way to end it. */
export const watch = (look) => {
  const aborts = new AbortController();
  let timer;
  const turn = async () => {
    clearTimeout(timer);
    if (document.visibilityState !== 'visible') return;
    const bytes = await look(aborts.signal);
    clearTimeout(timer);
    if (!aborts.signal.aborted) timer = setTimeout(turn, Math.min(pauseMost, Math.max(pauseLeast, bytes / bytesPerMillisecond)));
  };
  document.addEventListener('visibilitychange', turn, { signal: aborts.signal });
  turn();
  return () => {
    aborts.abort();
    clearTimeout(timer);
  };
};
