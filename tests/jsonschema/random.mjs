// Random schemas and instances from small pools, so that they often meet. The same seed gives the same ones.

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  // mulberry32
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(limit) {
    return Math.floor(this.next() * limit);
  }

  chance(share) {
    return this.next() < share;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  some(list) {
    return list.filter(() => this.chance(0.4));
  }
}

const names = ["a", "b", "c", "ab", "~/", "é", "", "a long name of many bytes"];
// ajv takes a required property with an empty name for one that is there.
const requiredNames = names.filter((name) => name !== "");
const strings = ["", "a", "b", "ab", "aab", "abc", "é", "😀", "a\u0000b", "x y", "12", "\n", "2024-01-01", "a/b~c"];
const numbers = [0, 1, -1, 2, 3, 4, 6, 1.5, -0.25, 100, 1e3, 12, 0.5];
const types = ["null", "boolean", "number", "integer", "string", "array", "object"];
const patterns = ["^a", "b$", "^[a-b]+$", "^\\d+$", "\\s", "^.$", "^\\w*$", "[^a]", "^(a|ab)(c|bcd)?$", "^\\S{2,3}$", "\\u00e9", "^\\p{L}", "^$", "a{2}"];

export function instance(random, depth) {
  const kind = random.below(depth > 0 ? 8 : 5);
  if (kind === 0) return random.pick([null, true, false]);
  if (kind < 3) return random.pick(numbers);
  if (kind < 5) return random.pick(strings);
  if (kind < 6) return Array.from({ length: random.below(5) }, () => instance(random, depth - 1));
  return Object.fromEntries(random.some(names).map((name) => [name, instance(random, depth - 1)]));
}

// The text of a value: strings with needless escapes, numbers in other spellings.
export function text(random, value) {
  if (typeof value === "string") return spelledString(random, value);
  if (typeof value === "number") return spelledNumber(random, value);
  if (Array.isArray(value)) return `[${value.map((v) => text(random, v)).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.entries(value).map(([k, v]) => `${spelledString(random, k)}: ${text(random, v)}`).join(",")}}`;
}

function spelledString(random, value) {
  if (!random.chance(0.2)) return JSON.stringify(value);
  const units = Array.from({ length: value.length }, (_, i) => `\\u${value.charCodeAt(i).toString(16).padStart(4, "0")}`);
  return `"${units.join("")}"`;
}

function spelledNumber(random, value) {
  if (!random.chance(0.2)) return JSON.stringify(value);
  return random.pick([`${value}e0`, `${value * 10}e-1`, Number.isInteger(value) ? `${value}.0` : `${value}0`]);
}

// One schema: a root with definitions that refer to one another. A reference for the same value only goes to a later definition, so that
// none is endless.
export function schema(random, draft) {
  const recent = draft === "2020-12";
  const holder = recent ? "$defs" : "definitions";
  const maker = new SchemaMaker(random, recent, holder);
  const root = maker.make(3, { below: 0, descended: false });
  const whole = typeof root === "object" ? root : { not: {} };
  whole[holder] = {};
  for (let i = 0; i < 3; ++i) whole[holder][`d${i}`] = maker.make(2, { below: i + 1, descended: false });
  return { $schema: recent ? "https://json-schema.org/draft/2020-12/schema" : "http://json-schema.org/draft-07/schema#", ...whole };
}

class SchemaMaker {
  constructor(random, recent, holder) {
    this.random = random;
    this.recent = recent;
    this.holder = holder;
  }

  make(depth, at) {
    if (this.random.chance(0.06)) return this.random.chance(0.7);
    const result = {};
    const count = 1 + this.random.below(3);
    for (let i = 0; i < count; ++i) this.add(result, depth, at);
    // In draft 7 nothing counts beside $ref, and ajv forgets that for type.
    if (!this.recent && "$ref" in result) delete result.type;
    return result;
  }

  list(depth, at) {
    return Array.from({ length: 1 + this.random.below(3) }, () => this.make(depth - 1, at));
  }

  map(keys, depth, at) {
    return Object.fromEntries(this.random.some(keys).map((key) => [key, this.make(depth - 1, at)]));
  }

