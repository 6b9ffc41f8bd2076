// The page: a search, the lineage of what was found, the newest events, and what was asked for all this.
import { createRoot } from 'react-dom/client';
import { useAddress } from './address.js';
import { Credentials } from './credentials.jsx';
import { Lineage } from './lineage.jsx';
import { Newest } from './newest.jsx';
import { Requests } from './requests.jsx';
import { Results, SearchBox } from './search.jsx';
import { entities, entityNamed, graphqlPath, links, root } from './service.js';

const Welcome = () => (
  <section aria-label="Welcome">
    <h1>Follow an event</h1>
    <p>Find one by its id or name, or choose one of the newest: what it is, what was made of it, and how both came to be, at any instant.</p>
    <ul className="model">
      {links.map(({ from, key, to }) => (
        <li key={`${from.name} ${key}`}>
          <strong>{to.name}</strong> → <strong>{from.name}</strong> <span className="note">by {key}</span>
        </li>
      ))}
      {links.length === 0 && entities.map(({ name }) => <li key={name}>{name}</li>)}
    </ul>
  </section>
);

const View = ({ address: { find, entity, id, at } }) => {
  if (find) return <Results key={find} text={find} />;
  if (!entity || !id) return <Welcome />;
  const known = entityNamed(entity);
  if (!known) return <p className="absence">This service has no “{entity}”. It has {entities.map(({ name }) => name).join(', ')}.</p>;
  return <Lineage key={`${entity} ${id}`} entity={known} id={id} at={at} />;
};

const App = () => {
  const address = useAddress();
  return (
    <>
      <header className="bar">
        <a className="brand" href={root.href}>
          Millrace
        </a>
        <SearchBox key={address.find} find={address.find} />
        <Credentials />
        <nav aria-label="Elsewhere">
          <a href={root.href}>Start</a>
          {graphqlPath && <a href={new URL(graphqlPath, root).href}>GraphiQL</a>}
        </nav>
      </header>
      <div className="columns">
        <main>
          <View address={address} />
        </main>
        <Newest address={address} />
      </div>
      <footer>
        <Requests />
      </footer>
    </>
  );
};

export const start = (element) => createRoot(element).render(<App />);
