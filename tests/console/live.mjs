// `node live.mjs BASE`: what is created while the page is open comes in by itself, in the list and in the lineage; and waits while the list
// is read.
import assert from 'node:assert/strict';
import { addressOf, browse, card, settled } from './console.mjs';
import { change, create, remove } from './story.mjs';

const [base] = process.argv.slice(2);
const rawEvent = (name) => create(base, '/raw-events/api', { name, data: {} });

await browse(base, async (page) => {
  const first = await rawEvent('before');
  await page.goto(addressOf(base, { entity: 'raw-events', id: first.id }));
  await settled(page, 'before');
  const rows = page.locator('.newest li');
  await rows.first().getByText('before').waitFor();

  const second = await rawEvent('arrives');
  await rows.first().getByText('arrives').waitFor();

  await rows.nth(0).hover(); // it is being read: nothing moves
  await rawEvent('waits');
  await rawEvent('waits too');
  const waiting = page.getByRole('button', { name: '2 new' });
  await waiting.waitFor();
  await rows.first().getByText('arrives').waitFor();
  await waiting.click();
  await rows.first().getByText('waits too').waitFor();
  await page.mouse.move(5, 5);

  const processed = await create(base, '/processed-events/api', { raw_event_id: first.id, name: 'step', status: 'FAILED', error_message: 'no luck' });
  await card(page, 'step').getByText('no luck').waitFor();
  await change(base, `/processed-events/api/${processed.id}`, { status: 'SUCCESS', error_message: null });
  await card(page, 'step').getByText('SUCCESS', { exact: true }).waitFor();
  await remove(base, `/processed-events/api/${processed.id}`);
  await card(page, 'step').getByText('deleted at').waitFor();

  await page.getByRole('combobox', { name: 'Of which' }).selectOption('processed-events');
  await create(base, '/processed-events/api', { raw_event_id: second.id, name: 'other', status: 'PARTIAL' });
  await rows.first().getByText('other').waitFor();
  const counts = await page.locator('aside .counts li').allInnerTexts();
  assert.ok(counts.some((text) => /PARTIAL\s+\d+/.test(text)), `${counts}`);

  await remove(base, `/raw-events/api/${first.id}`);
  await page.locator('.absence', { hasText: 'deleted at' }).waitFor();
  await page.getByRole('searchbox').fill(first.id); // deleted ones are found by their ids
  await page.keyboard.press('Enter');
  await page.locator('.absence', { hasText: 'deleted at' }).waitFor();
}, /404/);
