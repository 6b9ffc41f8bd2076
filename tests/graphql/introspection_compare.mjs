// Holds Millrace's introspection against graphql-js's: whole answers, and the schema that a client builds of them against the SDL.
//
//   node introspection_compare.mjs PROGRAM [SEED] [COUNT]    hand-made schemas, then COUNT random ones; PROGRAM is execution_print's
import { buildClientSchema, buildSchema, getIntrospectionQuery, graphqlSync, printSchema, version } from 'graphql';
import { answersTo } from './program.mjs';
import { Random } from './random.mjs';
import { randomSchema } from './random_schema.mjs';

const [program, seed = '1', count = '150'] = process.argv.slice(2);

const EVERYTHING = { descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true,
  experimentalDirectiveDeprecation: true, oneOf: true };
const SOME = Object.keys(EVERYTHING).map((option) => ({ [option]: !['descriptions'].includes(option) }));
const OPTIONS = [EVERYTHING, {}, { ...EVERYTHING, typeDepth: 2 }, { ...EVERYTHING, typeDepth: 20 }, ...SOME];

/** One schema for each thing that SDL can say. */
const HAND_MADE = [
  'type Query { a: Int }',
  '"The schema." schema { query: Root } type Root { a: Int } extend schema { mutation: Change } type Change { b: ID! }',
  '"""\nBlock\n\n  of text\n""" type Query { "One." a("Two." b: Int = 1 "Three." c: [String!]! = ["x"]): Int """Four""" d: [[Int!]!]! }',
  'type Query { a: Int @deprecated b: Int @deprecated(reason: "why") c(x: Int @deprecated y: Int! = 1 @deprecated(reason: "")): E } enum E { A B @deprecated(reason: "é😀") } ' +
    'input I { x: Int @deprecated y: Int! = 2 } extend type Query { i(i: I): Int }',
  'interface A { a: Int } interface B implements A { a: Int b: Int } type C implements A & B { a: Int b: Int } type D implements A { a: Int } type Query { a: A b: B u: U } union U = C | D',
  'scalar S @specifiedBy(url: "https://s") scalar T extend scalar T @specifiedBy(url: "https://t") type Query { s: S t: T }',
  'input O @oneOf { a: Int b: String c: [O!] } input P { o: O = {a: 1} p: P q: [P!] = [] r: S = {a: [1, 2.50, "x", null, true, A], b: {c: "d"}} } scalar S type Query { f(p: P = {p: {q: []}}, o: O): Int }',
  'directive @a on FIELD directive @b(x: Int = 1 "D." y: [String!] = ["a"] z: E = A @deprecated) repeatable on QUERY | MUTATION | SUBSCRIPTION | FIELD | FRAGMENT_DEFINITION | FRAGMENT_SPREAD | INLINE_FRAGMENT ' +
    '| VARIABLE_DEFINITION | FRAGMENT_VARIABLE_DEFINITION | SCHEMA | SCALAR | OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | INTERFACE | UNION | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION ' +
    '| DIRECTIVE_DEFINITION enum E { A } type Query { a: Int }',
  'directive @old @deprecated on FIELD directive @older(a: Int) @deprecated(reason: "r") repeatable on FIELD directive @later on FIELD extend directive @later @deprecated(reason: "s") type Query { a: Int }',
  'type Query { a(f: Float = 1.50, g: Float = 3, h: Float = -1e-3, i: ID = 12, j: ID = "12", k: String = "a\\"b\\\\\\n\\u00e9", l: String = """block "x" """, m: E = B, n: [E] = [A, B], o: Int = null, p: [[Int]] = [[1], [], null]): Int } enum E { A B }',
  'type Query { s: Subscription m: Mutation } type Mutation { a: Int } type Subscription { a: Int }',
  'schema { query: Query } type Query { a: Int } type Mutation { a: Int }',
  '"" type Query { "" a("" b: Int): Int } """""" enum E { """ """ A }',
  'type Query { a: A } type A { b: B! } type B { a: [A!]! c: C } interface C { id: ID } type Z implements C { id: ID } type Y implements C { id: ID! }',
  'type Query { a: Int } extend type Query { b: Int } extend type Query { c: Int } union U = Query extend union U = A type A { a: Int } enum E { A } extend enum E { B C } input I { a: Int } extend input I { b: Int = 1 } ' +
    'interface N { a: Int } extend interface N { b: Int } extend type A implements N { b: Int }',
  'directive @skip(if: Boolean! = true, z: Int) on FIELD directive @deprecated(reason: String) on FIELD_DEFINITION type Query { a: Int @deprecated }',
  'scalar JSON scalar DateTime scalar Date "Mine." scalar Money type Query { a: JSON b: DateTime c: Date d: Money }',
];

function clientPrints(data) {
  try {
    return printSchema(buildClientSchema(data));
  } catch (error) {
    return `no client schema: ${error.message}`;
  }
}

/** The first place where two texts differ. */
function difference(expected, got) {
  let at = 0;
  while (at < expected.length && expected[at] === got[at]) at++;
  const around = (text) => text.slice(Math.max(0, at - 150), at + 150);
  return `graphql-js: ...${around(expected)}\n  Millrace:   ...${around(got)}`;
}

const random = new Random(Number(seed));
const sdls = [...HAND_MADE, ...Array.from({ length: Number(count) }, () => randomSchema(random))];
const cases = sdls.flatMap((schema, i) => (i < HAND_MADE.length ? OPTIONS : [EVERYTHING, random.pick(OPTIONS)])
  .map((options) => ({ schema, data: {}, query: getIntrospectionQuery(options), options })));
const answers = answersTo(program, cases.map(({ options, ...request }) => JSON.stringify(request)));

let failures = 0;
function fail(one, what, expected, got) {
  if (++failures <= 10) console.log(`\n--- ${what} with ${JSON.stringify(one.options)}\n${one.schema}\n  ${difference(expected, got)}`);
}

cases.forEach((one, i) => {
  const schema = buildSchema(one.schema);
  const expected = JSON.stringify(graphqlSync({ schema, source: one.query }));
  const got = JSON.stringify(JSON.parse(answers[i]));
  if (expected !== got) return fail(one, 'the answer differs', expected, got);
  if (one.options !== EVERYTHING) return;
  const [printed, ours] = [printSchema(schema), clientPrints(JSON.parse(answers[i]).data)];
  if (printed !== ours) fail(one, 'the schema of a client differs', printed, ours);
});
console.log(`introspection, seed ${seed}: ${cases.length} answers over ${sdls.length} schemas, different from graphql-js ${version}: ${failures}`);
process.exit(failures === 0 ? 0 : 1);
