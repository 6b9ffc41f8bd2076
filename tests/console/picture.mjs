// `node picture.mjs BASE FILE`: the picture of docs/console.md. BASE is that of examples/events, with nothing in it.
import { writeFileSync } from 'node:fs';
import { addressOf, browse, card, settled } from './console.mjs';
import { withFewerColours } from './png.mjs';
import { tell } from './story.mjs';

const [base, path] = process.argv.slice(2);
const ids = await tell(base);

await browse(base, async (page) => {
  await page.setViewportSize({ width: 1180, height: 1340 });
  await page.goto(addressOf(base, { entity: 'raw-events', id: ids.raw }));
  await settled(page, 'user_login');
  await page.getByRole('combobox', { name: 'Of which' }).selectOption('processed-events');
  await page.locator('aside .counts li').first().waitFor();
  await page.getByRole('slider').focus();
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowLeft'); // before the geo lookup was made again
  await card(page, 'geo_lookup').locator('.message').waitFor();
  await card(page, 'fraud_model').getByText('did not exist yet').waitFor();
  await settled(page, 'user_login');
  await page.evaluate(() => document.activeElement.blur());
  writeFileSync(path, withFewerColours(await page.screenshot()));
});
