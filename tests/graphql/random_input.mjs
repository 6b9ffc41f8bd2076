// Random values for the types of INPUT_SDL, as JSON and as literals, now and then of a wrong type.
export const INPUT_SDL = `type Query { f(a: In, b: [Int!], c: [[String]]!, d: One, e: E!, g: S, h: [In!]!, i: ID, j: Float, k: Boolean, l: String = "dl", m: Int! = 7, n: [S], o: [[Int!]!]): Int }
input In { a: Int! = 3 b: [In2!] c: E = X d: One e: S f: String! g: [[ID!]] h: Float = 1.50 in: In }
input In2 { x: String y: Boolean! = true z: In3 = {q: 1} }
input In3 { q: Int r: [E!] = [X, Y] s: String = null }
input One @oneOf { a: Int b: [String!] c: In2 }
enum E { X Y Zed }
scalar S`;

export const VARIABLE_TYPES = ['Int', 'Int!', '[Int!]', 'In', 'In!', '[In!]!', 'One', '[One]', 'E', '[E!]', 'S', '[[String]]!', 'ID', '[ID]', 'Float', 'Boolean',
  'String!', 'In2', 'In3'];
export const ARGUMENT_TYPES = { a: 'In', b: '[Int!]', c: '[[String]]!', d: 'One', e: 'E!', g: 'S', h: '[In!]!', i: 'ID', j: 'Float', k: 'Boolean', l: 'String',
  m: 'Int!', n: '[S]', o: '[[Int!]!]' };
const OBJECTS = {
  In: { a: 'Int!', b: '[In2!]', c: 'E', d: 'One', e: 'S', f: 'String!', g: '[[ID!]]', h: 'Float', in: 'In' },
  In2: { x: 'String', y: 'Boolean!', z: 'In3' },
  In3: { q: 'Int', r: '[E!]', s: 'String' },
  One: { a: 'Int', b: '[String!]', c: 'In2' },
};
const LEAVES = { Int: [1, -7, 5.5, 100], Float: [1, 1.25], String: ['s', 'é', 'X'], ID: ['i', 4, 4.5], Boolean: [true, false], E: ['X', 'Y', 'Zed', 'zed'] };
const ANY = [1, 0, -5, 2147483647, 2147483648, -2147483649, 1.5, 0.25, true, false, null, 'X', 'Zed', 'zed', 's', '', '1', 'é😀"\\\n', 12345678901];

/** Any JSON, with keys that the types know, or nearly. */
export function anyJson(random, depth) {
  if (depth > 0 && random.chance(15)) return Array.from({ length: random.below(random.chance(10) ? 14 : 4) }, () => anyJson(random, depth - 1));
  if (depth === 0 || random.chance(60)) return random.pick(ANY);
  const keys = Object.keys(random.pick(Object.values(OBJECTS))).concat(['zz', 'fr', 'A']).filter(() => random.chance(40));
  return Object.fromEntries(keys.map((key) => [key, anyJson(random, depth - 1)]));
}

/** Mostly a value of the type. */
export function typedJson(random, type, depth = 3) {
  if (random.chance(7)) return anyJson(random, 2);
  if (type.endsWith('!')) return typedJson(random, type.slice(0, -1), depth);
  if (random.chance(8)) return null;
  if (type.startsWith('[')) {
    const item = type.slice(1, -1);
    return random.chance(20) ? typedJson(random, item, depth) : Array.from({ length: random.below(3) }, () => typedJson(random, item, depth));
  }
  if (type === 'S') return anyJson(random, 2);
  if (type in LEAVES) return random.pick(LEAVES[type]);
  const fields = Object.entries(OBJECTS[type]);
  const chosen = type === 'One' ? [random.pick(fields)] : fields.filter(([, of]) => depth > 0 && random.chance(of.endsWith('!') ? 90 : 50));
  if (random.chance(6)) chosen.push([random.pick(['zz', 'aa', 'A', 'b']), 'Int']);
  return Object.fromEntries(chosen.map(([name, of]) => [name, typedJson(random, of, depth - 1)]));
}

/** A value as a literal, some of it given by the variables of these names. */
export function literalOf(random, value, variables = []) {
  if (variables.length > 0 && random.chance(8)) return `$${random.pick(variables)}`;
  if (Array.isArray(value)) return `[${value.map((item) => literalOf(random, item, variables)).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value).map(([key, item]) => `${key}: ${literalOf(random, item, variables)}`).join(', ')}}`;
  }
  if (['X', 'Y', 'Zed', 'zed'].includes(value) && random.chance(85)) return value;
  return JSON.stringify(value);
}

const STRINGS = ['"s"', '""', '"a\\n\\t\\u0001\\u009f\\"\\\\\\/é😀"', '""""""', '"""a"""', '"""\n  a\n   b\n"""', '"""x\\""""y"""', '"""a "q" """', '""" lead"""',
  '"""end\\""""""', '"""tail\\\n"""', '"""  \n\n  x\n\t\ty\n  """', `"""${'w'.repeat(80)}"""`, '"""a\r\nb\rc"""', `"${'z'.repeat(60)}"`];

/** A literal of any kind and spelling, for the printer. */
export function anyLiteral(random, depth) {
  const many = (write) => Array.from({ length: random.below(6) }, (_, i) => write(i)).join(' ');
  if (depth > 0 && random.chance(20)) return `[${many(() => anyLiteral(random, depth - 1))}]`;
  if (depth > 0 && random.chance(30)) return `{${many((i) => `f${i}${random.chance(20) ? 'longlonglonglonglong' : ''}: ${anyLiteral(random, depth - 1)}`)}}`;
  return random.pick(['1', '-5', '1.50', '1e10', 'true', 'null', 'ENUM', '$v', ...STRINGS]);
}
