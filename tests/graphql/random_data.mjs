// Random JSON for the fields of a schema and for the variables of an operation: mostly what the types want, now and then something else.
import { GraphQLNonNull, getNamedType, isAbstractType, isCompositeType, isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, typeFromAST } from 'graphql';

const WRONG = [null, null, 1, 0, -1, 1.5, 2147483648, -2147483649, 1e21, 1e-7, 123456789.125, true, false, '', 'text', 'RED', '12', ' 7 ', '0x1F', '1e3',
  '.5', '+5', 'Infinity', '99999999999', 'é😀', [], [1], [null], [[1, 'a'], { a: 1 }], {}, { a: 1 }, { name: 'n', __typename: 'Nope' }, { a: { b: { c: { d: 1 } } } },
  Array.from({ length: 12 }, (_, i) => i), { __typename: 'Color' }, { __typename: 'Truck' }, { __typename: 5 }, 9007199254740993, -0, 1e300];
const LEAVES = {
  Int: [0, 1, -1, 42, 2147483647, -2147483648, 3.0, '12'],
  Float: [0, 1.5, -2.25, 1e10, 1e21, 1e-7, 0.1, 123456.789, 5],
  String: ['', 'text', 'é😀', 'a"b\\c\n\u0001', 'true', 5, true, 1.50],
  Boolean: [true, false, true, 0, 1],
  ID: ['a', '1', 7, '', 1e20],
};

export class DataMaker {
  constructor(schema, random, wrongPercent) {
    Object.assign(this, { schema, random, wrongPercent });
  }

  any(depth) {
    if (depth > 0 && this.random.chance(25)) return Array.from({ length: this.random.below(4) }, () => this.any(depth - 1));
    if (depth > 0 && this.random.chance(25)) return Object.fromEntries(['k', 'kk', '$x', 'a.b'].filter(() => this.random.chance(50)).map((key) => [key, this.any(depth - 1)]));
    return this.random.pick(WRONG);
  }

  /** What a store might hold for a field of this type. */
  output(type, depth) {
    if (this.random.chance(this.wrongPercent)) return this.random.pick(WRONG);
    if (isNonNullType(type)) return this.output(type.ofType, depth);
    if (this.random.chance(6)) return null;
    if (isListType(type)) return Array.from({ length: this.random.below(depth > 1 ? 2 : 4) }, () => this.output(type.ofType, depth));
    if (isEnumType(type)) return this.random.pick(type.getValues()).name;
    if (isAbstractType(type)) return this.abstract(type, depth);
    if (isObjectType(type)) return this.object(type, depth);
    return type.name in LEAVES ? this.random.pick(LEAVES[type.name]) : this.any(2);
  }

  abstract(type, depth) {
    const possible = this.schema.getPossibleTypes(type);
    if (possible.length === 0) return { __typename: type.name };
    const object = this.random.pick(possible);
    return this.random.chance(85) ? { __typename: object.name, ...this.object(object, depth) } : this.object(object, depth);
  }

  object(type, depth) {
    const fields = Object.values(type.getFields()).filter((field) => depth < 3 || !isCompositeType(getNamedType(field.type)));
    return Object.fromEntries(fields.filter(() => this.random.chance(92)).map((field) => [field.name, this.output(field.type, depth + 1)]));
  }

  /** The values of all root fields. */
  root() {
    const types = [this.schema.getQueryType(), this.schema.getMutationType()].filter((type) => type);
    return Object.assign({}, ...types.map((type) => Object.fromEntries(Object.values(type.getFields())
      .map((field) => [field.name, field.name.includes('Echo') ? '$arguments' : this.output(field.type, 0)]))));
  }

  input(type, depth) {
    if (this.random.chance(this.wrongPercent)) return this.random.pick(WRONG);
    if (isNonNullType(type)) return this.input(type.ofType, depth);
    if (this.random.chance(8)) return null;
    if (isListType(type)) {
      return this.random.chance(15) ? this.input(type.ofType, depth) : Array.from({ length: this.random.below(3) }, () => this.input(type.ofType, depth + 1));
    }
    if (isEnumType(type)) return this.random.pick(type.getValues()).name;
    if (isInputObjectType(type)) return this.inputObject(type, depth);
    return type.name in LEAVES ? this.random.pick(LEAVES[type.name]) : this.any(2);
  }

  inputObject(type, depth) {
    const fields = Object.values(type.getFields());
    const chosen = type.isOneOf && this.random.chance(85) ? [this.random.pick(fields)] : fields.filter(() => this.random.chance(depth > 3 ? 10 : 55));
    const object = Object.fromEntries(chosen.map((field) => [field.name, this.input(field.type, depth + 1)]));
    if (this.random.chance(this.wrongPercent)) object[this.random.pick(['nam', 'fron', 'zzz', 'aa'])] = 1;
    return object;
  }

  /** Variables for an operation: some missing, some beside those it knows. */
  variables(operation) {
    const given = {};
    for (const definition of operation?.variableDefinitions ?? []) {
      const type = typeFromAST(this.schema, definition.type);
      const isNeeded = type instanceof GraphQLNonNull && !definition.defaultValue;
      if (type === undefined || this.random.chance(isNeeded ? 2 : 35)) continue;
      given[definition.variable.name.value] = this.input(type, 0);
    }
    if (this.random.chance(5)) given.extra = this.random.pick(WRONG);
    return given;
  }
}
