// Holds Millrace's schemas, coercion and printer against graphql-js's: the rows of tests/spec/graphql/type, then COUNT random cases of each.
//
//   node type_compare.mjs PROGRAM [SEED] [COUNT]
//
// Rows that show what graphql-js cannot (digits beyond a double, Millrace's own scalars) are passed over by what they contain.
import { readFileSync } from 'node:fs';
import { buildASTSchema, buildSchema, coerceInputLiteral, parse, parseValue, print, printSchema, validateSchema, version } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { validateSDL } from 'graphql/validation/validate.js';
import { answersTo } from './program.mjs';
import { Random } from './random.mjs';
import { ARGUMENT_TYPES, INPUT_SDL, VARIABLE_TYPES, anyJson, anyLiteral, literalOf, typedJson } from './random_input.mjs';
import { randomSdl } from './random_sdl.mjs';

const [program, seed = '1', count = '3000'] = process.argv.slice(2);
const random = new Random(Number(seed));
const inputSchema = buildSchema(INPUT_SDL);
const plain = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
const places = (error) => (error.locations ?? []).map(({ line, column }) => [line, column]);

function answersOf(cases) {
  return answersTo(program, cases.map((one) => JSON.stringify(one.request))).map((line) => JSON.parse(line));
}

/** Runs the cases; `difference(expected, got)` is empty when they agree. */
function compare(title, cases, difference) {
  const answers = answersOf(cases);
  let failures = 0;
  cases.forEach((one, i) => {
    const found = difference(one.expected, answers[i]);
    if (!found || ++failures > 5) return;
    console.log(`\n--- ${title} differs: ${found}\n${Object.values(one.request).map(String).join('\n')}`);
  });
  console.log(`${title}: ${cases.length}, different from graphql-js ${version}: ${failures}`);
  return failures;
}

const exactly = (expected, got) => (JSON.stringify(expected) === JSON.stringify(got) ? '' : `${JSON.stringify(expected)}, Millrace ${JSON.stringify(got)}`);

/** The errors that graphql-js has for an SDL text, or the names of its types and how it is printed. */
function schemaReference(sdl) {
  try {
    const document = parse(sdl);
    const broken = validateSDL(document);
    if (broken.length > 0) return { errors: broken };
    const schema = buildASTSchema(document, { assumeValidSDL: true });
    const invalid = validateSchema(schema);
    return invalid.length > 0 ? { errors: invalid } : { types: Object.keys(schema.getTypeMap()), printed: printSchema(schema) };
  } catch (error) {
    return { errors: [error], isFirstOnly: true };
  }
}

/** Messages as a set: of what is defined three times graphql-js makes one error. After two definitions of one name what follows from them may differ. */
function schemaDifference(expected, got) {
  // graphql-js never looks at the values that the SDL gives to directives of its own.
  const problems = got.problems?.filter(({ message }) => !/^Argument "@.*" has invalid value/.test(message));
  if (!expected.errors) return problems?.length === 0 ? '' : exactly(expected, got);
  if (!problems) return `${expected.errors[0].message}, Millrace accepts`;
  const ours = new Set(problems.map(({ message }) => message));
  const theirs = new Set(expected.errors.map(({ message }) => message));
  if (expected.isFirstOnly) return '';
  const isAmbiguous = [...theirs].some((message) => /only one (?:type|directive) named/.test(message));
  const onlyTheirs = [...theirs].filter((message) => !ours.has(message));
  const onlyOurs = [...ours].filter((message) => !theirs.has(message));
  if (onlyTheirs.length + onlyOurs.length > 0) return isAmbiguous ? '' : `graphql-js only ${JSON.stringify(onlyTheirs)}, Millrace only ${JSON.stringify(onlyOurs)}`;
  // Names are pointed at where graphql-js points at the whole definition.
  const isPlaced = ({ message, line, column }) => /must not begin with "__"|must be Input Type/.test(message) ||
    expected.errors.some((error) => error.message === message && (error.locations ? places(error).some(([l, c]) => l === line && c === column) : line === 0));
  const misplaced = problems.find((problem) => !isPlaced(problem));
  return misplaced ? `the place of ${JSON.stringify(misplaced)}` : '';
}

function variablesReference(schema, query, variables) {
  const { errors, variableValues } = getVariableValues(schema, parse(query).definitions[0].variableDefinitions, variables, { maxErrors: 50 });
  if (errors) return { errors: errors.map((error) => ({ message: error.message, locations: places(error) })) };
  return { coerced: sorted(plain(variableValues.coerced)) };
}

function argumentsReference(schema, query, variables) {
  const operation = parse(query).definitions[0];
  const { variableValues } = getVariableValues(schema, operation.variableDefinitions, variables);
  const [selection] = operation.selectionSet.selections;
  const field = schema.getQueryType().getFields()[selection.name.value];
  const values = selection.arguments.map(({ name, value }) => [name.value, plain(coerceInputLiteral(value, field.args.find((arg) => arg.name === name.value).type, variableValues))]);
  return { arguments: Object.fromEntries(values.filter(([, value]) => value !== undefined)) };
}

