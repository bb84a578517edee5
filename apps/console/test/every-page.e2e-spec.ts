import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithBrowser } from '@duban/testing';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { mayOpen, type Page, PAGES } from '../src/pages';
import { useSampleProduct } from './sample-product';
import { signedIn } from './signed-in';
import { DESKTOP, PHONE, Visitor } from './visitor';

/** One person's pages are many, and a busy machine takes seconds over each. */
const PATIENCE_MS = 400_000;
/** Whoever comes to a page first of these looks at it. */
const PEOPLE = ['office', 'leader', 'LD01.contact', 'auditor', 'admin', 'security'];
const LOOKS = [
  { name: 'at a desk, in Chinese', viewport: DESKTOP, language: 'zh', hasMotion: true },
  { name: 'on a telephone, in English', viewport: PHONE, language: 'en' },
  { name: 'at a desk, in English, for older people', viewport: DESKTOP, language: 'en', isForOlder: true },
] as const;

const ROOT = join(__dirname, '../../..');
const FOLDER = join(ROOT, 'docs/pictures');
/** The main pages as the README shows them: `DRAW=1 npm test -- apps/console/test/every-page` takes them anew. */
const PICTURES: { name: string; username: string; path: string; there?: string; viewport?: typeof PHONE }[] = [
  { name: 'board', username: 'office', path: '/board', there: '.grid-body .grid-row .grid-content a' },
  { name: 'desk', username: 'office', path: '/desk' },
  { name: 'overview', username: 'leader', path: '/overview' },
  { name: 'mine', username: 'LD01.contact', path: '/mine', viewport: PHONE },
  { name: 'audit', username: 'auditor', path: '/audit' },
];
/** The share of a picture's points that may be others: fonts are smoothed a little differently from machine to machine. */
const OTHER_POINTS = 0.02;

describeWithBrowser('every page', (browser) => {
  const product = useSampleProduct();
  /** Of each part of an address, one that there is. */
  const parts: Record<string, string> = {};

  beforeAll(async () => {
    const contact = await signedIn(product.url, 'LD01.contact');
    const { unitId } = await contact<{ unitId: string }>('/sessions/current');
    const { items } = await contact<{ items: { id: string; planId: string }[] }>('/tasks?state=in_progress&limit=50');
    for (const { id, planId } of items) {
      const { assignments } = await contact<{
        assignments: { id: string; unitId: string; role: string; state: string }[];
      }>(`/tasks/${id}`);
      const own = assignments.find(
        (one) => one.unitId === unitId && one.role === 'lead' && one.state === 'in_progress',
      );
      if (own) Object.assign(parts, { taskId: id, planId, assignmentId: own.id, act: 'report' });
    }
    const office = await signedIn(product.url, 'office');
    const plan = await office<{ policyId: string }>(`/plans/${parts['planId']}`);
    const { policyId } = plan;
    const draft = await office<{ id: string }>('/policies/drafts', { policyId });
    const span = { from: '2026-01-01', to: '2026-09-21' };
    const bulletin = await office<{ id: string }>('/bulletins', { ...span, title: '督查通报' });
    Object.assign(parts, { policyId, draftId: draft.id, bulletinId: bulletin.id });
  });

  const addressOf = ({ path }: Page): string => path.replace(/:(\w+)/g, (_, part: string) => parts[part] ?? '?');

  describe.each(LOOKS)('$name', ({ name, ...looks }) => {
    const seen = new Set<string>();

    it.each(PEOPLE)(
      '%s',
      async (username) => {
        const visitor = await Visitor.open(browser(), product.url, looks);
        await visitor.signIn(username);
        const findings: Record<string, string[]> = {};
        const me = await visitor.session();
        const may = (...rights: string[]): boolean => rights.some((right) => me.rights.includes(right));
        for (const page of PAGES) {
          if (seen.has(page.path) || !mayOpen(page, { me, may })) continue;
          seen.add(page.path);
          await visitor.goto(addressOf(page));
          await visitor.settled();
          const found = await visitor.seriousFindings();
          if (await visitor.isTooWide()) found.push('too wide');
          await visitor.picture(`${name} ${page.path}`.replace(/\W+/g, '-'));
          if (found.length > 0) findings[page.path] = found;
        }
        expect([findings, visitor.complaints]).toEqual([{}, []]);
        await visitor.close();
      },
      PATIENCE_MS,
    );

    it('was there', () => {
      expect(PAGES.map(({ path }) => path).filter((path) => !seen.has(path))).toEqual([]);
    });
  });

  it.each(PICTURES)('looks as the README shows it: $name', async ({ name, username, path, there, viewport }) => {
    const visitor = await Visitor.open(browser(), product.url, { viewport });
    await visitor.signIn(username);
    await visitor.goto(path);
    if (there) await visitor.page.locator(there).first().waitFor();
    await visitor.settled();
    const file = join(FOLDER, `${name}.png`);
    const bytes = await visitor.page.screenshot({ animations: 'disabled' });
    await visitor.close();
    if (process.env.DRAW) writeFileSync(file, bytes);
    const [kept, now] = [PNG.sync.read(readFileSync(file)), PNG.sync.read(bytes)];
    expect([now.width, now.height]).toEqual([kept.width, kept.height]);
    const others = pixelmatch(kept.data, now.data, undefined, kept.width, kept.height, { threshold: 0.2 });
    expect(others / (kept.width * kept.height)).toBeLessThanOrEqual(OTHER_POINTS);
  });
});

it('the README shows the pictures that are there', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  for (const { name } of PICTURES) {
    expect(readme).toContain(`docs/pictures/${name}.png`);
    expect([name, existsSync(join(FOLDER, `${name}.png`))]).toEqual([name, true]);
  }
});
