// `node graphiql.mjs BASE PATH NAMES TEXT`: GraphiQL at PATH opens with the examples of these names, which run as they stand and find
// something, the first shows TEXT, and the documentation of the schema opens.
import assert from 'node:assert/strict';
import { browse } from './chromium.mjs';

const [base, path, list, text] = process.argv.slice(2);
const names = list.split(',');

/**
 * Runs the operation of that name in the current tab, and gives the answer once it is there. After a change of tabs GraphiQL takes a moment to
 * see the name of the new one's operation: a request that still has the old name is not what is tested.
 */
const run = async (page, operation, triesLeft = 30) => {
  const [response] = await Promise.all([
    page.waitForResponse((one) => one.url() === base + path && one.request().postDataJSON()?.operationName !== 'IntrospectionQuery'),
    page.getByRole('button', { name: /execute query/i }).click(),
  ]);
  const asked = response.request().postDataJSON();
  if (asked.operationName !== operation && triesLeft > 0) return run(page, operation, triesLeft - 1);
  assert.equal(asked.operationName, operation);
  return response.json();
};

await browse(base, async (page) => {
  await page.goto(base + path);
  const tabs = page.getByRole('tab');
  await page.locator('.graphiql-query-editor .CodeMirror').waitFor();
  await tabs.nth(names.length - 1).waitFor();
  assert.equal(await tabs.count(), names.length);
  for (const [i, name] of names.entries()) {
    await tabs.nth(i).click();
    const answer = await run(page, name);
    assert.deepEqual(answer.errors, undefined);
    assert.ok(Object.values(answer.data).every((value) => (Array.isArray(value) ? value.length > 0 : value !== null)), JSON.stringify(answer));
  }
  await tabs.nth(0).click();
  await run(page, names[0]);
  await page.locator('.result-window', { hasText: text }).waitFor();
  await page.getByRole('button', { name: /show documentation explorer/i }).click();
  await page.locator('.graphiql-doc-explorer', { hasText: 'Query' }).waitFor();
  await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).first().click();
  await page.locator('.graphiql-doc-explorer', { hasText: 'getById' }).waitFor();

  // Dialogs and panels work under the page's Content-Security-Policy as well.
  for (const name of [/open settings dialog/i, /open short keys dialog/i]) {
    await page.getByRole('button', { name }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: /show history/i }).click();
  await page.locator('.graphiql-history-item').first().waitFor();

  // What the address asks is what is shown.
  await page.goto(`${base}${path}?query=${encodeURIComponent('query Asked { __typename }')}`);
  await page.locator('.graphiql-query-editor .CodeMirror', { hasText: 'Asked' }).waitFor();
  assert.deepEqual(await run(page, 'Asked'), { data: { __typename: 'Query' } });
});
