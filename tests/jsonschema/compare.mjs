// Compares Millrace's verdicts with ajv's: random schemas and instances, random patterns, texts that nearly have a format.
//
//   node compare.mjs PRINT [SEED] [COUNT]     PRINT is the program of print.cpp
//
// Exits with 1 and shows the first differences, each with what makes it happen again.
import { spawnSync } from "node:child_process";
import process from "node:process";

import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import { Random, formats, formattedText, instance, pattern, schema, subject, text } from "./random.mjs";

const [print, seedText = "1", countText = "3000"] = process.argv.slice(2);
const random = new Random(Number(seedText));
const count = Number(countText);

function makeAjv(schemaUri) {
  const recent = schemaUri.includes("2020");
  const ajv = new (recent ? Ajv2020.default : Ajv.default)({
    strict: false,
    validateSchema: false,
    logger: false,
    ignoreKeywordsWithRef: !recent,
  });
  return addFormats.default(ajv);
}

// Where ajv, and not we, is at odds with the standard.
function isException({ kind, schema, data, expected }) {
  // ajv's own compiler fails on a few schemas with unevaluated keywords.
  if (expected.startsWith("thrown")) return true;
  switch (kind) {
    // ajv takes an empty list for one that contains anything when there is a prefix as well, and does not count what a schema that takes
    // everything contains as evaluated; it counts what an else evaluates although its if holds.
    case "schema":
      if (schema.includes('"unevaluated') && schema.includes('"else"')) return true;
      return schema.includes('"contains"') && (JSON.stringify(data).includes("[]") || schema.includes('"unevaluatedItems"'));
    // Node's expressions find a \B between the halves of a surrogate pair, u flag or not.
    case "pattern":
      return schema.includes("\\B") && data.includes("😀");
    // ajv takes components with a gap between them; RFC 3339, appendix A, does not.
    case "duration":
      return /^P\d+Y\d+D/.test(data) || /H\d+S$/.test(data);
    // ajv lets a space stand for the T, takes offsets without a colon, and has leap seconds on any day.
    case "date-time":
      return data.includes(" ") || data.includes(":60") || /[+-]\d\d(\d\d)?$/.test(data);
    case "time":
      return /[+-]\d\d(\d\d)?$/.test(data);
    // ajv wants a dot in the domain; RFC 5321 does not.
    case "email":
      return /@[^.]*$/.test(data);
    // ajv lets a host name end in a dot, which RFC 1123 does not.
    case "hostname":
      return data.endsWith(".");
    // ajv takes any port, brackets and @ anywhere, and a colon in the first segment of a relative reference; it wants a path.
    case "uri":
    case "uri-reference":
      return /\/\/[^/?#]*:[^/?#]*[^/?#\d]/.test(data) || data.includes("[") || /@.*@/.test(data) || /^(?![a-z][a-z\d+.-]*:)[^/?#]*:|^[^/?#:]*:([?#]|$)/i.test(data);
    // ajv does not know dots in the names of variables, which RFC 6570 has.
    case "uri-template":
      return /\{[^}]*\./.test(data);
    default:
      return false;
  }
}

const cases = [];

function addCase(schemaText, validate, data, more = {}) {
  let expected;
  try {
    expected = validate(data) ? "valid" : "invalid";
  } catch (error) {
    expected = `thrown ${error.message}`;
  }
  const line = `{"schema": ${schemaText}, "instance": ${text(random, data)}}`;
  cases.push({ line, expected, data, ...more });
}

for (let i = 0; i < count; ++i) {
  const value = schema(random, random.pick(["7", "2020-12"]));
  const validate = makeAjv(value.$schema).compile(value);
  const valueText = text(random, value);
  for (let j = 0; j < 8; ++j) addCase(valueText, validate, instance(random, 3), { kind: "schema", schema: JSON.stringify(value) });
}

const single = makeAjv("draft-07");
for (let i = 0; i < count; ++i) {
  const value = { pattern: pattern(random) };
  const validate = single.compile(value);
  for (let j = 0; j < 4; ++j) addCase(JSON.stringify(value), validate, subject(random), { kind: "pattern", schema: value.pattern });
}

for (const format of formats) {
  const value = { format };
  const validate = single.compile(value);
  for (let i = 0; i < count; ++i) addCase(JSON.stringify(value), validate, formattedText(random, format), { kind: format });
}

const run = spawnSync(print, [], { input: cases.map((c) => c.line).join("\n") + "\n", encoding: "utf8", maxBuffer: 1 << 30 });
const verdicts = run.stdout.split("\n");
if (run.status !== 0 || verdicts.length !== cases.length + 1) {
  console.error(`${print} ended with ${run.status} after ${verdicts.length - 1} of ${cases.length} lines. ${run.stderr}`);
  process.exit(1);
}

const totals = new Map();
let differences = 0;
cases.forEach((c, i) => {
  const total = totals.get(c.kind) ?? { all: 0, valid: 0, different: 0, excepted: 0 };
  totals.set(c.kind, total);
  ++total.all;
  if (c.expected === "valid") ++total.valid;
  if (verdicts[i] === c.expected) return;
  if (isException(c)) {
    ++total.excepted;
    return;
  }
  ++total.different;
  if (++differences <= 20) console.error(`ajv: ${c.expected}, ours: ${verdicts[i]}\n  ${c.line}`);
});

for (const [kind, t] of totals) {
  console.log(`${kind}: ${t.all} verdicts, ${t.valid} valid, ${t.different} different, ${t.excepted} excepted`);
  // A comparison in which nearly all is valid, or nearly nothing, compares little.
  const share = t.valid / t.all;
  if (share < 0.05 || share > 0.95) {
    console.error(`${kind}: ${t.valid} of ${t.all} are valid; the generator says too little.`);
    ++differences;
  }
  if (kind === "schema" && t.excepted > t.all / 200) {
    console.error(`${kind}: ${t.excepted} of ${t.all} are excepted; too many to be the exceptions that are known.`);
    ++differences;
  }
}
if (differences > 0) console.error(`${differences} differences with seed ${seedText}.`);
process.exit(differences > 0 ? 1 : 0);
