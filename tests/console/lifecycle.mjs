// `node lifecycle.mjs BASE`: what processors did with an event comes in by itself, in order, with the attempt's error, and leads to the
// result. BASE is that of examples/events with its processors.
import assert from 'node:assert/strict';
import { addressOf, browse, heading, settled } from './console.mjs';
import { create } from './story.mjs';

const [base] = process.argv.slice(2);
const login = (data) => create(base, '/raw-events/api', { name: 'user_login', data });

await browse(base, async (page) => {
  const story = page.getByRole('region', { name: 'Lifecycle' });
  const kinds = story.locator('.kind');

  const good = await login({ user_id: 'u1', ip_address: '203.0.113.7' });
  await page.goto(addressOf(base, { entity: 'raw-events', id: good.id }));
  await settled(page, 'user_login');
  await kinds.getByText('outcome').waitFor();
  assert.deepEqual((await kinds.allInnerTexts()).at(0), 'received');
  assert.ok((await story.innerText()).includes('login-risk'));
  await story.getByText('SUCCESS', { exact: true }).waitFor();
  await story.getByRole('link').click();
  await page.waitForFunction(() => new URLSearchParams(location.hash.slice(1)).get('entity') === 'processed-events');
  await heading(page).waitFor();

  const bad = await login('not an object');
  await page.goto(addressOf(base, { entity: 'raw-events', id: bad.id }));
  await story.getByText('FAILED', { exact: true }).first().waitFor();
  assert.deepEqual(await kinds.allInnerTexts(), ['received', 'attempt 1', 'outcome']);
  assert.match(await story.locator('.attempt .message').innerText(), /Cannot index string/);
  assert.match(await story.locator('.attempt .note').last().innerText(), /^waited [\d.,]+ ms, ran [\d.,]+ ms$/);
});
