// A MeshQL-style client, made of nothing but the OpenAPI document of an entity: node openapi_client.mjs URL-OF-DOCUMENT DOCUMENT-AS-JSON
import assert from 'node:assert/strict';
import { OpenAPIClientAxios } from 'openapi-client-axios';

const [definition, text] = process.argv.slice(2);
const document = JSON.parse(text);
const client = await new OpenAPIClientAxios({ definition }).init();

const created = await client.create(null, document);
assert.equal(created.status, 201);
const id = created.headers['x-canonical-id'];
assert.deepEqual(created.data, { id, ...document });

assert.deepEqual((await client.read({ id })).data, { id, ...document });
assert.deepEqual((await client.read(id)).data, { id, ...document });
assert.equal((await client.list()).data[0].id, id);
assert.ok((await client.list({ limit: 1, name: document.name })).data.length === 1);
assert.equal((await client.list({ limit: 1, name_in: ['none', document.name] })).data[0].id, id);

const updated = await client.update({ id }, { ...created.data, name: 'updated' });
assert.equal(updated.status, 200);
assert.equal(updated.headers.etag, '"2"');
assert.equal((await client.patch({ id }, { name: 'patched' })).data.name, 'patched');
await assert.rejects(client.update({ id }, document, { headers: { 'If-Match': '"1"' } }), (error) => error.response.status === 412);

const many = await client.bulk_create(null, [document, document]);
assert.equal(many.status, 201);
const ids = many.data.map((each) => each.id);
assert.deepEqual((await client.bulk_read({ ids })).data, many.data);

const history = (await client.history({ id })).data;
assert.deepEqual(history.map((each) => each.version), [3, 2, 1]);
assert.deepEqual((await client.delete({ id })).data, { id, status: 'deleted' });
await assert.rejects(client.read({ id }), (error) => error.response.status === 404 && error.response.data.error.includes(id));
console.log('every operation answered as described');
