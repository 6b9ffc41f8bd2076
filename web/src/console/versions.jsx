// Every version of a document, newest first, each with what it changed. Choosing one shows everything as of then.
import { useState } from 'react';
import { differences, pathText } from './differences.js';
import { versionBefore } from './histories.js';
import { isComposite, wordAt, wordOf } from './json.js';
import { Status, Trouble } from './parts.jsx';
import { shown } from './time.js';

const versionsFirst = 20;
const changesFirst = 8;

const brief = (node) => {
  const text = isComposite(node) ? (node.kind === 'object' ? '{…}' : '[…]') : node.kind === 'string' ? `"${wordOf(node)}"` : node.text;
  return text.length > 48 ? `${text.slice(0, 48)}…` : text;
};

const Change = ({ change: { path, before, after } }) => (
  <li className={before ? (after ? 'changed' : 'gone') : 'new'}>
    <span className="name">{pathText(path)}</span> {before && <del>{brief(before)}</del>} {before && after && '→'} {after && <ins>{brief(after)}</ins>}
  </li>
);

const Changes = ({ version, before }) => {
  const [count, setCount] = useState(changesFirst);
  if (!before || version.deleted) return null;
  if (!before.document) return <p className="note">created again</p>;
  const changes = differences(before.document.node, version.document.node);
  if (changes.length === 0) return <p className="note">nothing changed</p>;
  return (
    <ul className="changes">
      {changes.slice(0, count).map((change) => (
        <Change key={pathText(change.path)} change={change} />
      ))}
      {changes.length > count && (
        <li>
          <button type="button" className="small" onClick={() => setCount(changes.length)}>
            {changes.length - count} more
          </button>
        </li>
      )}
    </ul>
  );
};

export const Versions = ({ entity, read, current, choose, more }) => {
  const [count, setCount] = useState(versionsFirst);
  if (!entity.rest) return <p className="note">{entity.name} has no REST API, which tells versions.</p>;
  if (!read) return <p className="note">Reading versions…</p>;
  const showMore = () => {
    setCount(count + versionsFirst);
    if (count + versionsFirst > read.versions.length) more();
  };
  return (
    <>
      {read.error && <Trouble error={read.error} what="Versions" />}
      <ol className="versions">
        {read.versions.slice(0, count).map((version) => (
          <li key={version.version} className={version === current ? 'current' : undefined}>
            <button type="button" aria-current={version === current ? 'true' : undefined} onClick={() => choose(version.recordedText)}>
              version {version.version}
            </button>{' '}
            <time dateTime={version.recordedText}>{shown(version.recorded)}</time>{' '}
            {version.deleted ? <span className="status bad">deleted</span> : <Status word={wordAt(version.document, entity.status)} />}
            <Changes version={version} before={versionBefore(read, version)} />
          </li>
        ))}
      </ol>
      {(read.versions.length > count || read.after) && (
        <button type="button" className="small" onClick={showMore}>
          older versions
        </button>
      )}
    </>
  );
};
