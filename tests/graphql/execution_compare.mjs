// Holds Millrace's responses against graphql-js's: data with the order of its keys, errors with message, locations and path, in order.
//
//   node execution_compare.mjs PROGRAM [SEED] [COUNT]    rows of tests/spec/graphql/execution, deviations.conf, strange requests,
//                                                        then COUNT random ones
//   node execution_compare.mjs --write                   puts graphql-js's responses into the rows
//
// Both sides get the same JSON as the values of the root fields; below, a field is a member of its parent. The type of an object is what its
// __typename says, or else the only one that has all of its members, as Millrace's engine has it.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { buildSchema, getOperationAST, graphqlSync, parse, version } from 'graphql';
import { mutated } from './mutation.mjs';
import { answersTo } from './program.mjs';
import { Random } from './random.mjs';
import { DataMaker } from './random_data.mjs';
import { randomDocument } from './random_document.mjs';
import { randomSchema } from './random_schema.mjs';
import { strange } from './strange_requests.mjs';

const folder = new URL('../spec/graphql/', import.meta.url).pathname;
const schemas = new Map();

function schemaOf(sdl) {
  if (!schemas.has(sdl)) schemas.set(sdl, buildSchema(sdl));
  return schemas.get(sdl);
}

function typeResolver(value, _context, { schema }, abstract) {
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  if (typeof value.__typename === 'string') return value.__typename;
  const fitting = schema.getPossibleTypes(abstract).filter((type) => Object.keys(value).every((key) => key in type.getFields()));
  return fitting.length === 1 ? fitting[0].name : undefined;
}

/** graphql-js's response, as a client reads it. */
function reference({ schema, data, query, variables, operationName }) {
  const rootValue = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, value === '$arguments' ? (given) => given : value]));
  return asClientReads(graphqlSync({ schema: schemaOf(schema), source: query, rootValue, variableValues: variables, operationName, typeResolver }));
}

const asClientReads = (response) => JSON.stringify(JSON.parse(JSON.stringify(response)));

function isSubscription({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false;
  }
}

function show(title, { query, variables, operationName }, expected, got) {
  console.log(`\n--- ${title}\n${query}`);
  if (variables || operationName !== undefined) console.log(JSON.stringify({ variables, operationName }));
  console.log(`  graphql-js: ${expected}\n  Millrace:   ${got}`);
}

// --- Rows ---------------------------------------------------------------------------------------------------------------------------------

/** The files whose rows graphql-js can answer: without resolvers of Millrace's own. */
function readFiles() {
  const files = readdirSync(`${folder}execution`).sort().map((file) => ({ file, ...JSON.parse(readFileSync(`${folder}execution/${file}`, 'utf8')) }));
  return files.filter(({ relations }) => relations === undefined);
}

const isOfResolvers = ({ expected }) => JSON.stringify(expected ?? '').includes('"test.failed"');
const requestOf = ({ schema, data }, { operation, ...row }) => ({ schema, data, ...row, ...(operation === undefined ? {} : { operationName: operation }) });

function readRows() {
  return readFiles().flatMap((file) => file.rows.filter((row) => !isOfResolvers(row)).map((row) => ({ file: file.file, ...requestOf(file, row) })));
}

function writeRows() {
  for (const { file, ...one } of readFiles()) {
    const filled = one.rows.map((row) => ({ ...row, expected: isOfResolvers(row) ? row.expected : JSON.parse(reference(requestOf(one, row))) }));
    const data = Object.entries(one.data).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
    const rows = filled.map((row) => `    ${JSON.stringify(row)}`);
    writeFileSync(`${folder}execution/${file}`, `{\n  "schema": ${JSON.stringify(one.schema)},\n  "data": {\n${data.join(',\n')}\n  },\n  "rows": [\n${rows.join(',\n')}\n  ]\n}\n`);
  }
}

function compareRows(program) {
  const rows = readRows();
  const answers = answersTo(program, rows.map((row) => JSON.stringify(row)));
  let failures = 0;
  rows.forEach((row, i) => {
    const [expected, said, got] = [reference(row), asClientReads(row.expected), asClientReads(JSON.parse(answers[i]))];
    if (expected === said && expected === got) return;
    failures++;
    show(`${row.file}: "${row.name}" ${expected === said ? '' : `says ${said}`}`, row, expected, got);
  });
  console.log(`rows: ${rows.length}, not as they should be: ${failures}`);
  return failures;
}

// --- Deviations ---------------------------------------------------------------------------------------------------------------------------