  add(result, depth, at) {
    const simple = [
      () => (result.type = this.random.chance(0.6) ? this.random.pick(types) : unique([this.random.pick(types), this.random.pick(types)])),
      () => (result.enum = Array.from({ length: 1 + this.random.below(4) }, () => instance(this.random, 1))),
      () => (result.const = instance(this.random, 1)),
      () => (result[this.random.pick(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])] = this.random.pick(numbers)),
      () => (result.multipleOf = this.random.pick([1, 2, 0.5, 3, 0.25])),
      () => (result[this.random.pick(["minLength", "maxLength"])] = this.random.below(4)),
      () => (result[this.random.pick(["minItems", "maxItems", "minProperties", "maxProperties"])] = this.random.below(4)),
      () => (result.uniqueItems = this.random.chance(0.8)),
      () => (result.pattern = this.random.pick(patterns)),
      () => (result.required = this.random.some(requiredNames).slice(0, 2)),
      () => this.addReference(result, at),
    ];
    const nested = [this.objects, this.arrays, this.logic].map((add) => () => add.call(this, result, depth, at));
    const all = depth > 0 ? [...simple, ...nested, ...nested, ...nested] : simple;
    this.random.pick(all)();
  }

  addReference(result, at) {
    const first = at.descended ? 0 : at.below;
    if (first > 2) return;
    const target = first + this.random.below(3 - first);
    result.$ref = at.descended && this.random.chance(0.2) ? "#" : `#/${this.holder}/d${target}`;
  }

  objects(result, depth, at) {
    const inside = { ...at, descended: true };
    const options = [
      () => (result.properties = this.map(names, depth, inside)),
      () => (result.patternProperties = this.map(patterns.slice(0, 6), depth, inside)),
      () => (result.additionalProperties = this.make(depth - 1, inside)),
      () => (result.additionalProperties = false),
      () => (result.propertyNames = this.make(0, inside)),
      () => this.dependencies(result, depth, at),
    ];
    if (this.recent) options.push(() => (result.unevaluatedProperties = this.random.chance(0.7) ? false : this.make(depth - 1, inside)));
    this.random.pick(options)();
    if (this.random.chance(0.5)) result.properties ??= this.map(names, depth, inside);
  }

  dependencies(result, depth, at) {
    const required = Object.fromEntries(this.random.some(names).map((name) => [name, this.random.some(requiredNames).slice(0, 2)]));
    if (this.recent) {
      result.dependentRequired = required;
      result.dependentSchemas = this.map(names, depth, at);
    } else {
      result.dependencies = { ...this.map(names, depth, at), ...required };
    }
  }

  arrays(result, depth, at) {
    const inside = { ...at, descended: true };
    const options = [() => (result.items = this.make(depth - 1, inside)), () => (result.contains = this.make(depth - 1, inside))];
    if (this.recent) {
      options.push(() => (result.prefixItems = this.list(depth, inside)));
      options.push(() => (result.unevaluatedItems = this.random.chance(0.7) ? false : this.make(depth - 1, inside)));
      options.push(() => this.countedContains(result, depth, inside));
    } else {
      options.push(() => Object.assign(result, { items: this.list(depth, inside), additionalItems: this.make(depth - 1, inside) }));
    }
    this.random.pick(options)();
    if (this.recent && this.random.chance(0.4)) result.prefixItems ??= this.list(depth, inside);
  }

  countedContains(result, depth, inside) {
    result.contains = this.make(depth - 1, inside);
    result.minContains = this.random.below(3);
    if (this.random.chance(0.5)) result.maxContains = this.random.below(3);
  }

  logic(result, depth, at) {
    const options = [
      () => (result.allOf = this.list(depth, at)),
      () => (result.anyOf = this.list(depth, at)),
      () => (result.oneOf = this.list(depth, at)),
      () => (result.not = this.make(depth - 1, at)),
      () => this.condition(result, depth, at),
    ];
    this.random.pick(options)();
  }

  condition(result, depth, at) {
    result.if = this.make(depth - 1, at);
    if (this.random.chance(0.7)) result.then = this.make(depth - 1, at);
    if (this.random.chance(0.7)) result.else = this.make(depth - 1, at);
  }
}

function unique(list) {
  return [...new Set(list)];
}

