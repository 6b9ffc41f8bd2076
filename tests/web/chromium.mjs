// Drives Debian's Chromium. Whatever a page asks of another host than its own is refused and fails the test, as is whatever its console
// or its Content-Security-Policy complains about.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/**
 * Runs `visit(page)` for a fresh browser that may talk to the origin of `base`; a failure leaves a picture of the page when SCREENSHOTS names a
 * folder. Complaints of the console that `expected` matches are what the test is about.
 */
export const browse = async (base, visit, expected = /^$/) => {
  const { origin } = new URL(base);
  const profile = mkdtempSync(join(tmpdir(), 'millrace-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const complaints = [];
  try {
    await context.route(
      (url) => url.origin !== origin && url.protocol.startsWith('http'),
      (route) => {
        complaints.push(`asked another host: ${route.request().url()}`);
        return route.abort();
      },
    );
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(20_000);
    page.on('console', (message) => message.type() === 'error' && !expected.test(message.text()) && complaints.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error}`));
    try {
      await visit(page);
    } finally {
      if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${process.env.PICTURE ?? 'page'}.png`) });
    }
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
};
