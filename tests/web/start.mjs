// `node start.mjs BASE`: every link of the start page leads somewhere, and its first command can be copied.
import assert from 'node:assert/strict';
import { browse } from './chromium.mjs';

const [base] = process.argv.slice(2);

await browse(base, async (page) => {
  await page.goto(`${base}/`);
  await page.locator('section').first().waitFor();
  const links = await page.locator('a').evaluateAll((anchors) => anchors.map((anchor) => anchor.href));
  assert.ok(links.length >= 7, `${links}`);
  for (const link of links) {
    assert.ok(link.startsWith(`${base}/`), link);
    const answer = await page.request.get(link, { headers: { Accept: 'text/html, */*;q=0.5' } });
    assert.equal(answer.status(), 200, link);
  }
  const figure = page.locator('figure').first();
  await figure.getByRole('button').click();
  await figure.getByText('Copied').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await figure.locator('code').textContent());
});
