// A JSON value to be read and folded. What is folded is not made, lists come a hundred at a time, and long texts in pieces, so that a megabyte
// does no harm.
import { useState } from 'react';
import { isComposite } from './json.js';

const lengthFirst = 400;
const atATime = 100;

const LongText = ({ text, quoted }) => {
  const [length, setLength] = useState(lengthFirst);
  const shown = text.length > length ? text.slice(0, length) : text;
  return (
    <span className="json string">
      {quoted ? `"${shown}${shown === text ? '"' : ''}` : shown}
      {shown !== text && (
        <>
          …{' '}
          <button type="button" className="small" onClick={() => setLength(length * 10)}>
            more of {text.length.toLocaleString('en')} characters
          </button>
        </>
      )}
    </span>
  );
};

export const Scalar = ({ node, quoted = true }) =>
  node.kind === 'string' ? <LongText text={node.value} quoted={quoted} /> : <span className={`json ${node.kind}`}>{node.text}</span>;

const countText = (node) => {
  const count = (node.members ?? node.items).length;
  return node.kind === 'object' ? `{ ${count} }` : `[ ${count} ]`;
};

const Entries = ({ node, depth }) => {
  const entries = node.kind === 'object' ? node.members : node.items.map((item, index) => [index, item]);
  const [count, setCount] = useState(atATime);
  return (
    <ul className="tree">
      {entries.slice(0, count).map(([name, value], index) => (
        <li key={index}>
          <Entry name={name} node={value} depth={depth} />
        </li>
      ))}
      {entries.length > count && (
        <li>
          <button type="button" className="small" onClick={() => setCount(count + 10 * atATime)}>
            more of {entries.length.toLocaleString('en')}
          </button>
        </li>
      )}
    </ul>
  );
};

const Entry = ({ name, node, depth }) => {
  if (!isComposite(node)) {
    return (
      <>
        <span className="name">{name}</span>: <Scalar node={node} />
      </>
    );
  }
  return <Tree name={name} node={node} depth={depth} />;
};

/** An object or array below its name. */
export const Tree = ({ name, node, depth = 0 }) => {
  const count = (node.members ?? node.items).length;
  const [isOpen, setOpen] = useState(depth < 2 && count > 0 && count <= 20);
  if (count === 0) {
    return (
      <>
        <span className="name">{name}</span>: <span className="json">{node.kind === 'object' ? '{ }' : '[ ]'}</span>
      </>
    );
  }
  return (
    <details open={isOpen} onToggle={(event) => event.target === event.currentTarget && setOpen(event.currentTarget.open)}>
      <summary>
        <span className="name">{name}</span> <span className="json count">{countText(node)}</span>
      </summary>
      {isOpen && <Entries node={node} depth={depth + 1} />}
    </details>
  );
};
