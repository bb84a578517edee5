import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Specs that need a browser; where it is missing they are skipped, and it is said how to get it. */
export function describeWithBrowser(name: string, specs: (browser: () => Browser) => void): void {
  const notThere = (): Browser => {
    throw new Error('the browser is there from beforeAll on');
  };
  if (!existsSync(CHROMIUM)) {
    console.warn(`SKIPPED "${name}": needs chromium (Debian: apt-get install chromium)`);
    describe.skip(name, () => specs(notThere));
    return;
  }
  describe(name, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      // Loaded here: every spec file imports this library, and hardly any needs a browser's driver.
      const { chromium } = await import('playwright-core');
      browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
      });
    }, 60_000);
    afterAll(() => browser?.close());
    specs(() => browser ?? notThere());
  });
}
