// `node errors.mjs BASE`: what cannot be read says why, where it would stand; the rest is there. BASE is that of console_test.py's orders.
import assert from 'node:assert/strict';
import { addressOf, browse, card, find, settled } from './console.mjs';

const [base] = process.argv.slice(2);
const headers = { 'Content-Type': 'application/json' };
const order = '{"id": "o1", "title": "first order", "customer_id": "c1", "digits": [12345678901234567890, 1.10, 1e400], "10": "ten", "9": "nine"}';
assert.equal((await fetch(`${base}/orders/api`, { method: 'POST', headers, body: order })).status, 201);
const customer = { query: 'mutation { createCustomer(id: "c1", name: "Ada") { id } }' };
await fetch(`${base}/customers`, { method: 'POST', headers, body: JSON.stringify(customer) });

await browse(base, async (page) => {
  await page.goto(`${base}/console`);
  await find(page, 'first order');
  await settled(page, 'first order');
  const document = (await page.locator('.centre .fields').innerText()).replace(/\s+/g, ' ');
  assert.match(document, /12345678901234567890 1: 1.10 2: 1e400 10 ten 9 nine/); // as it was sent, which JSON.parse would not tell
  // A service that is away, in the words of the GraphQL answer.
  const score = page.getByRole('region', { name: 'score' });
  await score.locator('.trouble', { hasText: 'gave no answer' }).waitFor();
  await score.locator('.trouble .note', { hasText: 'remote.' }).first().waitFor();
  // One without a REST API is followed by GraphQL, and read by it.
  await page.getByRole('region', { name: 'customer' }).locator('.title', { hasText: 'Ada' }).click();
  await settled(page, 'Ada');
  await page.getByText('has no REST API, which tells versions').waitFor();
  await page.goBack();
  await settled(page, 'first order');

  // Errors of REST: the storage answers with a problem, then nobody answers at all.
  const isList = /\/orders\/api\/bulk/;
  const problem = { status: 503, error: 'The storage cannot be reached.', code: 'store.unavailable', hint: 'Try again in 1 s.' };
  await page.route(isList, (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) }));
  await page.getByRole('button', { name: 'Refresh' }).click();
  const trouble = page.locator('.lineage > .trouble');
  await trouble.getByText('The storage cannot be reached.').waitFor();
  await trouble.getByText('503 store.unavailable').waitFor();
  await page.unroute(isList);
  await page.route(isList, (route) => route.abort());
  await trouble.getByRole('button', { name: 'Try again' }).click();
  await trouble.getByText('The service cannot be reached').waitFor();
  await page.unroute(isList);
  await page.route(isList, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'Server-Timing': 'total;dur=1.5' } });
  });
  await trouble.getByRole('button', { name: 'Try again' }).click();
  await trouble.waitFor({ state: 'detached' });
  await page.locator('.requests summary').click();
  await page.locator('.requests td', { hasText: '(server 1.5)' }).first().waitFor(); // where an answer tells it
  assert.equal(await card(page, 'nothing').count(), 0);

  await page.goto(addressOf(base, { entity: 'orders', id: 'never' }));
  await page.getByText('there never was one').waitFor();
}, /503|404|ERR_FAILED/);
