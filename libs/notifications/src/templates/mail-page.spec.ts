import { join } from 'node:path';
import { describeWithBrowser } from '@duban/testing';
import type { Page } from 'playwright-core';
import { checkpointMail } from './checkpoint';
import { mailBody, type WrittenLine } from './digest';
import { type Language, LANGUAGES } from './index';
import { passwordResetMail } from './password-reset';

const LINES: Record<Language, WrittenLine[]> = {
  zh: [
    {
      text: '【红色督办单】红督〔2026〕3号：第12项“改造老旧小区260个”（市住建局）应于4月20日前报送2026年第一季度进展情况，已逾期1天，请于4月24日前书面答复。',
      sort: 'notice',
      isCopy: false,
    },
    {
      text: '【催办】第31项“新建口袋公园12座，贯通滨河步道18公里”（市园林局）应于4月17日前报送办理方案，已逾期2个工作日，请尽快办理。',
      sort: 'urge',
      isCopy: false,
    },
    { text: '【提醒】第7项“新增托位900个”（市卫健委）请于4月27日前签收。', sort: 'reminder', isCopy: false },
    {
      text: '【抄送】【催办】第9项“迁建货运站”（市交通局）应于4月20日前完成节点“完成前期工作”，已逾期1天，请尽快办理。',
      sort: 'urge',
      isCopy: true,
    },
    {
      text: `【审核通过】第2项“开通观光专线，编号${'X'.repeat(120)}”（市文旅局）已审核销号。`,
      sort: 'verified',
      isCopy: false,
    },
  ],
  en: [
    {
      text: '[Red supervision notice] 红督〔2026〕3号: item 12 "改造老旧小区260个" (市住建局) was to report progress by 20 April (days late: 1); please answer in writing by 24 April.',
      sort: 'notice',
      isCopy: false,
    },
    {
      text: '[Copy] [Urged] item 9 "迁建货运站" (市交通局) was to reach the milestone by 20 April (days late: 1); please do so without delay.',
      sort: 'urge',
      isCopy: true,
    },
  ],
};
const url = 'https://duban.linlan.example';
const note = `duban.example/history\n1234\n${'q'.repeat(64)}=\n\n— duban.example/history ${'s'.repeat(96)}\n`;
const MAILS = (['zh', 'en'] as const).flatMap((language) => {
  const m = LANGUAGES[language];
  return [
    {
      name: `digest, ${language}`,
      html: mailBody({ name: '李敏', subject: '督办：督办单1件、催办1件', lines: LINES[language], url }, m).html,
    },
    { name: `checkpoint, ${language}`, html: checkpointMail({ number: 12, size: 1234, note }, m).html },
    {
      name: `password reset, ${language}`,
      html: passwordResetMail({ name: '李敏', code: '4821 0937', minutes: 15, url }, m).html,
    },
  ];
});
const DEVICES = [
  { device: 'a desk', width: 1024, height: 800 },
  { device: 'a telephone', width: 360, height: 740 },
];

/** In the page: letters that are too small, and by how much it is wider than the window. */
const LOOK = `(() => {
  const small = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const { parentElement, textContent } = node;
    if (textContent.trim() === '' || parentElement.getClientRects().length === 0) continue;
    if (parseFloat(getComputedStyle(parentElement).fontSize) < 13) small.push(textContent);
  }
  const { scrollWidth, clientWidth } = document.documentElement;
  return { small, over: scrollWidth - clientWidth, scripts: document.scripts.length };
})()`;
const AXE = `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })
  .then(({ violations, passes }) => ({
    faults: violations.map(({ id, nodes }) => id + ' ' + nodes[0].html),
    passed: passes.map(({ id }) => id),
  }))`;
interface Found {
  faults: string[];
  passed: string[];
}

describeWithBrowser('Mails as programs show them', (browser) => {
  let page: Page;
  const asked: string[] = [];
  beforeAll(async () => {
    page = await (await browser().newContext({ offline: true })).newPage();
    page.on('request', (request) => asked.push(request.url()));
  });

  async function show(
    html: string,
    { width, height, scheme = 'light' }: { width: number; height: number; scheme?: 'light' | 'dark' },
  ): Promise<void> {
    asked.length = 0;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    await page.setContent(html);
  }

  it.each(MAILS.flatMap((mail) => DEVICES.map((device) => ({ ...mail, ...device }))))(
    '$name, at $device: nothing is cut off or asked for elsewhere, and no letter is too small',
    async ({ name, device, html, width, height }) => {
      await show(html, { width, height });
      const pictures = process.env.DUBAN_PICTURES;
      if (pictures) await page.screenshot({ path: join(pictures, `${name}, ${device}.png`), fullPage: true });
      const found = await page.evaluate<object>(LOOK);
      expect({ ...found, asked }).toEqual({ small: [], over: 0, scripts: 0, asked: [] });
    },
  );

  // Languages look alike.
  it.each(MAILS.slice(0, 3).flatMap((mail) => (['light', 'dark'] as const).map((scheme) => ({ ...mail, scheme }))))(
    '$name, $scheme: can be read by all (WCAG 2.2 AA)',
    async ({ html, scheme }) => {
      await show(html, { ...DEVICES[0]!, scheme });
      await page.addScriptTag({ path: require.resolve('axe-core/axe.min.js') });
      const { faults, passed } = await page.evaluate<Found>(AXE);
      expect(faults).toEqual([]);
      expect(passed).toEqual(expect.arrayContaining(['color-contrast', 'html-has-lang', 'document-title']));
    },
  );

  it('shows lists of mails the first thing that is to be done, and never the code for a password', async () => {
    const glanceOf = async (html: string): Promise<string> => {
      await show(html, DEVICES[0]!);
      return (await page.locator('body > div').first().textContent()) ?? '';
    };
    expect(await glanceOf(MAILS[0]!.html)).toContain('红督〔2026〕3号');
    expect(await glanceOf(MAILS[2]!.html)).not.toContain('4821');
  });

  it('leaves a checkpoint as it was signed, to be taken out again', async () => {
    await show(MAILS[1]!.html, DEVICES[1]!);
    expect(await page.locator('pre').textContent()).toBe(note);
  });
});
