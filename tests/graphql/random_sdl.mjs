// Random SDL: some of it makes a schema, most breaks a rule or several.
const KINDS = { A: 'type', B: 'type', C: 'type', Query: 'type', Mutation: 'type', I: 'interface', J: 'interface', K: 'interface', U: 'union', E: 'enum',
  In: 'input', In2: 'input', One: 'input', S: 'scalar' };
const OUTPUTS = ['A', 'B', 'C', 'I', 'J', 'K', 'U', 'E', 'S', 'Int', 'String', 'ID', 'Float', 'Boolean'];
const INPUTS = ['In', 'In2', 'One', 'E', 'S', 'Int', 'String', 'ID', 'Float', 'Boolean'];
const WRONG_TYPES = ['In', 'A', 'U', 'Quer', 'Nope', 'Strin', '__Type', 'I'];
const WRONG_DIRECTIVES = ['@nope', '@skip(if: true)', '@oneOf', '@d', '@d(x: 1)', '@d(x: "s") @d(x: "t")', '@rep @rep', '@specifiedBy(url: "u")',
  '@deprecat', '@deprecated(reason: 5)', '@deprecated(resaon: "x")'];
const FITTING = { Int: '1', String: '"s"', ID: '4', Float: '1.5', Boolean: 'true', E: 'X', S: '{x: [1, "a", Q]}', In: '{}', In2: '{}', One: '{a: 1}' };
const WRONG_DEFINITIONS = ['type __X { a: Int }', 'directive @__y on FIELD', 'extend type Nop { a: Int }', 'extend scalar A @d(x: "")',
  'schema { query: Query }', 'scalar ID', 'type Fo', 'input R { r: R! }', 'input P { q: Q1! } input Q1 { p: P! }', 'input V { v: V = {} }',
  'input V2 { v: W2 = {} } input W2 { w: V2 = {} }', 'type String { a: Int }', 'input O1 @oneOf { a: O1 }', 'union U2 = U', 'enum E2', 'union U3',
  'interface L1 implements L2 { a: Int } interface L2 implements L1 { a: Int }', 'interface L implements L { a: Int }', 'interface L3 implements K { a: Int }',
  'type L4 implements J & K { a: Int }', 'extend type A implements I', 'extend type A implements Nope & I', 'extend interface J implements K & G', 'extend union U = A',
  'extend union U = Nope | In | C', 'extend enum E { X Q }', 'extend input In { a: Int z: Q }', 'extend interface A { z: Int }', 'extend schema @d(x: "s")',
  'extend directive @d @rep', 'directive @dd @dd on DIRECTIVE_DEFINITION', 'directive @de @deprecated @deprecated(reason: "x") on FIELD', 'extend directive @rep @d(x: "s")',
  'extend directive @rep @deprecated extend directive @rep @deprecated', 'directive @loc on FIELD | FIELD', 'directive @ar(x: Int, x: Int) @nope on FIELD',
  'input O2 @oneOf { a: Int! b: Int = 1 }', 'input O3 @oneOf { a: O4 } input O4 @oneOf { a: O3 }', 'extend input One { z: Int! y: Int = 2 }', 'extend input In @oneOf',
  'type T1 { a(x: Int, x: Int): Int a: Int }', 'enum E3 { A true }', 'extend type Query { __a: Int }', 'enum E4 { __A A A }', 'directive @d on FIELD',
  'scalar S2 @specifiedBy', 'extend scalar S @specifiedBy(url: "u") @specifiedBy(url: "v")', 'extend scalar ID @d', 'input In5 { a: Int @deprecated b: Int! @deprecated c: Int! = 1 @deprecated }',
  'interface M { m(x: Int!): [I] } type M1 implements M { m: [A] } type M2 implements M { m(x: Int!, y: Int!): [I!]! } type M3 implements M { m(x: Int): I }',
  'input V3 { a: V3 = {a: {a: null}} } input V4 { a: V5! = {} } input V5 { b: V4 = {a: {}} }', 'union U4 = A | Query', 'extend type Nope2 @d', 'extend schema { subscription: A }'];
const FIELDS = ['a', 'b', 'c', 'd'];

class SdlWriter {
  /** `wrongness`: how often, in percent, something is not as it should be. */
  constructor(random, wrongness) {
    this.random = random;
    this.wrongness = wrongness;
  }

  isWrong(divisor = 1) {
    return this.random.below(100 * divisor) < this.wrongness;
  }

  wrapped(name) {
    if (this.wrongness === 0 && INPUTS.slice(0, 3).includes(name)) return this.random.pick([name, `[${name}]`]);
    return this.random.pick([name, name, name, `${name}!`, `[${name}]`, `[${name}!]!`, `[[${name}]]`]);
  }

  type(names) {
    return this.wrapped(this.random.pick(this.isWrong() ? WRONG_TYPES : names));
  }

  literal(depth = 2) {
    const many = (make) => Array.from({ length: this.random.below(4) }, make).join(', ');
    if (depth > 0 && this.random.chance(20)) return `[${many(() => this.literal(depth - 1))}]`;
    if (depth > 0 && this.random.chance(40)) return `{${many(() => `${this.random.pick(FIELDS)}: ${this.literal(depth - 1)}`)}}`;
    return this.random.pick(['1', '5', '-3', '1.5', '"s"', 'null', 'true', 'X', 'Y', 'Z', '99999999999', '"4"', '1e3']);
  }

