// Small things that stand in many places.
import { useState } from 'react';
import { wordAt } from './json.js';
import { idOf } from './service.js';

const tones = [
  ['good', /^(success|succeeded|ok|done|completed?|processed|active|accepted|delivered)$/i],
  ['bad', /^(fail(ed|ure)?|error|rejected|dead|cancell?ed)$/i],
  ['part', /^(partial|pending|running|retry(ing)?|queued|processing|warning|overdue)$/i],
];

/** How a status is coloured: good, bad, part, or plain. */
export const toneOf = (status) => tones.find(([, words]) => words.test(status ?? ''))?.[0] ?? 'plain';

export const Status = ({ word }) => (word === undefined ? null : <span className={`status ${toneOf(word)}`}>{cut(word, 40)}</span>);

const titleMost = 200;

/** So many characters at most. */
export const cut = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** What a document is called by people: its name, else its id. */
export const titleOf = (entity, document) => cut(entity.names.map((name) => wordAt(document, name)).find((word) => word) ?? idOf(document) ?? '', titleMost);

const messageMost = 600;

/** What went wrong, as the document itself says it. */
export const Message = ({ entity, document }) => {
  const message = wordAt(document, entity.error);
  return message === undefined ? null : <p className="message">{cut(message, messageMost)}</p>;
};

export const Copy = ({ text, label, what }) => {
  const [isCopied, setCopied] = useState(false);
  if (!navigator.clipboard) return null; // browsers have it for https and this machine alone
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <button type="button" className="small" aria-label={`Copy ${what}`} onClick={copy} onBlur={() => setCopied(false)}>
      {isCopied ? 'Copied' : (label ?? 'Copy')}
    </button>
  );
};

/** Why something is not there, in the service's words. */
export const Trouble = ({ error, what, again }) => (
  <div className="trouble" role="alert">
    <p>
      {what && <strong>{what}: </strong>}
      {error.message}
    </p>
    {error.notes?.map((note, index) => (
      <p key={index} className="note">
        {note}
      </p>
    ))}
    {(error.code || error.status) && <p className="note">{[error.status, error.code].filter(Boolean).join(' ')}</p>}
    {again && (
      <button type="button" className="small" onClick={again}>
        Try again
      </button>
    )}
  </div>
);

/** How many of each status there are. */
export const Counts = ({ documents, entity, more }) => {
  const counts = new Map();
  for (const document of documents) {
    const word = wordAt(document, entity.status);
    if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return (
    <ul className="counts" aria-label={`How many of each ${entity.status ?? 'kind'}`}>
      {[...counts].sort().map(([word, count]) => (
        <li key={word}>
          <Status word={word} /> {count}
          {more ? '+' : ''}
        </li>
      ))}
    </ul>
  );
};
