// What the tests of the console do again and again. Chromium is driven by tests/web/chromium.mjs.
import assert from 'node:assert/strict';
export { browse } from '../web/chromium.mjs';

export const addressOf = (base, parts) => `${base}/console#${new URLSearchParams(parts)}`;

export const heading = (page) => page.getByRole('heading', { level: 1 });

/** The document in view: its name is there, and nothing is being read. */
export const settled = async (page, name) => {
  await heading(page).getByText(name, { exact: true }).waitFor();
  await page.locator('.lineage[aria-busy=false]').waitFor();
};

export const card = (page, name) => page.locator('.card', { has: page.locator('.title', { hasText: new RegExp(`^${name}$`) }) });

export const find = async (page, text) => {
  await page.getByRole('searchbox').fill(text);
  await page.keyboard.press('Enter');
};

/** What the address says behind the #. */
export const addressed = (page) => Object.fromEntries(new URLSearchParams(new URL(page.url()).hash.slice(1)));

/** Waits until the address has `at`, or has none. */
export const settledAt = (page, isThere) =>
  page.waitForFunction((there) => new URLSearchParams(location.hash.slice(1)).has('at') === there, isThere);

/** Nothing sticks out at the side. */
export const assertFits = async (page) => {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(content <= window, `${content} px of content in a window of ${window} px`);
};
