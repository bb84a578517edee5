import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { benchConfig, openApi, PASSWORD } from './api-at-work';
import { inventBoard } from './invented-board';
import { development, type Measure, type PreparedFigures, scaled } from './measure';
import { ROOT } from '../sizes/root';
import { importUnits, ownDatabase, ownPostgres } from './office-at-work';

const TASKS = 100_000;
const SCROLLED_TASKS = 1_000_000;
const QUICK_TASKS = 400;
const RUNS = 7;
/** What the functions that run in the page use of the browser, which is not this program's world. */
interface Element {
  scrollTop: number;
  scrollHeight: number;
  textContent: string;
  click(): void;
  querySelector(path: string): Element | null;
  dispatchEvent(event: WheelEvent): boolean;
}
interface WheelEvent {
  deltaY: number;
}
declare const WheelEvent: new (name: string, how: { deltaY: number; cancelable: boolean }) => WheelEvent;
declare const document: { querySelector(path: string): Element | null; querySelectorAll(path: string): Element[] };
declare const requestAnimationFrame: (drawn: (now: number) => void) => void;

const CHROMIUM = '/usr/bin/chromium';
/** What people notice, as the console promises it: in bytes and milliseconds. */
const budgets = (): Record<'firstBoardMs' | 'filterMs' | 'frameMs', number> =>
  JSON.parse(readFileSync(join(ROOT, 'apps/console/budgets.json'), 'utf8'));

/** From the address of the board, with nothing of it in the browser, to its first rows: with 100,000 tasks. */
export const boardPaintMeasure: Measure = {
  name: 'board-paint',
  goal: 1,
  prepare: (isQuick, scale) =>
    atBoard(isQuick, scaled(TASKS, scale ?? 1), 'firstBoardMs', async (browser, url) => {
      const taken: number[] = [];
      for (let run = 0; run < RUNS; run++) taken.push(await withBoard(browser, url, async (_page, painted) => painted));
      return taken;
    }),
};

/** From the choice of a state to the rows that are in it: with 100,000 tasks. */
export const boardFilterMeasure: Measure = {
  name: 'board-filter',
  goal: 1,
  prepare: (isQuick, scale) =>
    atBoard(isQuick, scaled(TASKS, scale ?? 1), 'filterMs', (browser, url) =>
      withBoard(browser, url, async (page) => {
        const taken: number[] = [];
        for (let run = 0; run < RUNS; run++) taken.push(await filtered(page, run % 2 === 0 ? '已核验' : '办理中'));
        return taken;
      }),
    ),
};

/** The time between two frames while 1,000,000 rows pass by, and some leaps among them: the slowest twentieth. */
export const boardScrollMeasure: Measure = {
  name: 'board-scroll',
  goal: 1,
  prepare: (isQuick, scale) =>
    atBoard(isQuick, scaled(SCROLLED_TASKS, scale ?? 1), 'frameMs', (browser, url) =>
      withBoard(browser, url, async (page) => {
        const taken: number[] = [];
        for (let run = 0; run < RUNS; run++) taken.push(await slowFrame(page));
        return taken;
      }),
    ),
};

/** The board of so many tasks, in a browser, beside the budget of what is measured of it. */
async function atBoard(
  isQuick: boolean,
  tasks: number,
  budget: keyof ReturnType<typeof budgets>,
  measure: (browser: Browser, url: string) => Promise<number[]>,
): Promise<PreparedFigures> {
  if (!existsSync(CHROMIUM)) throw new Error('The bench needs chromium: `apt-get install chromium`.');
  const { chromium } = await development('playwright-core', () => import('playwright-core'));
  const server = await ownPostgres();
  const database = await ownDatabase(server, 'board');
  const app = await openApi(database, benchConfig());
  await app.listen(0, '127.0.0.1');
  await importUnits(app);
  await inventBoard(database, isQuick ? QUICK_TASKS : tasks);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  return {
    figures: async () => ({ ours: await measure(browser, await app.getUrl()), other: budgets()[budget] }),
    close: async () => {
      await browser.close();
      await app.close();
      await server.stop();
    },
  };
}

/**
 * Signs in and opens the board with an empty cache.
 *
 * @param work gets the page, and the milliseconds from its address to its first rows
 */
async function withBoard<T>(
  browser: Browser,
  url: string,
  work: (page: Page, painted: number) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 820 }, locale: 'zh-CN' });
  try {
    await context.addInitScript(`localStorage.setItem('duban.toured', 'all')`);
    const signingIn = await context.newPage();
    await signingIn.goto(url);
    await signingIn.locator('#username').fill('office');
    await signingIn.locator('#password').fill(PASSWORD);
    await signingIn.locator('button[type=submit]').click();
    await signingIn.locator('#content').waitFor();
    const kept = await context.storageState();
    await signingIn.close();
    // Another context has the session, and none of the files.
    const fresh = await browser.newContext({
      viewport: { width: 1366, height: 820 },
      locale: 'zh-CN',
      storageState: kept,
    });
    try {
      const page = await fresh.newPage();
      await page.goto(`${url}/board`, { waitUntil: 'commit' });
      const painted = await page.waitForFunction(
        () => document.querySelector('.grid-body .grid-content a') !== null && performance.now(),
        undefined,
        { polling: 'raf', timeout: 120_000 },
      );
      return await work(page, Number(await painted.jsonValue()));
    } finally {
      await fresh.close();
    }
  } finally {
    await context.close();
  }
}

async function filtered(page: Page, state: string): Promise<number> {
  await page.getByRole('combobox', { name: '状态' }).click();
  const option = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option', {
    hasText: state,
  });
  await option.waitFor();
  return option.evaluate(async (chosen, wanted) => {
    const start = performance.now();
    (chosen as unknown as Element).click();
    const isThere = (): boolean => {
      const rows = [...document.querySelectorAll('.grid-body .grid-row')];
      return rows.length > 0 && rows.every((row) => row.querySelector('.grid-state')?.textContent.startsWith(wanted));
    };
    while (!isThere()) await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - start;
  }, state);
}

/** Three seconds of scrolling, three rows a frame as by a wheel, and now and then to another place altogether. */
function slowFrame(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const frame = document.querySelector('.grid-frame')!;
    const between: number[] = [];
    let last = performance.now();
    const end = last + 3000;
    for (let n = 1; last < end; n++) {
      if (n % 60 === 0) frame.scrollTop = (frame.scrollHeight * ((n * 7919) % 1000)) / 1000;
      // Of a very long list the page turns by itself, since its scroll bar goes further than a wheel.
      else if (frame.dispatchEvent(new WheelEvent('wheel', { deltaY: 132, cancelable: true }))) frame.scrollTop += 132;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      between.push(now - last);
      last = now;
    }
    between.sort((one, other) => one - other);
    return between[Math.floor(between.length * 0.95)]!;
  });
}
