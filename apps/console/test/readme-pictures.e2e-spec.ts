import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithBrowser } from '@duban/testing';
import { useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

const ROOT = join(__dirname, '../../..');
const FOLDER = join(ROOT, 'docs/pictures');

/** The main pages, each as whom and where. */
const PICTURES = [
  { name: 'board', username: 'office', path: '/board', there: '.grid-body .grid-row .grid-content a' },
  { name: 'desk', username: 'office', path: '/desk', there: 'h1' },
  { name: 'overview', username: 'leader', path: '/overview', there: 'h1' },
  { name: 'mine', username: 'LD01.contact', path: '/mine', there: 'h1', viewport: PHONE },
  { name: 'audit', username: 'auditor', path: '/audit', there: 'h1' },
] as const;

it('the README shows the pictures that are there', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  for (const { name } of PICTURES) {
    expect(readme).toContain(`docs/pictures/${name}.png`);
    expect([name, existsSync(join(FOLDER, `${name}.png`))]).toEqual([name, true]);
  }
});

/** `DRAW=1 npm test -- apps/console/test/readme-pictures` takes them anew. */
if (process.env.DRAW) {
  describeWithBrowser('the pictures of the README', (browser) => {
    const product = useSampleProduct();

    it.each(PICTURES)('$name', async ({ name, username, path, there, ...looks }) => {
      const visitor = await Visitor.open(browser(), product.url, looks);
      await visitor.signIn(username);
      await visitor.goto(path);
      await visitor.page.locator(there).first().waitFor();
      await visitor.page.waitForFunction(
        () => document.querySelector('.ant-spin-spinning, .ant-skeleton, .page-loading') === null,
      );
      await visitor.page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
      expect(visitor.complaints).toEqual([]);
      await visitor.close();
    });
  });
}
