// `node credentials.mjs BASE KEY TOKEN`: where credentials are required the console takes an API key or a token, and GraphiQL in the same tab
// sends it too; it is kept in the tab alone. There is an event whose name is "first".
import assert from 'node:assert/strict';
import { browse, find, settled } from './console.mjs';

const [base, key, token] = process.argv.slice(2);

await browse(base, async (page) => {
  await page.goto(`${base}/console`);
  const field = page.getByLabel('Token or API key');
  const forget = page.getByRole('button', { name: 'Forget the token or API key' });
  const use = async (text) => {
    await field.fill(text);
    await page.keyboard.press('Enter');
    await forget.waitFor();
  };
  await page.getByText('Credentials are required here.').first().waitFor();
  for (const [credentials, header] of [[key, `ApiKey ${key}`], [` ${token}\n`, `Bearer ${token}`]]) {
    await use(credentials);
    await find(page, 'first');
    await settled(page, 'first');
    await page.reload();
    await settled(page, 'first');
    const kept = await page.evaluate(() => ({ ...sessionStorage }));
    assert.deepEqual(kept, { [`${new URL(base).pathname.replace(/\/*$/, '/')} Authorization`]: header });
    await page.goto(`${base}/events/graph?query=${encodeURIComponent('{ getByName(name: "first") { name } }')}`);
    await page.locator('.graphiql-query-editor .CodeMirror', { hasText: 'first' }).waitFor();
    await page.getByRole('button', { name: /execute query/i }).click();
    await page.locator('.result-window', { hasText: '"first"' }).waitFor();
    const elsewhere = await page.evaluate(() => JSON.stringify([{ ...localStorage }, document.cookie]));
    assert.ok(!elsewhere.includes(credentials.trim()), elsewhere);
    await page.goto(`${base}/console`);
    await forget.click();
    await field.waitFor();
    assert.deepEqual(await page.evaluate(() => ({ ...sessionStorage })), {});
  }
  await use('mr_wrong');
  await page.getByText('There is no such API key.').first().waitFor();
}, /401/);
