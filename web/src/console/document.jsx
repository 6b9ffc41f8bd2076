// The members of a document: scalars beside their names, objects and arrays as trees, keys as links to what they name.
import { useState } from 'react';
import { hashOf } from './address.js';
import { isComposite, wordOf } from './json.js';
import { links } from './service.js';
import { Scalar, Tree } from './tree.jsx';

const membersFirst = 60;

const Key = ({ link, node, at }) => <a href={hashOf({ entity: link.to.name, id: wordOf(node), at })}>{wordOf(node)}</a>;

const Value = ({ entity, name, node, at }) => {
  const link = links.find((one) => one.from === entity && one.key === name);
  if (link && wordOf(node)) return <Key link={link} node={node} at={at} />;
  return name === 'id' ? <code>{wordOf(node)}</code> : <Scalar node={node} quoted={false} />;
};

const Was = ({ change }) => {
  if (!change) return null;
  const text = change.before ? (isComposite(change.before) ? 'something else' : wordOf(change.before) ?? 'null') : undefined;
  return <span className="was">{text === undefined ? 'new in this version' : `was ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`}</span>;
};

/** `changes` are the differences from the version before; the members that they lie in are marked. */
export const Fields = ({ entity, document, at, changes = [] }) => {
  const [count, setCount] = useState(membersFirst);
  const { members } = document.node;
  const changeOf = (name) => changes.find(({ path }) => path[0] === name);
  return (
    <dl className="fields">
      {members.slice(0, count).map(([name, node]) => (
        <div key={name} className={changeOf(name) ? 'changed' : undefined}>
          {isComposite(node) ? (
            <dd className="whole">
              <Tree name={name} node={node} />
            </dd>
          ) : (
            <>
              <dt>{name}</dt>
              <dd>
                <Value entity={entity} name={name} node={node} at={at} /> <Was change={changeOf(name)} />
              </dd>
            </>
          )}
        </div>
      ))}
      {members.length > count && (
        <div>
          <button type="button" className="small" onClick={() => setCount(count + 10 * membersFirst)}>
            more of {members.length.toLocaleString('en')} members
          </button>
        </div>
      )}
    </dl>
  );
};
