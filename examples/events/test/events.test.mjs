// The example's story, told to a running service: `docker-compose up` or `./dev run`, then `npm test`. MILLRACE_URL says where it is.
// What it creates has names of its own, so it may be run again, and beside data.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';

const SERVICE = (process.env.MILLRACE_URL ?? 'http://localhost:4055').replace(/\/$/, '');
const name = `user_login ${randomUUID()}`;

const rawEvent = {
  name,
  data: { user_id: 'user123', username: 'john_doe', ip_address: '192.168.1.100' },
  timestamp: '2024-01-01T12:00:00Z',
  source: 'auth_service',
  version: '1.0',
};
const processedEvent = {
  name,
  processed_data: { user_id: 'user123', username: 'john_doe', login_country: 'US', risk_score: 0.1 },
  processed_timestamp: '2024-01-01T12:00:01Z',
  status: 'SUCCESS',
  processing_time_ms: 45.2,
};

async function create(path, document) {
  const response = await fetch(SERVICE + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(document),
  });
  assert.equal(response.status, 201, await response.clone().text());
  return response.json();
}

async function ask(path, query, variables) {
  const response = await fetch(SERVICE + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

const pick = (document, ...keys) => Object.fromEntries(keys.map((key) => [key, document[key]]));

const unready = await fetch(`${SERVICE}/ready`).then(
  async (ready) => (ready.ok ? null : await ready.text()),
  (error) => `nothing answers: ${error.cause ?? error}`,
);
if (unready !== null) {
  console.error(`${SERVICE}/ready: ${unready}`);
  process.exit(1);
}

let raw;
let processed;

before(async () => {
  raw = await create('/raw-events/api', rawEvent);
  processed = await create('/processed-events/api', { ...processedEvent, raw_event_id: raw.id });
});

test('an answer is the event with its id', () => {
  assert.deepEqual(raw, { ...rawEvent, id: raw.id });
  assert.deepEqual(processed, { ...processedEvent, raw_event_id: raw.id, id: processed.id });
});

test('raw events by name', async () => {
  const query = 'query ($name: String!) { getByName(name: $name) { id name data timestamp source metadata } }';
  const expected = { ...pick(raw, 'id', 'name', 'data', 'timestamp', 'source'), metadata: null };
  assert.deepEqual(await ask('/raw-events/graph', query, { name }), { getByName: [expected] });
});

test('processed events with the raw event that each came from', async () => {
  const query = `query ($name: String!) {
    getByName(name: $name) { id name processed_data status processing_time_ms rawEvent { id name data timestamp source } }
  }`;
  const expected = {
    ...pick(processed, 'id', 'name', 'processed_data', 'status', 'processing_time_ms'),
    rawEvent: pick(raw, 'id', 'name', 'data', 'timestamp', 'source'),
  };
  assert.deepEqual(await ask('/processed-events/graph', query, { name }), { getByName: [expected] });
});

test('processed events of one raw event', async () => {
  const query = 'query ($id: ID!) { getByRawEventId(raw_event_id: $id) { id name status processed_timestamp error_message } }';
  const expected = { ...pick(processed, 'id', 'name', 'status', 'processed_timestamp'), error_message: null };
  assert.deepEqual(await ask('/processed-events/graph', query, { id: raw.id }), { getByRawEventId: [expected] });
});

for (const path of ['/raw-events/graph', '/processed-events/graph', '/raw-events/api/api-docs', '/processed-events/api/api-docs']) {
  test(`a page for browsers at ${path}`, async () => {
    const response = await fetch(SERVICE + path, { headers: { Accept: 'text/html' } });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type'), /^text\/html/);
  });
}
