// What a version changed: the members that are new, gone, or say something else than in the version before.
import { isComposite } from './json.js';

const most = 200;

const entriesOf = (node) => (node.kind === 'object' ? node.members : node.items.map((item, index) => [index, item]));

const isSame = (one, other) => one.kind === other.kind && (one.kind === 'string' ? one.value === other.value : one.text === other.text);

const collect = (before, after, path, found) => {
  if (found.length >= most) return;
  if (!isComposite(before) || before.kind !== after.kind) {
    if (isComposite(before) || isComposite(after) || !isSame(before, after)) found.push({ path, before, after });
    return;
  }
  const old = new Map(entriesOf(before));
  for (const [name, node] of entriesOf(after)) {
    if (old.has(name)) collect(old.get(name), node, [...path, name], found);
    else found.push({ path: [...path, name], after: node });
    old.delete(name);
  }
  for (const [name, node] of old) found.push({ path: [...path, name], before: node });
};

const known = new WeakMap();

/** [{path, before, after}], without `before` for what is new and without `after` for what is gone; the first 200. Found once for two nodes. */
export const differences = (before, after) => {
  if (known.get(after)?.before !== before) {
    const found = [];
    collect(before, after, [], found);
    known.set(after, { before, found: found.slice(0, most) });
  }
  return known.get(after).found;
};

export const pathText = (path) => path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index > 0 ? `.${part}` : part)).join('');
