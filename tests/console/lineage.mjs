// `node lineage.mjs BASE`: found by id and by name, links both ways and Back, errors, versions, and the slider by keyboard. BASE is that of
// examples/events.
import assert from 'node:assert/strict';
import { addressed, addressOf, browse, card, find, heading, settled, settledAt } from './console.mjs';
import { tell } from './story.mjs';

const [base] = process.argv.slice(2);
const ids = await tell(base);

/** The instant of the slider, as it is read to a person. */
const spoken = (page) => page.getByRole('slider', { name: 'As of' }).getAttribute('aria-valuetext');

const search = async (page) => {
  await page.goto(`${base}/console`);
  await find(page, ids.raw);
  await settled(page, 'user_login');
  assert.deepEqual(addressed(page), { entity: 'raw-events', id: ids.raw });

  await find(page, 'page_view'); // the name of raw events and of processed ones
  const results = page.locator('.results a');
  await results.nth(3).waitFor();
  const [raw] = await results.filter({ hasText: 'raw-events' }).all();
  await raw.click();
  await settled(page, 'page_view');
  await page.goBack();
  await results.nth(3).waitFor();

  await find(page, 'geo_look'); // how a name begins; there is one, so it is shown
  await settled(page, 'geo_lookup');
  await find(page, 'nothing is called so');
  await heading(page).getByText('Nothing has the id or name').waitFor();
};

const linksBothWays = async (page) => {
  await page.goto(addressOf(base, { entity: 'raw-events', id: ids.raw }));
  await settled(page, 'user_login');
  await card(page, 'login_risk').locator('.title').click();
  await settled(page, 'login_risk');
  assert.equal(addressed(page).id, ids.risk);
  assert.equal(await page.title(), 'login_risk – Millrace console');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1'); // readers of screens hear where they are
  assert.equal(await page.evaluate(() => window.scrollY), 0);
  await page.locator('.centre .facts', { hasText: 'processed 1 s after it' }).waitFor();
  await page.getByRole('region', { name: 'Comes from' }).locator('.title', { hasText: 'user_login' }).click();
  await settled(page, 'user_login');
  await page.goBack();
  await settled(page, 'login_risk');
  await page.locator('.fields a').click(); // the key itself
  await settled(page, 'user_login');
};

const whatBecameOfIt = async (page) => {
  const failed = card(page, 'fraud_model');
  await failed.getByText('FAILED', { exact: true }).waitFor();
  await failed.getByText('model v7: feature "country" is missing').waitFor();
  await failed.getByText('20.1 ms').waitFor();
  // By what the documents say, and by when their first versions were recorded.
  await failed.locator('.facts', { hasText: /processed 1 s after it\s*recorded [\d.]+ m?s after it/ }).waitFor();
  const counts = await page.getByRole('region', { name: 'processed-events' }).locator('.counts li').allInnerTexts();
  assert.deepEqual(counts.map((text) => text.replace(/\s+/g, ' ')), ['FAILED 1', 'SUCCESS 2']);

  await card(page, 'audit_copy').getByText(/^deleted at/).waitFor(); // it is on no list of now

  const geo = card(page, 'geo_lookup');
  await geo.locator('summary', { hasText: 'version 2 of 2' }).click();
  await geo.locator('.versions del', { hasText: '"FAILED"' }).waitFor();
  await geo.locator('.versions ins', { hasText: '"SUCCESS"' }).waitFor();
  await geo.locator('.fields .changed', { hasText: 'was FAILED' }).waitFor();
  const own = page.locator('.centre');
  await own.locator('.fields .changed', { hasText: 'was auth_service' }).waitFor();
  assert.equal(await own.locator('.versions > li').count(), 2);
};

const slider = async (page) => {
  await page.getByRole('slider', { name: 'As of' }).focus();
  assert.equal(await spoken(page), 'now');
  await page.keyboard.press('Home'); // the first version of all
  await settledAt(page, true);
  await settled(page, 'user_login');
  await card(page, 'login_risk').getByText('did not exist yet').waitFor();
  assert.equal(await page.locator('.card:not(.absent)').count(), 0);
  await page.locator('.centre .fields', { hasText: 'auth_service' }).waitFor();
  assert.equal(await page.locator('.centre', { hasText: 'auth_service_eu' }).locator('.fields', { hasText: 'auth_service_eu' }).count(), 0);
  await page.locator('.centre h2', { hasText: 'version 1 of 2' }).waitFor();

  await page.keyboard.press('ArrowRight'); // the geo lookup, which had failed
  await card(page, 'geo_lookup').locator('.message', { hasText: 'geo service: 503 after 3 attempts' }).waitFor();
  const then = addressed(page).at;
  assert.match(then, /^\d{4}-\d\d-\d\dT[\d:]+\.\d{6}Z$/);

  await card(page, 'geo_lookup').locator('.title').click(); // at the same instant
  await settled(page, 'geo_lookup');
  assert.equal(addressed(page).at, then);
  await page.locator('.centre .message', { hasText: 'geo service: 503 after 3 attempts' }).waitFor();
  await page.reload(); // an address is all that it takes
  await settled(page, 'geo_lookup');
  await page.locator('.centre .message', { hasText: 'geo service: 503 after 3 attempts' }).waitFor();
  await page.goBack();
  await settled(page, 'user_login');
  assert.equal(addressed(page).at, then);

  await page.getByRole('button', { name: 'now', exact: true }).click();
  await settledAt(page, false);
  await page.locator('.centre .fields', { hasText: 'auth_service_eu' }).waitFor();
  await page.locator('.centre').getByRole('button', { name: 'version 1' }).click();
  await page.locator('.centre h2', { hasText: 'version 1 of 2' }).waitFor();
  await page.getByRole('slider').focus();
  await page.keyboard.press('End');
  await settledAt(page, false);

  await page.getByRole('slider').fill('500'); // as the mouse moves it
  await settledAt(page, true);
  assert.match(await spoken(page), / UTC$/);
  const half = addressed(page).at;
  await page.getByRole('button', { name: 'earlier' }).click();
  await page.waitForFunction((at) => new URLSearchParams(location.hash.slice(1)).get('at') < at, half);
  await page.getByRole('slider').fill('1000');
  await settledAt(page, false);
  await settled(page, 'user_login');
};

const outwards = async (page) => {
  const url = new URL(await page.getByRole('link', { name: 'ask in GraphQL' }).getAttribute('href'));
  const body = { query: url.searchParams.get('query'), variables: JSON.parse(url.searchParams.get('variables')) };
  const answer = await (await page.request.post(url.origin + url.pathname, { data: body })).json();
  assert.equal(answer.errors, undefined, JSON.stringify(answer));
  assert.equal(answer.data.rawEvents.getById.processedEvents.length, 3);
  const rest = await page.request.get(await page.getByRole('link', { name: 'read over REST' }).getAttribute('href'));
  assert.equal((await rest.json()).id, ids.raw);
  await page.getByRole('button', { name: "Copy the document's JSON" }).click();
  assert.equal(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())).source, 'auth_service_eu');
  await page.locator('.requests summary').click();
  const times = await page.locator('.requests tbody td:nth-child(4)').allInnerTexts();
  assert.ok(times.length > 3 && times.every((text) => /^[\d.]+ ms/.test(text)), `${times}`);
};

await browse(base, async (page) => {
  await search(page);
  await linksBothWays(page);
  await whatBecameOfIt(page);
  await slider(page);
  await outwards(page);
});