  defaultValue(type) {
    if (!this.random.chance(35) || (this.wrongness === 0 && /In|One/.test(type))) return '';
    if (this.isWrong()) return ` = ${this.literal()}`;
    return ` = ${type.startsWith('[') ? '[]' : FITTING[type.replace('!', '')] ?? '1'}`;
  }

  directives() {
    if (this.isWrong()) return ` ${this.random.pick(WRONG_DIRECTIVES)}`;
    return this.wrongness > 0 && this.random.chance(10) ? this.random.pick([' @deprecated', ' @deprecated(reason: "r")']) : '';
  }

  inputValue(name) {
    const type = this.type(INPUTS);
    return `${this.random.chance(15) ? '"desc" ' : ''}${name}: ${type}${this.defaultValue(type)}${this.directives()}`;
  }

  arguments() {
    if (this.random.chance(60)) return '';
    const names = this.isWrong() ? [this.random.pick('xyz'), this.random.pick('xyz')] : ['x', 'y', 'z'].slice(0, 1 + this.random.below(3));
    return `(${names.map((name) => this.inputValue(name)).join(', ')})`;
  }

  members(write) {
    const names = this.isWrong() ? FIELDS.map(() => this.random.pick(FIELDS)) : FIELDS;
    return names.slice(0, (this.isWrong() ? 0 : 1) + this.random.below(4)).map(write);
  }

  fields() {
    return this.members((name) => `${this.random.chance(10) ? '"""d\n  e""" ' : ''}${this.isWrong(4) ? '__' : ''}${name}${this.arguments()}: ` +
      `${this.type(OUTPUTS)}${this.directives()}`);
  }

  composite(keyword, name, isExtension) {
    let interfaces = '';
    const fields = this.fields();
    if (!isExtension && this.random.chance(40)) {
      interfaces = ' implements G';
      if (!this.isWrong()) fields.push(`g(p: Int): ${this.random.pick(['I', 'I!'])}`);
      if (this.isWrong()) interfaces = ` implements ${this.random.pick(['I & I', 'A', 'K & J', 'I & U', 'I', 'I & J & K'])}`;
    }
    const own = isExtension && this.wrongness === 0 ? fields.map((field) => field.replace(/\b([abcd])(?=[(:])/, '$12')) : fields;
    return `${keyword} ${name}${interfaces}${this.directives()}${own.length > 0 ? ` {\n  ${own.join('\n  ')}\n}` : ''}`;
  }

  /** What follows "extend" or the description. */
  definition(name, isExtension) {
    const kind = this.isWrong(3) ? this.random.pick(Object.values(KINDS)) : KINDS[name];
    switch (kind) {
      case 'type':
      case 'interface': return this.composite(kind, name, isExtension);
      case 'union': return `union U${this.isWrong() ? '' : ` = ${this.random.pick(this.isWrong() ? ['A | A', 'A | I', 'A | In', 'B | Nope'] : ['A', 'A | B', 'A | B | C'])}`}`;
      case 'enum': return `enum ${name} { X ${this.members((member) => ({ a: 'W', b: 'Y', c: 'Z', d: 'T' })[member] + this.directives()).join(' ')} }`;
      case 'scalar': return `scalar ${name}${this.random.chance(30) ? ' @specifiedBy(url: "http://x")' : ''}`;
      default: return `input ${name}${name === 'One' && !this.isWrong() ? ' @oneOf { a: Int b: [In!] }' : ` { ${this.members((field) => this.inputValue(field)).join('\n  ')} }`}`;
    }
  }

  schemaDefinition() {
    const query = this.isWrong() ? this.random.pick(['A', 'I', 'Nope', 'E']) : 'Query';
    const mutation = this.random.chance(30) ? ` mutation: ${this.random.pick(this.isWrong() ? ['Query', 'I'] : ['B', 'C'])}` : '';
    return `${this.random.chance(30) ? '"sd" ' : ''}schema { query: ${query}${mutation}${this.isWrong() ? ' subscription: Query' : ''} }`;
  }

  document() {
    const parts = ['directive @d(x: String!, y: In = {}) on FIELD_DEFINITION | ENUM_VALUE', 'interface G { g(p: Int): I }',
      'directive @rep repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION'];
    for (const name of Object.keys(KINDS)) {
      if ((name === 'Mutation' && this.random.chance(60)) || this.isWrong(2)) continue;
      parts.push(`${this.random.chance(20) ? '"desc"\n' : ''}${this.definition(name, false)}`);
      if (this.random.chance(10) && (this.wrongness > 0 || KINDS[name] === 'type')) parts.push(`extend ${this.definition(name, true)}`);
    }
    if (this.random.chance(25)) parts.push(this.schemaDefinition());
    if (this.random.chance(10)) parts.push('directive @skip(if: Boolean!, z: In2) on FIELD');
    if (this.isWrong(2)) parts.push(`extend schema { ${this.random.pick(['mutation: B', 'query: A', 'subscription: C'])} }`);
    while (this.wrongness > 0 && this.random.chance(35)) parts.push(this.random.pick(WRONG_DEFINITIONS));
    for (let i = parts.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1);
      [parts[i], parts[j]] = [parts[j], parts[i]];
    }
    return parts.join('\n');
  }
}

export function randomSdl(random) {
  return new SdlWriter(random, random.pick([0, 0, 4, 20])).document();
}
