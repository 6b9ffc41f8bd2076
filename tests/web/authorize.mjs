// `node authorize.mjs BASE PATH KEY TOKEN`: "Authorize" of the Swagger UI at PATH takes an API key or a token, and what is tried out sends it.
import assert from 'node:assert/strict';
import { browse } from './chromium.mjs';

const [base, path, key, token] = process.argv.slice(2);

const list = async (page) => {
  const operation = page.locator('.opblock-get').first();
  if (!(await operation.getByRole('button', { name: 'Execute' }).isVisible())) await operation.locator('.opblock-summary').click();
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'GET' && !response.url().includes('api-docs')),
    operation.getByRole('button', { name: 'Execute' }).click(),
  ]);
  return answer;
};

for (const [scheme, credentials, header] of [['X-API-Key', key, 'x-api-key'], ['bearer', token, 'authorization']]) {
  await browse(base, async (page) => {
    await page.goto(base + path);
    assert.equal((await list(page)).status(), 401);
    await page.locator('.btn.authorize').click();
    const container = page.locator('.auth-container', { hasText: scheme });
    await container.locator('input').fill(credentials);
    await container.locator('button[type=submit]').click();
    await page.locator('.modal-ux .btn-done').first().click();
    const answer = await list(page);
    assert.equal(answer.status(), 200);
    assert.ok(answer.request().headers()[header].endsWith(credentials));
  }, /401/);
}
