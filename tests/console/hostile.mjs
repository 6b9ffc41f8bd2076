// `node hostile.mjs BASE`: text is never HTML, wherever it stands.
import assert from 'node:assert/strict';
import { addressOf, browse, card, find, settled } from './console.mjs';
import { change, create } from './story.mjs';

const [base] = process.argv.slice(2);
const evil = (where) => `<script>window.hurt='${where}'</script><img src=x onerror="window.hurt='${where}'"><style>*{display:none}</style>`;
const id = evil('id').slice(0, 200);

const raw = {
  id,
  name: evil('name'),
  data: { [evil('key')]: evil('value'), list: [evil('item'), { __proto__: evil('proto') }], 'javascript:hurt()': 'javascript:hurt()' },
  timestamp: '2024-01-01T12:00:00Z',
  source: evil('source'),
  version: evil('version'),
  metadata: evil('metadata'),
};
await create(base, '/raw-events/api', raw);
await change(base, `/raw-events/api/${encodeURIComponent(id)}`, { source: evil('changed'), metadata: { [evil('new key')]: 1 } });
const processed = { raw_event_id: id, name: evil('processed'), processed_data: evil('data'), status: 'FAILED', error_message: evil('error') };
await create(base, '/processed-events/api', processed);

const assertUnhurt = async (page) => {
  assert.equal(await page.evaluate(() => window.hurt), undefined);
  assert.equal(await page.locator('#page :is(script, img, style, iframe)').count(), 0);
};

await browse(base, async (page) => {
  await page.goto(addressOf(base, { entity: 'raw-events', id }));
  await settled(page, evil('name'));
  const own = card(page, '.*processed.*');
  await own.locator('.message', { hasText: evil('error') }).waitFor();
  await own.locator('summary').click();
  await own.locator('.fields', { hasText: evil('data') }).waitFor();
  await page.locator('.centre .tree', { hasText: evil('key') }).first().waitFor();
  await page.locator('.centre .was', { hasText: '<script>' }).first().waitFor();
  await page.locator('.newest', { hasText: evil('name') }).waitFor();
  await assertUnhurt(page);
  await find(page, evil('name'));
  await settled(page, evil('name'));
  await find(page, evil('nothing'));
  await page.locator('h1', { hasText: evil('nothing') }).waitFor();
  await page.goto(addressOf(base, { entity: evil('entity'), id: 'x' }));
  await page.locator('.absence', { hasText: evil('entity') }).waitFor();
  await page.goto(addressOf(base, { entity: 'raw-events', id, at: evil('at') }));
  await page.locator('.trouble', { hasText: 'is no instant' }).first().waitFor(); // the server's own words for it
  await assertUnhurt(page);
}, /400/);
