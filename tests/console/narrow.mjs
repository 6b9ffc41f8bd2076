// `node narrow.mjs BASE`: at the width of a telephone nothing sticks out, in the light and in the dark, and every control has a name.
import assert from 'node:assert/strict';
import { addressOf, assertFits, browse, card, find, settled } from './console.mjs';
import { create, tell } from './story.mjs';

const [base] = process.argv.slice(2);
const ids = await tell(base, 3);
const long = 'a_name_without_any_place_to_break_it_'.repeat(5);
const unbroken = await create(base, '/raw-events/api', { id: 'i'.repeat(200), name: long, data: { [long]: long }, source: long });

const assertNamed = async (page) => {
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, a')].filter((one) => !(one.textContent.trim() || one.ariaLabel || one.labels?.length)).map((one) => one.outerHTML),
  );
  assert.deepEqual(nameless, []);
};

/** Tab reaches all that can be clicked, but for the marks, whose versions are buttons as well. */
const assertReachable = async (page) => {
  const reached = new Set();
  await page.evaluate(() => document.activeElement.blur());
  const count = await page.locator('#page :is(button:enabled, input, select, a, summary):visible').count();
  for (let i = 0; i < count + 2; i += 1) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement.ariaLabel || document.activeElement.id || document.activeElement.textContent));
  }
  for (const name of ['at', 'Refresh', 'login_risk', 'Id or name of an event', 'Of which']) assert.ok(reached.has(name), `${name} in ${[...reached].join(' | ')}`);
};

await browse(base, async (page) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${base}/console`);
    await page.locator('.newest li').first().waitFor();
    await assertFits(page);
    await page.goto(addressOf(base, { entity: 'raw-events', id: ids.raw }));
    await settled(page, 'user_login');
    await card(page, 'geo_lookup').locator('summary').click();
    await card(page, 'geo_lookup').locator('.versions').waitFor();
    await page.locator('.requests summary').click();
    await assertFits(page);
    await page.goto(addressOf(base, { entity: 'raw-events', id: unbroken.id }));
    await settled(page, long);
    await assertFits(page);
    const [text, ground] = await page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]);
    assert.equal(text === 'rgb(21, 38, 43)' && ground === 'rgb(255, 255, 255)', colorScheme === 'light');
  }
  await find(page, 'user_login');
  await page.goto(addressOf(base, { entity: 'raw-events', id: ids.raw }));
  await settled(page, 'user_login');
  await assertNamed(page);
  await assertReachable(page);
});
