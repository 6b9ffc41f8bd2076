// The start page: what the service offers, and how to ask for it.
import './start.css';

const settings = JSON.parse(document.getElementById('settings').textContent);
// What the reader's browser reached, prefix of a proxy included, in place of the address that the server knows itself by. Commands, which
// are pasted elsewhere, name the public address where there is one.
const base = new URL('.', location.href).href.replace(/\/$/, '');
const here = (text) => text.replaceAll(settings.url, base);

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const link = (text, url) => element('a', { href: here(url) }, text);

const command = ({ title, curl }) => {
  const text = settings.public ? curl : here(curl);
  const copy = element('button', { type: 'button', ariaLabel: `Copy: ${title}` }, 'Copy');
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = 'Copied';
  });
  return element('figure', {}, element('figcaption', {}, title, copy), element('pre', {}, element('code', {}, text)));
};

const service = ({ name, graphql, rest, commands }) =>
  element(
    'section',
    {},
    element('h2', {}, name),
    element(
      'nav',
      {},
      ...graphql.map(({ url, path }) => link(`GraphQL ${path}`, url)),
      ...rest.flatMap(({ url, path, docs }) => [link(`REST ${path}`, url), link(`API documentation of ${path}`, docs)]),
    ),
    ...commands.map(command),
  );

const overAll = ({ console, graphql }) => {
  const links = [...(console ? [link('Console: follow an event', console)] : []), ...(graphql ? [link(`GraphQL ${graphql.path}, over all of them`, graphql.url)] : [])];
  return links.length > 0 ? [element('nav', {}, ...links)] : [];
};

document
  .getElementById('page')
  .append(element('h1', {}, 'Millrace'), element('p', {}, 'What this service keeps, and how to ask for it.'), ...overAll(settings), ...settings.services.map(service));
