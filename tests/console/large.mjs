// `node large.mjs BASE`: a document of a megabyte, and ten thousand that link to one: a page shows what fits, and more when it is asked to.
import assert from 'node:assert/strict';
import { addressOf, browse, settled } from './console.mjs';
import { create } from './story.mjs';

const [base] = process.argv.slice(2);
const elementsMost = 6_000;

const numbers = Array.from({ length: 60_000 }, (_, index) => index);
const large = await create(base, '/raw-events/api', { name: 'large', data: { text: 'x'.repeat(500_000), numbers, digits: 1 } });
const busy = await create(base, '/raw-events/api', { name: 'busy', data: {} });
const lines = Array.from({ length: 10_000 }, (_, index) => JSON.stringify({ raw_event_id: busy.id, name: `step ${index}`, status: index % 3 ? 'SUCCESS' : 'FAILED' }));
const stored = await fetch(`${base}/processed-events/api/bulk`, { method: 'POST', headers: { 'Content-Type': 'application/x-ndjson' }, body: lines.join('\n') });
assert.equal(stored.status, 201);
await stored.arrayBuffer(); // an answer that nobody reads keeps its connection, and this program

const assertSmall = async (page) => {
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);
  assert.ok(elements < elementsMost, `${elements} elements`);
};

await browse(base, async (page) => {
  await page.goto(addressOf(base, { entity: 'raw-events', id: large.id }));
  await settled(page, 'large');
  await assertSmall(page);
  await page.getByRole('button', { name: 'more of 500,000 characters' }).click();
  await page.locator('.centre summary', { hasText: 'numbers' }).click();
  await page.getByRole('button', { name: 'more of 60,000' }).waitFor();
  await assertSmall(page);

  await page.goto(addressOf(base, { entity: 'raw-events', id: busy.id }));
  await settled(page, 'busy');
  const cards = page.locator('.card');
  await cards.nth(24).waitFor();
  assert.equal(await cards.count(), 25);
  await page.getByRole('region', { name: 'processed-events' }).getByText('25+ by raw_event_id').waitFor();
  await page.locator('.time', { hasText: '17 more' }).waitFor(); // nine lanes for themselves
  await page.getByRole('button', { name: 'Show more processed-events' }).click();
  await cards.nth(124).waitFor();
  assert.equal(await cards.count(), 125);
  await assertSmall(page);
});