/** JSON with lines of comment. "data" and "response" are text, so that they keep digits which JavaScript would lose. */
function readDeviations() {
  const text = readFileSync(`${folder}deviations.conf`, 'utf8');
  return JSON.parse(text.replace(/^\s*#.*$/gm, '')).deviations;
}

function compareDeviations(program) {
  const rows = readDeviations();
  const answers = answersTo(program, rows.map(({ data, ...row }) => JSON.stringify(row).replace(/}$/, `,"data":${data}}`)));
  let failures = rows.length > 5 ? 1 : 0;
  rows.forEach((row, i) => {
    const expected = reference({ ...row, data: JSON.parse(row.data) });
    const isDifferent = expected !== answers[i] && expected !== asClientReads(JSON.parse(answers[i]));
    const exact = row.response.length > 0 ? row.response === answers[i] : true;
    if (isDifferent && exact && row.reason) return;
    failures++;
    show(`deviations.conf: "${row.name}" ${isDifferent ? `should answer ${row.response}` : 'is no deviation'}`, row, expected, answers[i]);
  });
  console.log(`deviations: ${rows.length} of at most 5, not as they should be: ${failures}`);
  return failures;
}

// --- Strange requests ---------------------------------------------------------------------------------------------------------------------

function compareStrange(program) {
  const answers = answersTo(program, strange.map((one) => JSON.stringify(one)));
  const differing = strange.filter((one, i) => reference(one) !== asClientReads(JSON.parse(answers[i])));
  for (const one of differing) show('differs', one, reference(one), answers[strange.indexOf(one)]);
  console.log(`strange requests: ${strange.length}, different from graphql-js ${version}: ${differing.length}`);
  return differing.length;
}

// --- Random requests ----------------------------------------------------------------------------------------------------------------------

const directives = {
  QUERY: ['@tag(name: "q")', '@note', '@tag(name: "a") @tag(name: "b", extra: null)'], MUTATION: ['@tag(name: "m")', '@note'], SUBSCRIPTION: ['@note'],
  FIELD: ['@skip(if: false)', '@include(if: true)', '@note', '@tag(name: "f") @tag(name: "g")', '@include(if: false)', '@skip(if: true)'],
  FRAGMENT_DEFINITION: ['@note'], FRAGMENT_SPREAD: ['@note', '@skip(if: false)', '@include(if: false)'],
  INLINE_FRAGMENT: ['@note', '@include(if: true)', '@skip(if: true)'], VARIABLE_DEFINITION: ['@note'],
};
const INTROSPECTION = ['__schema { queryType { name } types { name kind } }', '__schema { directives { name locations isRepeatable args { name defaultValue type { name kind ofType { name } } } } }',
  '__type(name: "Color") { name enumValues(includeDeprecated: true) { name isDeprecated deprecationReason } e: enumValues { name } }', '__type(name: "Nope") { name }',
  '__type(name: "Filter") { inputFields { name defaultValue type { kind name ofType { kind name } } } }', '__typename', 't: __typename',
  '__type(name: "Named") { kind possibleTypes { name } interfaces { name } fields { name args { name } } }', '__type(name: "Apple") { description fields(includeDeprecated: true) { name isDeprecated deprecationReason description args { name defaultValue } type { kind ofType { kind ofType { name } } } } }',
  '__type(name: "Any") { specifiedByURL isOneOf inputFields { name } fields { name } }', '__type(name: "Choice") { isOneOf specifiedByURL }',
  '__schema { description mutationType { name fields { name } } subscriptionType { name } }', '__type(name: "__Directive") { fields { name description type { kind } args { name defaultValue } } }',
  '__type(name: "__DirectiveLocation") { description enumValues { name description } }', '__type(name: "__Type") { name fields { name args { name defaultValue } } }'];
const MORE = ['... on Nope { a }', '{ }', 'unknownField', 'q0 { q0 }', 'q1(nope: 1)', '... @include(if: $nope) { __typename }', '...{ __typename }', 'q0 q0: q1', '... @defer { __typename }'];

function requestsOf(random) {
  const schema = randomSchema(random);
  const built = schemaOf(schema);
  const names = [...new Set(schema.match(/[A-Za-z_]\w*/g))].concat(['F0', 'F1', 'v0', 'v1', '__typename']);
  return Array.from({ length: 40 }, () => {
    const maker = new DataMaker(built, random, random.pick([0, 2, 6, 25]));
    let query = randomDocument(built, random, { directives, kinds: ['query', 'query', 'query', 'mutation'], merging: random.chance(80) });
    if (random.chance(15)) query = query.replace('{', () => `{ ${random.pick(random.chance(80) ? INTROSPECTION : MORE)} `);
    for (let damage = random.pick([0, 0, 0, 0, 0, 1, 2]); damage > 0; damage--) query = mutated(query, random, names);
    return withName({ schema, data: maker.root(), query }, maker, random);
  });
}

function withName(request, maker, random) {
  let document = null;
  try {
    document = parse(request.query);
  } catch { /* what does not parse has no operations */ }
  const operations = (document?.definitions ?? []).filter(({ kind }) => kind === 'OperationDefinition');
  const operation = operations.length > 0 ? random.pick(operations) : undefined;
  if (operations.length > 1 ? random.chance(90) : random.chance(15)) request.operationName = random.chance(8) ? random.pick(['', 'Nope', 'op0']) : operation?.name?.value;
  if (request.operationName === undefined) delete request.operationName;
  if (random.chance(95)) request.variables = maker.variables(operation);
  return request;
}

function compareRandom(program, seed, count) {
  const random = new Random(seed);
  const cases = [];
  while (cases.length < count) cases.push(...requestsOf(random).filter((one) => !isSubscription(one)));
  const answers = answersTo(program, cases.map((one) => JSON.stringify(one)));
  const totals = { valid: 0, partial: 0, refused: 0 };
  let failures = 0;
  cases.forEach((one, i) => {
    const expected = reference(one);
    const got = asClientReads(JSON.parse(answers[i]));
    totals[expected.startsWith('{"data"') ? 'valid' : expected.includes('],"data":') ? 'partial' : 'refused']++;
    if (expected === got) return;
    if (++failures <= 10) show(process.env.SHOW_SCHEMA ? `differs\n${one.schema}` : 'differs', one, expected, got);
  });
  console.log(`random requests, seed ${seed}: ${cases.length} over ${cases.length / 40} schemas (${totals.valid} without errors, ${totals.partial} with data and errors, ` +
    `${totals.refused} refused), different from graphql-js ${version}: ${failures}`);
  return failures;
}

if (process.argv[2] === '--write') {
  writeRows();
} else {
  const [program, seed = '1', count = '6000'] = process.argv.slice(2);
  const failures = compareRows(program) + compareDeviations(program) + compareStrange(program) + compareRandom(program, Number(seed), Number(count));
  process.exit(failures === 0 ? 0 : 1);
}
