// Small damage to a request: most of what comes out still parses and breaks some rule.
const TOKEN = /"""[^]*?"""|"(?:\\.|[^"\\\n])*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[^\s,]|[\s,]+/g;
const NAME = /^[A-Za-z_]/;
const VALUES = ['null', '1', '1.5', '"s"', 'true', 'RED', 'REDD', '[]', '[1, "a", null]', '{}', '{x: 1}', '{x: 1, y: 2, z: 3}', '$v0', '$nope',
  '{id: "a", name: "b"}', '{minimum: 1, minimum: 2}', '9999999999', '{name: {equal: "x"}}', '"RED"', '"2026-01-02T03:04:05Z"'];
const DIRECTIVES = ['@skip', '@skip(if: true)', '@include(if: $v0)', '@unknown', '@unknown(x: 1)', '@onField(levl: 1)', '@onQuery', '@onVariable',
  '@onAll', '@onAll(id: 1) @onAll(id: 2)', '@onField @onField', '@defer', '@defer(label: "a")', '@stream', '@stream(label: "a")',
  '@stream(label: $v0)', '@deprecated', '@onInline(kind: BLU)', '@include(if: "x")'];
const SELECTIONS = ['name', 'nme', 'id', '__typename', 'nickname: name', 'name: nickname', 'name: id', 'name(surname: true)', 'name(surname: $v0)',
  'volume', 'color', '... on Dog { name }', '... on Human { name: iq }', '...F0', '...F1', '...Nope', '...{ id }', 'dog(id: 1) { id }', 'barks { x }',
  'mother { mother { name } }', 'mother { mother { name: age } }', 'version', '__schema { types { fields { type { fields { name } } } } }',
  '__type(name: "Dog") { name }', '... on Dogg { id }', '... on Color { id }', '... on Filter { id }', '... @defer(label: "a") { id }',
  'friends { name }', 'relatives @stream { id }', 'pets @stream { __typename }'];
const DEFINITIONS = ['query Op0 { version }', '{ version }', 'fragment F0 on Dog { name }', 'fragment F1 on Cat { ...F0 ...F1 }', 'type Dog { a: Doge }',
  'extend type Dog @onField { a(b: Int = {}): Int @skip(if: true) @skip(if: false) }', 'scalar Money @onAll', 'schema { query: Qery }', 'enum E { A }',
  'directive @onField(level: Int!) on QUERY', 'mutation { move { id } }', 'subscription S { version moved { id } }', 'fragment F9 on Query { ...F9 }',
  'input I { a: Int = 1, b: I }', 'union U = Dog | Catt', 'query Q($v: Dog, $v: [Dg], $w: [Int!] = [null], $x: Point = {x: "1"}) { version }'];

/** One change; `names` is what a name is replaced by. */
export function mutated(text, random, names) {
  const tokens = text.match(TOKEN) ?? [];
  const at = (test) => {
    const places = tokens.flatMap((token, index) => (test(token, index) ? [index] : []));
    return places.length === 0 ? -1 : random.pick(places);
  };
  const isSelectionStart = (token, index) => token === '{' && tokens[index - 1] !== ': ' && /\n/.test(tokens[index + 1] ?? '');
  const insertAfter = (index, what) => {
    if (index >= 0) tokens[index] += what;
  };
  const replace = (index, what) => {
    if (index >= 0) tokens[index] = what;
  };
  const isName = (token) => NAME.test(token);
  const changes = [
    () => replace(at(isName), random.pick(names)),
    () => replace(at(isName), random.pick(names)),
    () => { const i = at(isName); if (i >= 0) replace(i, misspelt(tokens[i], random)); },
    () => replace(at((token, i) => /^["\d\-[]/.test(token) && tokens[i - 2] === ':'), random.pick(VALUES)),
    () => replace(at((token) => /^(?:"|-?\d|true|false|null|RED|GREEN)/.test(token)), random.pick(VALUES)),
    () => { const i = at((token) => token === ':'); if (i >= 0) tokens.splice(i + 1, 2, ` ${random.pick(VALUES)}`); },
    () => insertAfter(at(isSelectionStart), ` ${random.pick(SELECTIONS)} `),
    () => insertAfter(at(isSelectionStart), ` ${random.pick(SELECTIONS)} ${random.pick(SELECTIONS)} `),
    () => insertAfter(at((token, i) => token === ')' || (isName(token) && tokens[i + 1] !== ':' && tokens[i + 1] !== '(')), ` ${random.pick(DIRECTIVES)}`),
    () => replace(at((token) => token === '!'), ''),
    () => insertAfter(at((token) => token === ']' || /^(?:Int|String|ID|Boolean|Filter)$/.test(token)), '!'),
    () => { const i = at((token) => token === '$'); if (i >= 0) tokens[i + 1] = random.pick(['v0', 'v1', 'v2', 'undefined']); },
    () => tokens.push(`\n${random.pick(DEFINITIONS)}`),
    () => tokens.unshift(`${random.pick(DEFINITIONS)}\n`),
    () => replace(at((token) => /^F\d/.test(token)), `F${random.below(4)}`),
    () => { const i = at((token) => token === '('); if (i >= 0) tokens[i] += `${random.pick(names)}: ${random.pick(VALUES)}, `; },
    () => { const i = at((token) => /^k\d/.test(token)); if (i >= 0) tokens[i] = random.pick(['name', 'id', 'k1', 'k2', 'k3']); },
    () => { if (random.chance(15)) tokens.splice(random.below(tokens.length), 1); },
    () => { const i = at((token) => token === 'query' || token === 'mutation'); if (i >= 0) tokens[i] = random.pick(['query', 'mutation', 'subscription']); },
  ];
  random.pick(changes)();
  return tokens.join('');
}

function misspelt(name, random) {
  const i = random.below(name.length);
  return random.pick([
    name.slice(0, i) + name.slice(i + 1) || 'x',
    `${name.slice(0, i + 1)}x${name.slice(i + 1)}`,
    name.slice(0, i) + name.slice(i + 1, i + 2) + name.slice(i, i + 1) + name.slice(i + 2),
    name.toUpperCase(),
  ]).replace(/^(?=\d)/, '_');
}
