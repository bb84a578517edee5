import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { source as axeSource } from 'axe-core';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { PASSWORD } from './sample-product';

export const DESKTOP = { width: 1366, height: 820 };
export const PHONE = { width: 390, height: 844 };

interface Looks {
  viewport?: { width: number; height: number };
  language?: 'zh' | 'en';
  /** The mode for older people (适老化): large type and high contrast. */
  isForOlder?: boolean;
  /** Things slide and fade, as where nobody asked the system for less motion. */
  hasMotion?: boolean;
  /** The tour of the first sign-in is shown. */
  hasTour?: boolean;
}

/** Somebody at a browser: what it complains of is kept, and is a fault of ours. */
export class Visitor {
  readonly complaints: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
    private readonly isForOlder: boolean,
  ) {}

  static async open(
    browser: Browser,
    url: string,
    { viewport = DESKTOP, language = 'zh', isForOlder = false, hasMotion = false, hasTour = false }: Looks = {},
  ): Promise<Visitor> {
    const context = await browser.newContext({
      viewport,
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      reducedMotion: hasMotion ? 'no-preference' : 'reduce',
    });
    await context.addInitScript(`localStorage.setItem('duban.language', '${language}')`);
    if (isForOlder) {
      await context.addInitScript(`localStorage.setItem('duban.view', '{"isLarge":true,"isContrast":true}')`);
    }
    // The tour comes by itself once; whoever tries something else has seen it.
    if (!hasTour) await context.addInitScript(`localStorage.setItem('duban.toured', 'all')`);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const visitor = new Visitor(context, page, url, isForOlder);
    page.on('console', (message) => {
      // That nobody is signed in is asked, and the answer is a 401; a refusal is shown to the person.
      const isAnswer = /the server responded with a status of 4\d\d/.test(message.text());
      if (message.type() === 'error' && !isAnswer) visitor.complaints.push(message.text());
    });
    page.on('pageerror', (error) => visitor.complaints.push(String(error)));
    return visitor;
  }

  /** Signs in on the page, as people do. */
  async signIn(username: string, password = PASSWORD): Promise<this> {
    await this.page.goto(this.url);
    await this.page.locator('#username').fill(username);
    await this.page.locator('#password').fill(password);
    await this.page.locator('button[type=submit]').click();
    await this.page.locator('#content').waitFor();
    return this;
  }

  /** Who they are and what they may do, as the api tells the page. */
  async session(): Promise<{ post: string; rights: string[] }> {
    const answer = await this.page.request.get(`${this.url}/api/v1/sessions/current`);
    return answer.json();
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(this.url + path);
    await this.page.locator('h1').first().waitFor();
  }

  /** Until nothing on the page is being loaded any more. */
  async settled(): Promise<void> {
    await this.page.waitForFunction(
      () => document.querySelector('.ant-spin-spinning, .ant-skeleton, .page-loading, [aria-busy=true]') === null,
    );
  }

  /** Chooses from a list by words, once what can be chosen is there. */
  async choose(box: Locator, words: string): Promise<void> {
    const choice = this.page.locator('.ant-select-item-option-active:visible', { hasText: words });
    await untilTaken(box, words, async () => {
      await box.fill(words);
      await choice.waitFor();
      await box.press('Enter');
    });
  }

  /** The same from a list that one does not type into. */
  async pick(box: Locator, words: string): Promise<void> {
    const choice = this.page.locator('.ant-select-item-option:visible').filter({ hasText: words });
    await untilTaken(box, words, async () => {
      await box.click();
      await choice.click();
    });
  }

  /** What axe finds on the page that is serious, each with the element: WCAG 2.2 AA, and AAA of contrast for older people. */
  async seriousFindings(): Promise<string[]> {
    // What lies half under the head of the page is none of its own size.
    const place = await this.page.evaluate(() => {
      const before = [scrollX, scrollY] as const;
      scrollTo(0, 0);
      return before;
    });
    // A colour on its way to another is neither, nor is one behind what is being closed; what turns for ever is no colour.
    // The icon of a button that was busy may stay in its leaving, of no size.
    await this.page.waitForFunction(
      () =>
        document.querySelector('[class*="-leave-"]:not(.ant-btn-loading-icon)') === null &&
        document.getAnimations().every(({ effect }) => effect?.getComputedTiming().iterations === Infinity),
    );
    // The policy of the page allows no other script: it is given to the browser, not to the page.
    await this.page.evaluate(axeSource);
    const found = await this.page.evaluate(async (isForOlder) => {
      const { axe } = globalThis as unknown as {
        axe: {
          run: (how: object) => Promise<{
            violations: { id: string; impact: string; nodes: { html: string }[] }[];
          }>;
        };
      };
      const { violations } = await axe.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
        rules: { 'color-contrast-enhanced': { enabled: isForOlder } },
      });
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
    }, this.isForOlder);
    await this.page.evaluate(([left, top]) => scrollTo(left, top), place);
    return found;
  }

  /** What is wrong with the page as it is once it is on a telephone, where it may be turned to. */
  async findingsOnPhone(name: string): Promise<string[]> {
    const before = this.page.viewportSize()!;
    await this.page.setViewportSize(PHONE);
    const found = await this.seriousFindings();
    if (await this.isTooWide()) found.push('too wide');
    await this.picture(name);
    await this.page.setViewportSize(before);
    return found;
  }

  /** Whether one has to move the page sideways. */
  isTooWide(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  }

  /** A picture of the page, into the folder that `DUBAN_SCREENSHOTS` names; nothing without it. */
  async picture(name: string): Promise<void> {
    const folder = process.env.DUBAN_SCREENSHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

/** A list that is being drawn anew has nothing under the key, or the pointer: as people do, look whether it was taken. */
async function untilTaken(box: Locator, words: string, act: () => Promise<void>): Promise<void> {
  const select = box.locator('xpath=ancestor::*[contains(concat(" ", @class, " "), " ant-select ")][1]');
  const chosen = select.locator('.ant-select-content', { hasText: words });
  for (let tries = 0; ; tries++) {
    await act();
    const isTaken = await chosen.waitFor({ timeout: 3_000 }).then(
      () => true,
      (error: unknown) => {
        if (tries === 3) throw error;
        return false;
      },
    );
    if (isTaken) return;
  }
}
