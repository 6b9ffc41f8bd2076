// Who asks: what the console's field was given, as the header Authorization has it. It is kept for these pages of this service alone, and
// for as long as the tab is open.
const place = `${new URL('../../', import.meta.url).pathname} Authorization`; // this script lies at -/pages/ below the root

export const isKept = () => sessionStorage.getItem(place) !== null;
export const keep = (authorization) => sessionStorage.setItem(place, authorization);
export const forget = () => sessionStorage.removeItem(place);

/** fetch() with it, unless the request has credentials of its own: those that are sent must be one set. */
export const fetchAuthorized = (url, options = {}) => {
  const headers = new Headers(options.headers);
  if (isKept() && !headers.has('Authorization') && !headers.has('X-API-Key')) headers.set('Authorization', sessionStorage.getItem(place));
  return fetch(url, { ...options, headers });
};
