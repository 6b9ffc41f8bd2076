// `node swagger.mjs BASE PATH`: Swagger UI at PATH shows the API, and "Try it out" creates a document.
import assert from 'node:assert/strict';
import { browse } from './chromium.mjs';

const [base, path] = process.argv.slice(2);

await browse(base, async (page) => {
  await page.goto(base + path);
  const operation = page.locator('.opblock-post').first();
  await operation.locator('.opblock-summary').click();
  await operation.locator('textarea.body-param__text').waitFor();
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    operation.getByRole('button', { name: 'Execute' }).click(),
  ]);
  assert.equal(answer.status(), 201);
  assert.ok(answer.url().startsWith(`${base}/`), answer.url());
  await operation.locator('.live-responses-table .response-col_status', { hasText: '201' }).waitFor();
});
