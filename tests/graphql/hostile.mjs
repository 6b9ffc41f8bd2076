// Requests made to take long: where graphql-js gives up, Millrace must give up, after the same errors.
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join(' ');

/** Fragments that each spread the next two, with a field of one key: without memory the work doubles with each. */
const doubling = (count, field) =>
  `{ dog(id: 1) { ...F0 } } ${times(count, (i) => `fragment F${i} on Dog { ${field(i)} ...F${i + 1} ...F${(i + 2) % count} }`)} fragment F${count} on Dog { id }`;

const chains = (count, field) =>
  `{ dog(id: 1) { ...A0 ...B0 } } ${times(count, (i) => `fragment A${i} on Dog { ${field(i)} ...A${i + 1} } fragment B${i} on Dog { ${field(i)} ...B${i + 1} }`)}` +
  ` fragment A${count} on Dog { x: name } fragment B${count} on Dog { x: age }`;

const nested = (depth, inner) => '{ mother '.repeat(depth) + inner + ' }'.repeat(depth);

export const hostile = [
  ['700 fields of one key', `{ ${times(700, () => 'version')} }`],
  ['3000 fields of one key', `{ ${times(3000, () => 'version')} }`],
  ['600 fields with arguments', `{ ${times(600, () => 'int(value: 1)')} }`],
  ['500 objects of one key', `{ ${times(500, () => 'cat { name }')} }`],
  ['300 objects of one key, another in each', `{ ${times(300, (i) => `cat { a${i}: name }`)} }`],
  ['300 conflicts', `{ ${times(24, (i) => `a: dog(id: ${i}) { id }`)} }`],
  ['conflicts within conflicts', `{ ${times(40, (i) => `dog(id: 1) { mother { ${i % 2 ? 'name' : 'name: age'} } }`)} }`],
  ['objects within objects of one key', `{ dog(id: 1) ${nested(60, 'mother { name } mother { age } mother { id } mother { barks }')} dog(id: 1) ${nested(60, 'mother { age }')} }`],
  ['doubling fragments', doubling(60, (i) => `k${i}: name`)],
  ['doubling fragments of one key', doubling(60, () => 'k: name')],
  ['doubling fragments that conflict', doubling(12, (i) => (i % 2 ? 'k: name' : 'k: age'))],
  ['two chains of fragments', chains(100, (i) => `k${i}: name`)],
  ['two chains of fragments, longer', chains(300, (i) => `k${i}: name`)],
  ['two chains of objects', chains(60, (i) => `m: mother { k${i}: name }`)],
  ['many spreads in one set', `{ dog(id: 1) { ${times(200, (i) => `...F${i}`)} } } ${times(200, (i) => `fragment F${i} on Dog { k${i}: name }`)}`],
  ['too many spreads in one set', `{ dog(id: 1) { ${times(1000, (i) => `...F${i}`)} } } ${times(1000, (i) => `fragment F${i} on Dog { k${i}: name }`)}`],
  ['one fragment spread everywhere', `{ ${times(400, (i) => `d${i}: dog(id: 1) { ...F }`)} } fragment F on Dog { ${times(40, (i) => `k${i}: name`)} }`],
  ['a full graph of fragments', `{ ...F0 } ${times(30, (i) => `fragment F${i} on Query { ${times(30, (j) => `...F${j}`)} }`)}`],
  ['operations that all reach all fragments', `${times(120, (i) => `query Q${i} { ...F0 ...G${i} } fragment G${i} on Query { version }`)} ${times(200, (i) => `fragment F${i} on Query { ...F${i + 1} }`)} fragment F200 on Query { version }`],
  ['variables in fragments of many operations', `${times(100, (i) => `query Q${i}($v: Int) { ...F ...G${i} } fragment G${i} on Query { version }`)} fragment F on Query { ${times(600, (i) => `k${i}: int(value: $v)`)} }`],
  ['variables that nothing defines', `query Q { ${times(150, (i) => `k${i}: int(value: $v${i})`)} }`],
  ['a subscription of many fields', `subscription { ${times(600, () => 'version')} }`],
  ['a subscription of too many fields', `subscription { ...F0 } ${times(100, (i) => `fragment F${i} on Subscription { ${times(600, () => 'version')} ...F${i + 1} }`)}`],
  ['thousands of arguments', `{ int(${times(5000, (i) => `a${i}: 1`)}) }`],
  ['thousands of arguments of one name', `{ int(${times(5000, () => 'value: 1')}) }`],
  ['fields with many equal arguments', `{ ${times(40, () => `int(${times(400, (i) => `a${i}: [${i}]`)})`)} }`],
  ['thousands of directives', `{ version ${times(3000, () => '@onField')} }`],
  ['thousands of variables', `query (${times(3000, (i) => `$v${i}: Int`)}) { version }`],
  ['thousands of operations', times(2000, (i) => `query Q${i} { version }`)],
  ['thousands of fragments', `{ version } ${times(2000, (i) => `fragment F${i} on Query { version }`)}`],
  ['thousands of fields that are not there', `{ ${times(5000, (i) => `nope${i}`)} }`],
  ['input fields of one name', `{ json(value: {${times(4000, () => 'a: 1')}}) }`],
  ['nested lists', `{ json(value: ${'['.repeat(150)}${']'.repeat(150)}) }`],
  ['introspection through fragments', `{ __schema { types { ...F0 } } } ${times(200, (i) => `fragment F${i} on __Type { ofType { ...F${i + 1} } a: ofType { ...F${i + 1} } }`)} fragment F200 on __Type { name }`],
  ['@defer everywhere in a subscription', `subscription { dogAdded { ...F0 } } ${times(100, (i) => `fragment F${i} on Dog { ...F${i + 1} ...F${(i + 7) % 100} @defer(label: "${i}") }`)} fragment F100 on Dog { id }`],
].map(([name, query]) => ({ name, query }));
