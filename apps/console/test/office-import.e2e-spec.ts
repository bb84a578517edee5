import { describeWithBrowser } from '@duban/testing';
import { useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

/** A name that nobody has answered yet, whoever tried before: answers count for every later plan. */
const strangeName = (): string =>
  `市财${String(Date.now())
    .slice(-4)
    .replace(/\d/g, (digit) => '甲乙丙丁戊己庚辛壬癸'[Number(digit)]!)}政局`;

const document = (name: string, { homes = 120, last = '办好群众身边的食品安全实事。' } = {}): string =>
  `临澜市2026年重点民生实事任务分解表

各县（市、区）人民政府，市政府各部门：

一、提升公共服务

1.新建改建公办幼儿园6所，新增学位1800个，11月底前投入使用。（牵头单位：市教育局；责任单位：市住建局、${name}）

2.新增养老床位1200张，建成社区助餐点80个。（责任单位：市民政局、市卫健委）

3.完成老旧小区改造${homes}个，12月20日前完成。（牵头单位：市住建局；责任单位：市城管局）

4.${last}
`;

describeWithBrowser('importing a plan', (browser) => {
  const product = useSampleProduct();
  let visitor: Visitor | undefined;
  const open = async (looks = {}): Promise<Visitor> => {
    visitor = await Visitor.open(browser(), product.url, looks);
    return visitor.signIn('office');
  };
  const drop = async ({ page }: Visitor, text: string, name = '分解表.txt'): Promise<void> => {
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  };

  afterEach(async () => {
    expect(visitor?.complaints).toEqual([]);
    await visitor?.close();
  });

  it('reads a document beside the draft, settles what is uncertain by one key each, and issues it', async () => {
    const { page } = await open();
    await visitor!.goto('/plans');
    expect(await visitor!.seriousFindings()).toEqual([]);
    const name = strangeName();
    await drop(visitor!, document(name));
    const settle = page.locator('.settle');
    await settle.getByText(name).waitFor();
    expect(await page.locator('.source-text .is-wanted').innerText()).toBe(name);
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('office-import');

    await page.keyboard.press('1');
    await settle.getByText('没有写明牵头单位').waitFor();
    expect(await page.locator('.draft-task.is-selected .draft-number').innerText()).toBe('2');
    await page.keyboard.press('2');
    await settle.getByText('没有列出单位').waitFor();
    await page.keyboard.press('1');
    const form = page.locator('.task-form');
    await form.getByRole('combobox', { name: '牵头' }).fill('市市场监管局');
    await page.keyboard.press('Enter');
    await form.getByRole('button', { name: '保存' }).click();
    await settle.getByText('没有待核定的内容').waitFor();
    expect(await page.locator('.draft-task').nth(1).innerText()).toContain('牵头 市民政局');

    await page.getByRole('button', { name: '印发…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '印发', exact: true }).click();
    await page.getByText('已印发').first().waitFor();
    const figures = await page.locator('.issue-figures').innerText();
    expect(figures.replace(/\s+/g, ' ')).toMatch(/责任事项 4 责任分工 8 牵头 4 应办事项 \d+/);
    await page.getByRole('dialog').getByRole('button', { name: '关闭' }).last().click();
    await page.getByRole('link', { name: '查看台账' }).waitFor();
  });

  it('puts tasks in another order, splits and merges them, as the document stands beside', async () => {
    const { page } = await open();
    await visitor!.goto('/plans');
    await drop(visitor!, document('市发改委'));
    const tasks = page.locator('.draft-task');
    await tasks.nth(3).waitFor();
    await tasks.nth(2).locator('.draft-task-words').click();
    expect(await page.locator('.source-text .is-selected').first().innerText()).toBe('3');
    await page.getByRole('button', { name: '上移' }).click();
    await tasks.nth(1).getByText('完成老旧小区改造').waitFor();
    await tasks.nth(0).locator('.draft-task-words').click();
    await page.getByRole('button', { name: '拆分' }).click();
    await page.getByRole('button', { name: '在“新增学位1800个，”前断开' }).click();
    await page.getByRole('button', { name: '拆成 2 段' }).click();
    await tasks.nth(4).waitFor();
    await tasks.nth(0).locator('.draft-task-words').click();
    await page.getByRole('button', { name: '与下一项合并' }).click();
    await tasks.nth(4).waitFor({ state: 'detached' });
    expect(await tasks.count()).toBe(4);
  });

  it('takes a revised document item by item', async () => {
    const { page } = await open();
    await visitor!.goto('/plans');
    await drop(visitor!, document('市发改委'));
    await page.locator('.draft-task').nth(3).waitFor();
    await page.getByRole('tab', { name: '修订' }).click();
    await drop(visitor!, document('市发改委', { homes: 130, last: '办好校园食品安全实事。' }), '修订稿.txt');
    const items = page.locator('.revision-item');
    await items.nth(1).waitFor();
    const homes = items.filter({ hasText: '老旧小区' });
    expect(await homes.locator('del').first().innerText()).toBe('120');
    expect(await homes.locator('ins').first().innerText()).toBe('130');
    await homes.getByRole('button', { name: '采用', exact: true }).click();
    await homes.getByText('已采用').waitFor();
    await page.getByRole('tab', { name: '责任事项' }).click();
    await page.locator('.draft-task').filter({ hasText: '130个' }).waitFor();
    await page.getByRole('tab', { name: '修订' }).click();
    const other = items.filter({ hasText: '食品安全' }).first();
    await other.getByRole('button', { name: '不采用' }).click();
    await other.getByRole('textbox').fill('以原文为准');
    await other.getByRole('button', { name: '不采用' }).click();
    await page.getByText('未采用').first().waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
  });

  it('is read on a phone, in English', async () => {
    await open({ viewport: PHONE, language: 'en' });
    await visitor!.goto('/plans');
    await visitor!.page.getByText('Drop a breakdown document here').waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    expect(await visitor!.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });
});
