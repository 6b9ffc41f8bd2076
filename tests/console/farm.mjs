// `node farm.mjs BASE`: any config has a console: farms, coops, hens and lay reports, each linked to those above and below.
import assert from 'node:assert/strict';
import { addressOf, browse, card, settled } from './console.mjs';
import { change, create } from './story.mjs';

const [base] = process.argv.slice(2);
await create(base, '/farm/api', { id: 'emerdale', name: 'Emerdale' });
await create(base, '/coop/api', { id: 'red', name: 'Red', farm_id: 'emerdale' });
await create(base, '/hen/api', { id: 'chuck', name: 'Chuck', coop_id: 'red', eggs: 2 });
await create(base, '/lay_report/api', { id: 'monday', hen_id: 'chuck', eggs: 1, time_of_day: 'MORNING' });
await change(base, '/hen/api/chuck', { eggs: 3 });

await browse(base, async (page) => {
  await page.goto(`${base}/console`);
  const model = await page.locator('.model li').allInnerTexts();
  assert.deepEqual(model.sort(), ['coop → hen by coop_id', 'farm → coop by farm_id', 'hen → lay_report by hen_id']);
  await page.goto(addressOf(base, { entity: 'farm', id: 'emerdale' }));
  await settled(page, 'Emerdale');
  for (const name of ['Red', 'Chuck']) {
    await card(page, name).locator('.title').click();
    await settled(page, name);
  }
  await page.locator('.centre .fields .changed', { hasText: 'was 2' }).waitFor();
  await card(page, 'monday').getByText('MORNING').first().waitFor();
  await page.getByRole('slider').focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.locator('.centre h2', { hasText: 'version 1 of 2' }).waitFor();
  await card(page, 'Red').locator('.title').click();
  await settled(page, 'Red');
});
