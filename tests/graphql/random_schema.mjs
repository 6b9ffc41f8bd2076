// Random schemas that are valid, with something of everything: interfaces of interfaces, unions, nested lists, inputs with defaults, @oneOf,
// extensions, descriptions, deprecation, directives.
import { buildSchema, validateSchema } from 'graphql';

const LEAVES = ['Int', 'Float', 'String', 'Boolean', 'ID', 'Color', 'Any'];
const OBJECTS = ['Apple', 'Pear', 'Crate', 'Truck'];
const COMPOSITES = [...OBJECTS, 'Fruit', 'Named', 'Thing'];
const INPUTS = [...LEAVES, 'Filter', 'Range', 'Choice'];
const DEFAULTS = { Int: ['0', '-7', '2147483647'], Float: ['1.5', '3', '-2e3', '1.50'], String: ['"s"', '""', '"é😀\\n"', '"""block\n  text"""', '"a\\"b"'],
  Boolean: ['true', 'false'], ID: ['"x"', '7'], Color: ['RED', 'GREEN'], Any: ['{a: [1, "b", RED]}', '[]', '1.0', 'NAME'],
  Range: ['{from: 1}', '{}', '{to: null, from: 2}'], Filter: ['{name: "n"}', '{}'], Choice: ['{a: 1}', '{b: ["x"]}'] };

class SchemaMaker {
  constructor(random) {
    this.random = random;
    this.count = 0;
  }

  wrapped(name) {
    return this.random.pick([name, name, name, `${name}!`, `[${name}]`, `[${name}!]`, `[${name}]!`, `[${name}!]!`, `[[${name}]]`, `[[${name}!]!]`]);
  }

  description() {
    if (!this.random.chance(15)) return '';
    return `${this.random.pick(['"d"', '"""\n  Two lines,\n    indented.\n"""', '"with \\"quotes\\" and é😀"', '"""ends in a backslash \\\\ """', '""""""', '"""  x"""', '"a\\tb"'])} `;
  }

  deprecated(type = '') {
    if (type.endsWith('!') || !this.random.chance(12)) return '';
    return this.random.pick([' @deprecated', ' @deprecated(reason: "r")', ' @deprecated(reason: """\n  long\n""")', ' @tag(name: "x") @tag(name: "y")']);
  }

  defaultValue(type) {
    if (!this.random.chance(40)) return '';
    if (!type.endsWith('!') && this.random.chance(12)) return ' = null';
    const bare = type.replace(/!$/, '');
    if (!bare.startsWith('[')) return ` = ${this.random.pick(DEFAULTS[bare])}`;
    const item = bare.slice(1, -1).replace(/[[\]!]/g, '');
    const value = this.random.pick(DEFAULTS[item]);
    return ` = ${this.random.pick(item === 'Any' ? ['[]'] : [value, '[]', `[${value}, ${value}]`, `[${value}]`])}`;
  }

  input(name, types = INPUTS) {
    const type = this.wrapped(this.random.pick(types));
    const value = this.defaultValue(type);
    return `${this.description()}${name}: ${type}${value}${this.deprecated(value === '' ? type : '')}`;
  }

  arguments(percent) {
    if (!this.random.chance(percent)) return '';
    return `(${['x', 'y', 'zz'].slice(0, 1 + this.random.below(3)).map((name) => this.input(name)).join(', ')})`;
  }

  field(name) {
    const type = this.random.chance(45) ? this.random.pick(COMPOSITES) : this.random.pick(LEAVES);
    return `${this.description()}${name}${this.arguments(15)}: ${this.wrapped(type)}${this.deprecated()}`;
  }

  /** Fields under the names given, or some of them; "name" and "label" are of the interfaces. */
  fields(own) {
    return own.filter(() => this.random.chance(70)).map((name) => this.field(name));
  }

