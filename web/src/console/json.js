// Reads JSON as it is written: numbers keep their digits, members their order, which JSON.parse gives up.
//
// A node is {kind, begin, end} with `members` ([name, node] pairs) of an object, `items` of an array, `value` of a string, and `text` of
// a number, true, false and null. `begin` and `end` are where it stands in the text.

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const node = this.value();
    this.skipBlanks();
    if (this.at < this.text.length) this.fail();
    return node;
  }

  value() {
    this.skipBlanks();
    const begin = this.at;
    const node = this.nodeFrom(this.text[begin]);
    return Object.assign(node, { begin, end: this.at });
  }

  nodeFrom(first) {
    if (first === '{') return { kind: 'object', members: this.list('}', () => [this.memberName(), this.value()]) };
    if (first === '[') return { kind: 'array', items: this.list(']', () => this.value()) };
    if (first === '"') return { kind: 'string', value: this.string() };
    const scalar = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y;
    scalar.lastIndex = this.at;
    const found = scalar.exec(this.text);
    if (!found) this.fail();
    this.at = scalar.lastIndex;
    const [text] = found;
    return { kind: text === 'null' ? 'null' : text === 'true' || text === 'false' ? 'boolean' : 'number', text };
  }

  list(close, read) {
    const found = [];
    this.at += 1;
    this.skipBlanks();
    while (this.text[this.at] !== close) {
      found.push(read());
      this.skipBlanks();
      if (this.text[this.at] === ',') this.at += 1;
      else if (this.text[this.at] !== close) this.fail();
      this.skipBlanks();
    }
    this.at += 1;
    return found;
  }

  memberName() {
    this.skipBlanks();
    if (this.text[this.at] !== '"') this.fail();
    const name = this.string();
    this.skipBlanks();
    if (this.text[this.at] !== ':') this.fail();
    this.at += 1;
    return name;
  }

  string() {
    const begin = this.at;
    let end = begin;
    do {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) this.fail();
    } while (this.isEscaped(end));
    this.at = end + 1;
    const raw = this.text.slice(begin, this.at);
    return raw.includes('\\') ? JSON.parse(raw) : raw.slice(1, -1);
  }

  isEscaped(at) {
    let backslashes = 0;
    while (this.text[at - 1 - backslashes] === '\\') backslashes += 1;
    return backslashes % 2 === 1;
  }

  skipBlanks() {
    while (this.at < this.text.length && ' \t\n\r'.includes(this.text[this.at])) this.at += 1;
  }

  fail() {
    throw new SyntaxError(`What came is no JSON (character ${this.at + 1}).`);
  }
}

export const parse = (text) => new Reader(text).whole();

export const member = (node, name) => (node?.kind === 'object' ? node.members.find(([own]) => own === name)?.[1] : undefined);

/** The text of a string, the digits of a number; nothing for null and what is not there. */
export const wordOf = (node) => {
  if (node === undefined || node.kind === 'null') return undefined;
  return node.kind === 'string' ? node.value : node.text;
};

/** What stands at a member of a document, as a word. */
export const wordAt = (document, name) => (name ? wordOf(member(document?.node, name)) : undefined);

export const isComposite = (node) => node.kind === 'object' || node.kind === 'array';

/** A document is its node with its own text. */
export const documentOf = (node, text) => ({ node, text: text.slice(node.begin, node.end) });

/** Pretty-printed, as it is written otherwise. At most so many characters: then it ends with an ellipsis. */
export const short = (document, length) => (document.text.length > length ? `${document.text.slice(0, length)}…` : document.text);
