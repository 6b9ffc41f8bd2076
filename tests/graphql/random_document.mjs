// Random requests that are valid for a schema, or nearly: fields, arguments, variables and fragments are taken from it, so that most rules
// have something to look at. Response keys are mostly kept apart; with `merging`, equal fields have one key.
import {
  GraphQLList,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql';

const LITERALS = {
  Int: ['0', '1', '-7', '2147483647', '12'],
  Float: ['0', '1.5', '-2e3', '3'],
  String: ['""', '"text"', '"é😀\\n"', '"""block\n  text"""'],
  Boolean: ['true', 'false'],
  ID: ['"a"', '7', '"é"'],
  JSON: ['{a: [1, "b"]}', '[]', 'NAME', '1.0'],
  Money: ['"1 EUR"', '12.50', '{amount: 1}'],
  DateTime: ['"2026-01-02T03:04:05Z"'],
  Date: ['"2026-01-02"'],
};

const DIRECTIVES = {
  QUERY: ['@onQuery', '@onAll(id: "q")'],
  MUTATION: ['@onMutation', '@onAll(id: 1, tags: ["t"])'],
  SUBSCRIPTION: ['@onSubscription', '@onAll(id: 2)'],
  FIELD: ['@onField', '@onField(level: 2)', '@skip(if: false)', '@include(if: true)', '@onAll(id: "f", filter: {minimum: 1})'],
  FRAGMENT_DEFINITION: ['@onFragment', '@onAll(id: 3)'],
  FRAGMENT_SPREAD: ['@onSpread', '@skip(if: false)', '@include(if: true) @onSpread', '@defer(label: null)'],
  INLINE_FRAGMENT: ['@onInline', '@onInline(kind: RED)', '@defer(if: false)'],
  VARIABLE_DEFINITION: ['@onVariable', '@onVariable(max: 4)', '@onAll(id: 4)'],
};

class DocumentMaker {
  constructor(schema, random, { directives = DIRECTIVES, kinds = ['query', 'query', 'query', 'mutation', 'subscription'], merging = false } = {}) {
    Object.assign(this, { schema, random, merging, kinds, table: directives });
    this.fragments = [];
    this.count = 0;
  }

  document() {
    const operations = [];
    const count = this.random.chance(75) ? 1 : 2 + this.random.below(2);
    for (let i = 0; i < count; i++) operations.push(this.operation(count === 1 && this.random.chance(30) ? '' : ` Op${i}`));
    const parts = [...operations, ...this.fragments.map((fragment) => fragment.text)];
    if (this.random.chance(30)) parts.reverse();
    return parts.join(this.random.chance(80) ? '\n\n' : '\r\n');
  }

  operation(name) {
    const kind = this.random.pick(this.kinds.filter((one) => this.schema.getRootType(one)));
    this.variables = new Map();
    // Fragments use variables, so each operation has its own.
    this.usable = [];
    const type = this.schema.getRootType(kind);
    const set = this.selectionSet(type, 0, kind === 'subscription');
    const variables = [...this.variables.values()].map(
      ({ name: variable, type: variableType, value }) =>
        `$${variable}: ${variableType}${value}${this.directives('VARIABLE_DEFINITION', 5)}`,
    );
    const shown = variables.length === 0 ? '' : `(${variables.join(this.random.chance(70) ? ', ' : '\n  ')})`;
    return `${kind}${name}${shown}${this.directives(kind.toUpperCase(), 10)} ${set}`;
  }

  directives(location, percent) {
    if (!this.random.chance(percent)) return '';
    if (this.merging && this.variables && ['FIELD', 'FRAGMENT_SPREAD', 'INLINE_FRAGMENT'].includes(location) && this.random.chance(70)) return this.condition();
    return ` ${this.random.pick(this.table[location])}`;
  }

  /** @skip and @include with literals and variables, of nullable type with a default as well. */
  condition() {
    const directive = this.random.pick(['skip', 'include']);
    const other = directive === 'skip' ? 'include' : 'skip';
    const known = [...this.variables.values()].filter(({ type, value }) => type === 'Boolean!' || (type === 'Boolean' && value !== '' && value !== ' = null'));
    const variable = () => {
      if (known.length > 0 && this.random.chance(60)) return `$${this.random.pick(known).name}`;
      const name = `v${this.variables.size}`;
      this.variables.set(name, { name, ...this.random.pick([{ type: 'Boolean!', value: '' }, { type: 'Boolean', value: ' = true' }, { type: 'Boolean!', value: ' = false' }]) });
      return `$${name}`;
    };
    const condition = () => this.random.pick([() => 'true', () => 'false', variable])();
    return ` @${directive}(if: ${condition()})${this.random.chance(20) ? ` @${other}(if: ${condition()})` : ''}`;
  }

  selectionSet(type, depth, isSingle = false) {
    const selections = [];
    const count = isSingle ? 1 : 1 + this.random.below(depth > 1 ? 3 : 5);
    for (let i = 0; i < count; i++) selections.push(this.selection(type, depth, isSingle));
    if (this.random.chance(6) && !isSingle) selections.push(this.random.pick(selections));
    const indent = '  '.repeat(depth + 1);
    return `{\n${indent}${selections.join(`\n${indent}`)}\n${'  '.repeat(depth)}}`;
  }

  selection(type, depth, isSingle) {
    const roll = this.random.below(100);
    if (isUnionType(type) || (roll < 25 && depth < 4)) {
      if (isUnionType(type) && (roll < 10 || depth > 6)) return `${this.key()}: __typename`;
      return roll % 2 === 0 ? this.inlineFragment(type, depth, isSingle) : this.spread(type, depth, isSingle);
    }
    return this.field(type, depth);
  }

  key() {
    return `k${this.count++}`;
  }

  field(type, depth) {
    if (this.random.chance(5) && type !== this.schema.getSubscriptionType()) return `${this.key()}: __typename`;
    const fields = Object.values(type.getFields()).filter((one) => depth < 4 || isLeafType(getNamedType(one.type)));
    if (fields.length === 0) return `${this.key()}: __typename`;
    const field = this.random.pick(fields);
    const args = field.args.filter((arg) => isRequiredArgument(arg) || this.random.chance(40));
    const shown = args.map((arg) => `${arg.name}: ${this.argument(arg)}`).join(', ');
    const named = getNamedType(field.type);
    const set = isCompositeType(named) ? ` ${this.selectionSet(named, depth + 1)}` : '';
    const alias = this.alias(field, shown, set);
    const directives = type === this.schema.getSubscriptionType() ? '' : this.directives('FIELD', 8);
    return `${alias}${field.name}${shown === '' ? '' : `(${shown})`}${directives}${set}`;
  }

  alias(field, shown, set) {
    if (this.merging && this.random.chance(80)) return shown === '' ? '' : `${field.name}_${hash(shown + field.type)}: `;
    return this.random.chance(12) && shown === '' && set === '' ? '' : `${this.key()}: `;
  }

  /** A composite type that objects of `type` can be of. */
  narrowed(type) {
    const types = Object.values(this.schema.getTypeMap()).filter((one) => isCompositeType(one) && !one.name.startsWith('__'));
    const objects = new Set(isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type]);
    const fitting = types.filter((one) => (isAbstractType(one) ? this.schema.getPossibleTypes(one).some((o) => objects.has(o)) : objects.has(one)));
    return fitting.length > 0 ? this.random.pick(fitting) : type;
  }

  inlineFragment(type, depth, isSingle) {
    if (this.random.chance(15)) return `...${this.directives('INLINE_FRAGMENT', 20)} ${this.selectionSet(type, depth + 1, isSingle)}`;
    const narrowed = isSingle ? type : this.narrowed(type);
    return `... on ${narrowed.name}${this.directives('INLINE_FRAGMENT', isSingle ? 0 : 10)} ${this.selectionSet(narrowed, depth + 1, isSingle)}`;
  }

  spread(type, depth, isSingle) {
    const known = this.usable.filter((fragment) => fragment.on === type);
    const directives = isSingle ? '' : this.directives('FRAGMENT_SPREAD', 10);
    if (known.length > 0 && this.random.chance(50)) return `...${this.random.pick(known).name}${directives}`;
    const on = isSingle ? type : this.narrowed(type);
    const fragment = { name: `F${this.fragments.length}`, on };
    this.fragments.push(fragment);
    const set = this.selectionSet(on, Math.max(depth, 2), isSingle);
    fragment.text = `fragment ${fragment.name} on ${on.name}${this.directives('FRAGMENT_DEFINITION', 10)} ${set}`;
    this.usable.push(fragment);
    return `...${fragment.name}${directives}`;
  }

  argument(arg) {
    return this.random.chance(30) ? this.variable(arg.type, arg.defaultValue !== undefined || arg.default !== undefined) : this.value(arg.type, 0);
  }

  variable(type, hasDefault) {
    const shown = this.random.chance(20) && !isNonNullType(type) ? `${type}!` : String(type);
    const relaxed = hasDefault && isNonNullType(type) && this.random.chance(50) ? String(getNullableType(type)) : shown;
    const known = [...this.variables.values()].find((one) => one.type === relaxed);
    if (known && this.random.chance(60)) return `$${known.name}`;
    const name = `v${this.variables.size}`;
    const value = !relaxed.endsWith('!') && this.random.chance(30) ? ` = ${this.constant(type)}` : '';
    this.variables.set(name, { name, type: relaxed, value });
    return `$${name}`;
  }

  constant(type) {
    const variables = this.variables;
    this.variables = null;
    const value = this.value(type, 0);
    this.variables = variables;
    return value;
  }

  value(type, depth) {
    if (isNonNullType(type)) return this.value(type.ofType, depth);
    if (this.random.chance(5) && depth >= 0 && !this.insideNonNull) return this.nullable(type, depth);
    if (isListType(type)) return this.list(type, depth);
    if (isInputObjectType(type)) return this.object(type, depth);
    if (isEnumType(type)) return this.random.pick(type.getValues()).name;
    return this.random.pick(LITERALS[type.name] ?? LITERALS.JSON);
  }

  nullable(type, depth) {
    return depth > 50 ? 'null' : this.value(isListType(type) ? new GraphQLList(type.ofType) : type, depth + 100);
  }

  list(type, depth) {
    if (this.random.chance(15)) return this.value(type.ofType, depth + 1);
    const items = [];
    for (let i = this.random.below(depth > 2 ? 1 : 4); i > 0; i--) items.push(this.item(type.ofType, depth));
    return `[${items.join(', ')}]`;
  }

  item(type, depth) {
    return this.variables !== null && this.random.chance(10) ? this.variable(type, false) : this.value(type, depth + 1);
  }

  object(type, depth) {
    let fields = Object.values(type.getFields());
    if (type.isOneOf) fields = [this.random.pick(fields.filter((field) => isLeafType(getNamedType(field.type)) || depth < 3))];
    else fields = fields.filter((field) => isRequiredInputField(field) || (depth < 3 && this.random.chance(35)));
    const members = fields.map((field) => `${field.name}: ${type.isOneOf ? this.value(field.type, depth + 1) : this.item(field.type, depth)}`);
    return members.length === 0 ? '{}' : `{${members.join(', ')}}`;
  }
}

function hash(text) {
  return [...text].reduce((sum, character) => (Math.imul(sum, 31) + character.codePointAt(0)) >>> 0, 7).toString(36);
}

export function randomDocument(schema, random, options) {
  return new DocumentMaker(schema, random, options).document();
}
