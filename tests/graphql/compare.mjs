// Holds Millrace's validation against graphql-js's: verdicts, messages and locations, exactly and in order.
//
//   node compare.mjs PROGRAM [SEED] [COUNT]     rows of tests/spec/graphql/validation, then hostile documents, then COUNT random documents and damaged ones
//   node compare.mjs --write PROGRAM            puts graphql-js's answers into the rows
//
// A row is {"name", "query", "errors"}, with "schema" when it is not schema.graphql. What Millrace wants to say differently is in
// deviations.conf, which execution_compare.mjs looks at.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphQLError, buildSchema, parse, validate, version } from 'graphql';
import { hostile } from './hostile.mjs';
import { mutated } from './mutation.mjs';
import { answersTo } from './program.mjs';
import { Random } from './random.mjs';
import { randomDocument } from './random_document.mjs';

const rowsFolder = new URL('../spec/graphql/validation/', import.meta.url).pathname;
const sharedSdl = readFileSync(join(rowsFolder, 'schema.graphql'), 'utf8');
const schemas = new Map();

function schemaOf(sdl) {
  if (!schemas.has(sdl)) schemas.set(sdl, buildSchema(sdl));
  return schemas.get(sdl);
}

/** What graphql-js answers. Nothing when it cannot say: it fails itself on @defer with an argument of a wrong type. */
function reference({ schema = sharedSdl, query }) {
  try {
    return validate(schemaOf(schema), parse(query)).map(shape);
  } catch (error) {
    return error instanceof GraphQLError && error.message.startsWith('Syntax Error') ? [shape(error)] : null;
  }
}

function shape(error) {
  return { message: error.message, locations: (error.locations ?? []).map(({ line, column }) => [line, column]) };
}

function answersOf(program, cases) {
  const lines = cases.map(({ schema = sharedSdl, query }) => JSON.stringify({ schema, query }));
  return answersTo(program, lines).map((line) => {
    const answer = JSON.parse(line);
    if (answer.schema_problems) throw new Error(`The schema has problems: ${answer.schema_problems.join('; ')}`);
    return answer.errors.map(shape);
  });
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function show(title, one, expected, got) {
  console.log(`\n--- ${title}\n${one.query}`);
  for (const error of expected) if (!got.some((other) => same(error, other))) console.log(`  graphql-js only: ${JSON.stringify(error)}`);
  for (const error of got) if (!expected.some((other) => same(error, other))) console.log(`  Millrace only:   ${JSON.stringify(error)}`);
  if (expected.length === got.length && expected.every((error) => got.some((other) => same(error, other)))) console.log('  only the order differs');
}

function readRows() {
  const files = readdirSync(rowsFolder).filter((name) => name.endsWith('.json')).sort();
  return files.flatMap((file) => JSON.parse(readFileSync(join(rowsFolder, file), 'utf8')).map((row) => ({ file, ...row })));
}

function writeRows() {
  for (const file of readdirSync(rowsFolder).filter((name) => name.endsWith('.json'))) {
    const rows = JSON.parse(readFileSync(join(rowsFolder, file), 'utf8'));
    const lines = rows.map((row) => {
      const { errors: _, ...rest } = row;
      const errors = reference(row).map((error) => `      ${JSON.stringify(error)}`);
      const list = errors.length === 0 ? '[]' : `[\n${errors.join(',\n')}\n    ]`;
      const members = Object.entries(rest).map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
      return `  {\n${[...members, `    "errors": ${list}`].join(',\n')}\n  }`;
    });
    writeFileSync(join(rowsFolder, file), `[\n${lines.join(',\n')}\n]\n`);
  }
}

function compareRows(program) {
  const rows = readRows();
  const answers = answersOf(program, rows);
  let failures = 0;
  rows.forEach((row, i) => {
    const expected = reference(row);
    if (same(answers[i], row.errors) && same(expected, row.errors)) return;
    failures++;
    show(`${row.file}: "${row.name}" ${same(expected, row.errors) ? 'is answered differently' : 'does not say what graphql-js says'}`, row, expected, answers[i]);
  });
  console.log(`rows: ${rows.length}, not as they should be: ${failures}`);
  return failures;
}

function compareHostile(program) {
  const answers = answersOf(program, hostile);
  const differing = hostile.filter((one, i) => !same(reference(one), answers[i]));
  for (const one of differing) {
    show(`hostile: ${one.name}`, { query: `${one.query.slice(0, 200)}...` }, reference(one), answers[hostile.indexOf(one)]);
  }
  console.log(`hostile documents: ${hostile.length}, not as graphql-js says: ${differing.length}`);
  return differing.length;
}

function randomCases(seed, count) {
  const random = new Random(seed);
  const schema = schemaOf(sharedSdl);
  const names = [...new Set(sharedSdl.match(/[A-Za-z_]\w*/g))].concat(['F0', 'F1', 'v0', 'k1', '__typename', 'query', 'on']);
  const cases = [];
  while (cases.length < count) {
    const query = randomDocument(schema, random);
    cases.push({ query });
    for (let i = 0, damaged = query; i < 3 && cases.length < count; i++) {
      damaged = mutated(damaged, random, names);
      cases.push({ query: damaged });
    }
  }
  return cases;
}

function compareRandom(program, seed, count) {
  const cases = randomCases(seed, count).map((one) => ({ ...one, expected: reference(one) })).filter(({ expected }) => expected !== null);
  const answers = answersOf(program, cases);
  const isSyntax = ({ expected }) => expected.length > 0 && expected[0].message.startsWith('Syntax Error');
  const differing = cases.map((one, i) => ({ ...one, got: answers[i] })).filter(({ expected, got }) => !same(expected, got));
  for (const { query, expected, got } of differing.slice(0, 10)) show('differs', { query }, expected, got);
  const valid = cases.filter(({ expected }) => expected.length === 0).length;
  const agreement = (100 * (cases.length - differing.length)) / cases.length;
  console.log(
    `random documents, seed ${seed}: ${cases.length} (${valid} valid, ${cases.filter(isSyntax).length} not parsed, ` +
      `${cases.reduce((sum, { expected }) => sum + expected.length, 0)} errors), agreement with graphql-js ${version}: ${agreement.toFixed(3)} %`,
  );
  return differing.length;
}

if (process.argv[2] === '--write') {
  writeRows();
} else {
  const [program, seed = '1', count = '4000'] = process.argv.slice(2);
  const failures = compareRows(program) + compareHostile(program) + compareRandom(program, Number(seed), Number(count));
  process.exit(failures === 0 ? 0 : 1);
}
