// What happened to an event, in order: received, each attempt, each outcome, what is still to come. Where nothing processes it: nothing.
import { useEffect, useState } from 'react';
import { hashOf } from './address.js';
import { wordOf } from './json.js';
import { Status, Trouble } from './parts.jsx';
import { lifecycle, links as allLinks } from './service.js';
import { microsOf, milliseconds, shown, span } from './time.js';

const entriesFirst = 50;

const names = {
  received: 'received',
  changed: 'changed',
  removed: 'deleted',
  attempt: 'attempt',
  outcome: 'outcome',
  outcome_changed: 'outcome changed',
  outcome_removed: 'outcome deleted',
  pending: 'still to come',
};

const isOfEvent = ({ kind }) => kind === 'received' || kind === 'changed' || kind === 'removed';

/** {story, error}; both are missing while it is read for the first time. */
const useLifecycle = (entity, id, tick) => {
  const [read, setRead] = useState({});
  useEffect(() => {
    const aborts = new AbortController();
    const tell = (next) => aborts.signal.aborted || setRead({ ...next, of: id });
    lifecycle(entity, id, aborts.signal).then(
      (story) => tell({ story }),
      (error) => tell({ error }),
    );
    return () => aborts.abort();
  }, [entity, id, tick]);
  return read.of === id ? read : {};
};

const Times = ({ entry }) => {
  const parts = [
    entry.queue_time_ms !== undefined && `waited ${milliseconds(Number(entry.queue_time_ms))} ms`,
    entry.run_time_ms !== undefined && `ran ${milliseconds(Number(entry.run_time_ms))} ms`,
    entry.kind === 'pending' && entry.attempt !== '0' && `${entry.attempt} failed`,
  ].filter(Boolean);
  return parts.length > 0 && <span className="note">{parts.join(', ')}</span>;
};

const numberOf = (entry) => (entry.kind === 'attempt' ? ` ${entry.attempt}` : entry.version > 1 ? `, version ${entry.version}` : '');

/** The outcome itself, where it is known which entity it is of. */
const Result = ({ entry, results, at }) =>
  results ? <a href={hashOf({ entity: results.name, id: entry.result_id, at })}>{entry.result_id}</a> : <code className="id">{entry.result_id}</code>;

const Entry = ({ entry, results, begin, at }) => (
  <li className={entry.kind}>
    <time dateTime={entry.at}>{shown(microsOf(entry.at))}</time>{' '}
    {!isOfEvent(entry) && <span className="note after">{span(microsOf(entry.at) - begin)} after</span>}{' '}
    <span className="kind">
      {names[entry.kind] ?? entry.kind}
      {numberOf(entry)}
    </span>{' '}
    {entry.processor && <span className="name">{entry.processor}</span>} <Status word={entry.status} />{' '}
    {entry.overdue === 'true' && <span className="status part">overdue</span>} <Times entry={entry} />{' '}
    {entry.result_id && <Result entry={entry} results={results} at={at} />}
    {entry.error !== undefined && <p className="message">{entry.error}</p>}
  </li>
);

/** `instant`: what came later is left out. */
export const Lifecycle = ({ entity, id, at, instant, tick }) => {
  const [count, setCount] = useState(entriesFirst);
  const { story, error } = useLifecycle(entity, id, tick);
  if (error) return <Trouble error={error} what="Lifecycle" />;
  const entries = (story?.entries ?? []).filter((entry) => microsOf(entry.at) <= instant || (entry.kind === 'pending' && !at));
  if (entries.every(isOfEvent)) return null;
  const begin = microsOf(entries[0].at);
  const of = new Set(allLinks.filter(({ to }) => to === entity).map(({ from }) => from));
  const results = of.size === 1 ? [...of][0] : undefined;
  return (
    <section aria-label="Lifecycle">
      <h2>
        Lifecycle <span className="note">{story.complete ? entries.length : `the newest ${entries.length}`}</span>
      </h2>
      <ol className="lifecycle">
        {entries.slice(0, count).map((entry, index) => (
          <Entry key={index} {...{ entry, results, begin, at }} />
        ))}
      </ol>
      {entries.length > count && (
        <button type="button" className="small" onClick={() => setCount(entries.length)}>
          {entries.length - count} more
        </button>
      )}
    </section>
  );
};