const atoms = ["a", "b", "é", "😀", "0", ".", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\.", "\\/", "\\cJ", "\\t", "\\x41", "\\u00e9", "\\ud83d\\ude00", "\\u{1F600}", "\\p{L}", "\\P{Lu}", "\\p{Script=Greek}", "[ab]", "[^a]", "[a-c0-9]", "[\\w-]", "[\\s\\d]", "[^\\S]", "[\\b-\\x20]", "[]", "[^]", "[\\]^]", "[é-😀]", "\\b", "\\B", "^", "$"];
const quantifiers = ["", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?"];
const assertions = new Set(["^", "$", "\\b", "\\B"]);

// A regular expression that RE2 can take.
export function pattern(random, depth = 2) {
  const branch = () => Array.from({ length: random.below(4) }, () => term(random, depth)).join("");
  return Array.from({ length: 1 + random.below(2) }, branch).join("|");
}

function term(random, depth) {
  if (depth > 0 && random.chance(0.25)) {
    return `${random.pick(["(", "(?:", `(?<n${random.below(1e9)}>`])}${pattern(random, depth - 1)})${random.pick(quantifiers)}`;
  }
  const atom = random.pick(atoms);
  return assertions.has(atom) ? atom : atom + random.pick(quantifiers);
}

const characters = ["a", "b", "c", "0", "9", "é", "É", "😀", "α", " ", "\n", "\r", "\t", "\u00a0", "\u2028", "\ufeff", "_", "-", ".", "/", "]", "^", "A", "\b"];

export function subject(random) {
  return Array.from({ length: random.below(5) }, () => random.pick(characters)).join("");
}

const formatted = {
  date: ["2024-02-29", "2023-02-28", "1999-12-31", "2100-02-29", "2024-13-01", "2024-04-31"],
  time: ["12:00:00Z", "23:59:60Z", "08:30:06.283185+01:30", "00:29:60-23:30", "24:00:00Z", "01:02:03+24:00", "12:00:00z"],
  "date-time": ["2024-01-01T12:00:00Z", "2024-02-30T00:00:00Z", "1998-12-31T23:59:60Z", "2024-01-01t12:00:00.123+05:30", "1985-04-12T23:20:50.52-08:00"],
  duration: ["P1Y2M3DT4H5M6S", "P4W", "PT36H", "P1D", "PT1M30S", "P1M"],
  email: ["anna@example.com", "a.b+c@sub.example.org", "~x@y.zz", "a@b"],
  hostname: ["example.com", "a-b.c1", "localhost", "x".repeat(63) + ".de"],
  ipv4: ["127.0.0.1", "255.255.255.255", "256.1.1.1", "1.2.3.04"],
  ipv6: ["::", "::1", "2001:db8::7", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.128", "1::2:3:4:5:6:7", "fe80::a:b"],
  uuid: ["018f4e5c-7a0b-7c3d-8e9f-0a1b2c3d4e5f", "00000000-0000-0000-0000-000000000000", "2EB8AA08-AA98-11EA-B4AA-73B441D16380"],
  "json-pointer": ["", "/a/0", "/a~0b~1c", "//"],
  "relative-json-pointer": ["0", "1/a", "2#", "10/~1"],
  uri: ["https://example.com:80/a/b?c=d#e", "mailto:a@b.c", "urn:isbn:123", "http://[::1]/", "http://a%20b.c/%7e", "ftp://u:p@h/"],
  "uri-reference": ["/a?b#c", "//h/p", "../x", "#f", "https://example.com", "./a:b"],
  "uri-template": ["/a/{b}", "{+x,y}/z", "{?q*,r:3}", "http://{a.b}/%20"],
};
export const formats = Object.keys(formatted);

// A text of that format, or one that is nearly so.
export function formattedText(random, format) {
  let value = random.pick(formatted[format]);
  while (random.chance(0.5)) value = mutated(random, value);
  return value;
}

function mutated(random, value) {
  const at = random.below(value.length + 1);
  const character = random.pick([..."0129afgzTZ:.-+/~#%@[]{} _é", value[random.below(value.length)] ?? ""]);
  const cut = random.below(3) === 0 ? 0 : 1;
  return value.slice(0, at) + (random.chance(0.3) ? "" : character) + value.slice(at + cut);
}
