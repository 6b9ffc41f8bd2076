// The newest documents of an entity, while the page is seen. What comes in while the list is being read waits behind a button.
import { useEffect, useRef, useState } from 'react';
import { hashOf } from './address.js';
import { wordAt } from './json.js';
import { Counts, Status, titleOf, Trouble } from './parts.jsx';
import { entities, idOf, list } from './service.js';
import { microsOf, shown } from './time.js';
import { watch } from './watch.js';

const count = 25;
const useNewest = (entity) => {
  const [state, setState] = useState({});
  useEffect(
    () =>
      watch(async (signal) => {
        try {
          const { documents, bytes } = await list(entity, { limit: count }, signal, true);
          setState({ entity, documents });
          return bytes;
        } catch (error) {
          if (!signal.aborted) setState((old) => ({ ...old, entity, error }));
          return 0;
        }
      }),
    [entity],
  );
  return state.entity === entity ? state : {};
};

/** What a document is, to see whether it is another. */
const markOf = (document) => document.text;

const newIn = (documents, before) => {
  const known = new Set(before?.map(markOf));
  return before ? documents.filter((document) => !known.has(markOf(document))) : [];
};

/** Lets `wanted` through unless it is held. */
const useHeld = (wanted, isHeld) => {
  const [held, setHeld] = useState(wanted);
  if (!isHeld && held !== wanted) setHeld(wanted);
  return [held, () => setHeld(wanted)];
};

const Row = ({ entity, document, isNew, isShown }) => {
  const time = microsOf(wordAt(document, entity.time));
  return (
    <li className={isNew ? 'fresh' : undefined}>
      <a href={hashOf({ entity: entity.name, id: idOf(document) })} aria-current={isShown ? 'true' : undefined}>
        <span className="title">{titleOf(entity, document)}</span> <Status word={wordAt(document, entity.status)} />
        <code className="id">{idOf(document)}</code>
        {Number.isFinite(time) && <span className="note">{shown(time).slice(0, 19)}</span>}
      </a>
    </li>
  );
};

const List = ({ entity, address }) => {
  const { documents, error } = useNewest(entity);
  const [isRead, setRead] = useState({ hover: false, focus: false, scrolled: false });
  const scroller = useRef(null);
  const set = (change) => setRead((old) => ({ ...old, ...change }));
  const [kept, letIn] = useHeld(documents, Object.values(isRead).some(Boolean));
  const rows = kept ?? documents;
  const waiting = documents && rows ? newIn(documents, rows) : [];
  const before = useRef({});
  const fresh = useRef(new Set());
  if (rows && before.current.rows !== rows) {
    fresh.current = new Set(before.current.entity === entity ? newIn(rows, before.current.rows).map(markOf) : []);
    before.current = { entity, rows };
  }
  const showWaiting = () => {
    letIn();
    scroller.current.scrollTop = 0;
  };
  return (
    <div
      onMouseEnter={() => set({ hover: true })}
      onMouseLeave={() => set({ hover: false })}
      onFocus={() => set({ focus: true })}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || set({ focus: false })}
    >
      {error && <Trouble error={error} what={entity.name} />}
      {rows && <Counts documents={rows} entity={entity} />}
      <p className="waiting" role="status">
        {waiting.length > 0 && (
          <button type="button" onClick={showWaiting}>
            {waiting.length} new
          </button>
        )}
      </p>
      {rows?.length === 0 && <p className="note">None yet. New ones appear here.</p>}
      <ul className="newest" ref={scroller} onScroll={(event) => set({ scrolled: event.currentTarget.scrollTop > 4 })}>
        {rows?.map((document) => (
          <Row
            key={idOf(document)}
            entity={entity}
            document={document}
            isNew={fresh.current.has(markOf(document))}
            isShown={address.entity === entity.name && address.id === idOf(document)}
          />
        ))}
      </ul>
    </div>
  );
};

export const Newest = ({ address }) => {
  const listed = entities.filter(({ rest }) => rest);
  const [chosen, setChosen] = useState(listed[0]);
  if (!chosen) return null;
  return (
    <aside aria-label="Newest events">
      <h2>
        Newest{' '}
        <select aria-label="Of which" value={chosen.name} onChange={(event) => setChosen(listed.find(({ name }) => name === event.target.value))}>
          {listed.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </h2>
      <List key={chosen.name} entity={chosen} address={address} />
    </aside>
  );
};