  object(name) {
    const interfaces = this.random.pick([[], ['Named'], ['Thing', 'Named'], ['Thing', 'Named']]);
    const fields = this.fields(['size', 'inner', 'other', 'parts', 'data']);
    if (interfaces.includes('Named')) fields.push(this.named);
    if (interfaces.includes('Thing')) fields.push(this.thing.replace('Named', this.random.pick(['Named', 'Thing'])));
    if (fields.length === 0) fields.push('size: Int');
    fields.push(`only${name}: ${this.random.pick(LEAVES)}`);
    return `${this.description()}type ${name}${interfaces.length > 0 ? ` implements ${interfaces.join(' & ')}` : ''} {\n  ${fields.join('\n  ')}\n}`;
  }

  root(name, prefix) {
    const fields = Array.from({ length: 4 + this.random.below(5) }, (_, i) => this.field(`${prefix}${i}`));
    fields.push(`${prefix}Echo${this.arguments(100)}: Any`, `${prefix}Echo2${this.arguments(100)}: Any`);
    return `type ${name} {\n  ${fields.join('\n  ')}\n}`;
  }

  parts() {
    this.named = `name: ${this.random.pick(['String', 'String!', 'Int', '[String]', 'Color'])}`;
    this.thing = `link(deep: Int = 1): Named`;
    const query = this.random.chance(80) ? 'Query' : 'Root';
    const hasMutation = this.random.chance(70);
    const parts = [
      this.root(query, 'q'), `interface Named { ${this.description()}${this.named} }`, `interface Thing implements Named { ${this.named} ${this.thing} }`,
      ...OBJECTS.map((name) => this.object(name)), `${this.description()}union Fruit = ${this.random.pick(['Apple | Pear', '| Crate | Pear | Apple', 'Truck'])}`,
      `${this.description()}enum Color { RED ${this.description()}GREEN${this.deprecated()} BLUE }`,
      `${this.description()}scalar Any${this.random.chance(30) ? ' @specifiedBy(url: "https://any")' : ''}`,
      `input Range { ${['from', 'to', 'step'].map((name) => this.input(name, LEAVES)).join(' ').replace(/!/g, '')} }`,
      `input Filter { ${['name', 'range', 'ids'].map((name) => this.input(name, [...LEAVES, 'Range'])).join(' ').replace(/!/g, '')} }`,
      `${this.description()}input Choice @oneOf { a: Int b: [String!] c: Range }`,
      `${this.description()}directive @tag(name: String!, ${this.input('extra')}) repeatable on FIELD | FIELD_DEFINITION | ENUM_VALUE | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | QUERY | MUTATION`,
      `directive @note(${this.input('level', LEAVES)}) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT | FRAGMENT_DEFINITION | VARIABLE_DEFINITION | QUERY | MUTATION`,
    ];
    if (hasMutation) parts.push(this.root(query === 'Query' && this.random.chance(70) ? 'Mutation' : 'Change', 'm'));
    const mutation = hasMutation ? /type (Mutation|Change)/.exec(parts.at(-1))[1] : null;
    if (query === 'Root' || mutation === 'Change' || this.random.chance(20)) {
      parts.push(`${this.description()}schema { query: ${query}${mutation ? ` mutation: ${mutation}` : ''} }`);
    }
    if (this.random.chance(50)) parts.push(`extend type ${this.random.pick(OBJECTS)} { ${this.field('added')} }`);
    if (this.random.chance(30)) parts.push('extend enum Color { BLACK }');
    if (this.random.chance(30)) parts.push('extend input Range { more: Int = 5 }');
    if (this.random.chance(20)) parts.push(`extend type ${query} { ${this.field('qAdded')} }`);
    return parts;
  }

  document() {
    const parts = this.parts();
    for (let i = parts.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1);
      [parts[i], parts[j]] = [parts[j], parts[i]];
    }
    return parts.join('\n\n');
  }
}

export function randomSchema(random) {
  for (;;) {
    const sdl = new SchemaMaker(random).document();
    try {
      if (validateSchema(buildSchema(sdl)).length === 0) return sdl;
    } catch { /* a directive that needs an argument, used without it: the next will do */ }
  }
}