function leafReference(schema, type, value) {
  try {
    return { out: schema.getType(type).coerceOutputValue(value) };
  } catch (error) {
    return { error: error.message };
  }
}

function rows() {
  const read = (file) => readFileSync(new URL(`../spec/graphql/type/${file}`, import.meta.url), 'utf8');
  const own = /DateTme|DateTime|"Date"|: Date\b|JSON|é😀/;
  const cases = JSON.parse(read('schema_problems.json')).filter(({ sdl }) => !own.test(sdl))
    .map(({ sdl }) => ({ request: { do: 'schema', schema: sdl }, expected: schemaReference(sdl) }));
  const variables = JSON.parse(read('variables.json'));
  const schema = buildSchema(`${variables.schema} scalar JSON scalar DateTime scalar Date`);
  const requests = variables.rows.filter(({ query, variables: given }) => !own.test(query) && !JSON.stringify(given).includes('12345678901234567')).map((row) => ({
    request: { do: 'variables', schema: variables.schema, query: row.query, variables: row.variables },
    expected: variablesReference(schema, row.query, row.variables),
  }));
  return compare('rows of schemas', cases, schemaDifference) + compare('rows of variables', requests, exactly);
}

const many = (make) => Array.from({ length: Number(count) }, make);

function randomValues() {
  return many(() => anyLiteral(random, 3)).map((source) => {
    const value = parseValue(source);
    return { request: { do: 'value', source }, expected: { print: print(value), ...(value.kind === 'StringValue' ? { string: value.value } : {}) } };
  });
}

function randomVariables() {
  return many(() => {
    const definitions = ['x', 'y'].map((name) => [name, random.pick(VARIABLE_TYPES)]);
    const given = definitions.filter(() => random.chance(90)).map(([name, type]) => [name, typedJson(random, type)]);
    const written = definitions.map(([name, type]) => `$${name}: ${type}${random.chance(15) ? ` = ${literalOf(random, typedJson(random, type))}` : ''}`);
    const [query, variables] = [`query(${written.join(', ')}) { f }`, Object.fromEntries(given)];
    return { request: { do: 'variables', schema: INPUT_SDL, query, variables }, expected: variablesReference(inputSchema, query, variables) };
  });
}

function randomArguments() {
  return many(() => {
    const names = Object.keys(ARGUMENT_TYPES).filter(() => random.chance(40)).concat(random.chance(50) ? [] : ['m']);
    const unique = names.length > 0 ? [...new Set(names)] : ['a'];
    const written = unique.map((name) => `${name}: ${literalOf(random, typedJson(random, ARGUMENT_TYPES[name]), ['v1', 'v2', 'v3', 'v4'])}`);
    const query = `query($v1: Int = 4, $v2: String, $v3: In, $v4: [Int!]) { f(${written.join(', ')}) }`;
    const possible = { v1: [9, null], v2: ['s', null], v3: [{ f: 'q' }, null], v4: [[1, 2], [], null] };
    const variables = Object.fromEntries(Object.entries(possible).filter(() => random.chance(50)).map(([name, values]) => [name, random.pick(values)]));
    return { request: { do: 'arguments', schema: INPUT_SDL, query, variables }, expected: argumentsReference(inputSchema, query, variables) };
  });
}

/** Strings that are numbers to JavaScript, or nearly, and numbers that it spells in its own way. */
const SPELLED = ['5', ' 7 ', '1e3', '99999999999', '', ' ', '\u00a0\ufeff12\u3000\n', '0x1F', '0XfF', '0x', '0xg', '0b101', '0b2', '0o17', '0O8', '.5', '.', '5.', '+5', '-5', '+-5',
  '-0', '007', '1_0', '1e', '1e+', '1e-2', '1E400', '-1e400', 'Infinity', '-Infinity', '+Infinity', 'infinity', 'NaN', '5 5', '-0x5', '1.5e1', '2147483648', '0.0', '00.50',
  1e21, -1e21, 123456789012345680000, 1e-6, 1e-7, -1.5e-9, 0.1, 123456.789, 1e300, -0, 5e-324, 1.7976931348623157e308, 100, 1e5, 0.000001234, 4294967296.5];

function randomLeaves() {
  return many(() => {
    const type = random.pick(['Int', 'Float', 'String', 'Boolean', 'ID', 'E']);
    const value = random.chance(35) ? random.pick(SPELLED) : anyJson(random, 3) ?? 'abc';
    return { request: { do: 'leaf', schema: INPUT_SDL, type, value }, expected: leafReference(inputSchema, type, value) };
  });
}

function randomSchemas() {
  return many(() => randomSdl(random)).map((schema) => ({ request: { do: 'schema', schema }, expected: schemaReference(schema) }));
}

const schemas = randomSchemas();
console.log(`random schemas that are valid: ${schemas.filter(({ expected }) => expected.types).length}`);
const failures = rows() + compare('random schemas', schemas, schemaDifference) + compare('random variables', randomVariables(), exactly) +
  compare('random arguments', randomArguments(), exactly) + compare('random leaves', randomLeaves(), exactly) + compare('random values', randomValues(), exactly);
process.exit(failures === 0 ? 0 : 1);
