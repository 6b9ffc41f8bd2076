// GraphiQL at the endpoint that this page lies at. The server gives example queries; their variables take the values of the newest
// document, read over REST as this reader may read it, so that the examples find something.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { fetchAuthorized } from './credentials.js';
import './graphiql.css';

const settings = JSON.parse(document.getElementById('settings').textContent);
const endpoint = location.pathname;
const root = new URL('../../', import.meta.url); // this script lies at -/pages/ below it

/** What GraphiQL keeps (tabs, history), kept apart for each endpoint of this host. */
const storage = {
  getItem: (key) => localStorage.getItem(`${endpoint} ${key}`),
  setItem: (key, value) => localStorage.setItem(`${endpoint} ${key}`, value),
  removeItem: (key) => localStorage.removeItem(`${endpoint} ${key}`),
  clear: () => Object.keys(localStorage).filter((key) => key.startsWith(`${endpoint} `)).forEach((key) => localStorage.removeItem(key)),
  get length() {
    return localStorage.length;
  },
};

/** The newest document of a list, or nothing: the examples do without. */
const newestDocument = async (list) => {
  try {
    const answer = await fetchAuthorized(new URL(list, root), { headers: { Accept: 'application/json' } });
    const documents = answer.ok ? await answer.json() : [];
    return Array.isArray(documents) ? documents[0] : undefined;
  } catch {
    return undefined;
  }
};

/** Each variable takes the value of the member that it is compared with. */
const tab = ({ query, variables, list }) => ({
  query,
  variables: JSON.stringify(Object.fromEntries(variables.map(({ name, member, value }) => [name, documents.get(list)?.[member] ?? value])), null, 2),
});

const lists = [...new Set(settings.examples.map(({ list }) => list))].filter(Boolean);
const documents = new Map(await Promise.all(lists.map(async (list) => [list, await newestDocument(list)])));
const asked = new URLSearchParams(location.search);
createRoot(document.getElementById('page')).render(
  createElement(GraphiQL, {
    fetcher: createGraphiQLFetcher({ url: endpoint, fetch: fetchAuthorized }),
    storage,
    shouldPersistHeaders: false,
    defaultEditorToolsVisibility: 'variables',
    defaultTabs: settings.examples.map(tab),
    ...(asked.has('query') && { query: asked.get('query'), variables: asked.get('variables') ?? '' }),
  }),
);
