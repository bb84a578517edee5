import { readFileSync } from 'node:fs';
import { describeWithBrowser } from '@duban/testing';
import { useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

describeWithBrowser('an auditor at the console', (browser) => {
  const product = useSampleProduct();
  let visitor: Visitor | undefined;

  afterEach(async () => {
    expect(visitor?.complaints).toEqual([]);
    await visitor?.close();
  });

  it('finds who changed what, keeps the search, and takes what was found as a file', async () => {
    visitor = await Visitor.open(browser(), product.url);
    const { page } = await visitor.signIn('auditor');
    await visitor.goto('/audit?entity=assignment');
    await page.getByRole('button', { name: '详情' }).first().click();
    const details = page.getByRole('dialog');
    await details.locator('ins').first().waitFor();
    expect(await details.locator('tr', { hasText: '状态' }).innerText()).toMatch(/已报办结[^]*已核验/);
    expect(await visitor.seriousFindings()).toEqual([]);
    await details.getByRole('button', { name: '该事物的全部留痕' }).click();
    await page.waitForURL(/entityId=/);
    await page.waitForFunction(() => {
      const { length } = document.querySelectorAll('.timeline-event');
      return length > 0 && length < 20;
    });

    const name = `检索 ${Date.now()}`;
    await page.getByRole('button', { name: '保存检索' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill(name);
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    await page.getByText('检索条件已保存').waitFor();
    await visitor.goto('/audit');
    await page.getByRole('button', { name: '已存检索' }).click();
    await page.getByText(name, { exact: true }).click();
    await page.waitForURL(/entityId=/);

    await page.getByRole('button', { name: '导出' }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByText('JSON 行（.jsonl）').click()]);
    expect(file.suggestedFilename()).toBe('留痕.jsonl');
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(await page.locator('.timeline-event').count());
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(await visitor.seriousFindings()).toEqual([]);
  });

  it('sees any day by a slider, and two days compared', async () => {
    visitor = await Visitor.open(browser(), product.url);
    const { page } = await visitor.signIn('auditor');
    await visitor.goto('/audit/at');
    await page.locator('.ant-statistic').first().waitFor();
    const counts = async (): Promise<string> => (await page.locator('.ant-statistic').allInnerTexts()).join(' ');
    const today = await counts();
    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    await page.waitForURL(/at=2026-01-08/);
    await page.waitForFunction((before) => {
      const texts = [...document.querySelectorAll<HTMLElement>('.ant-statistic')].map((one) => one.innerText);
      return texts.length > 0 && texts.join(' ') !== before;
    }, today);
    expect(await visitor.seriousFindings()).toEqual([]);
    // A time of that day, and how a task stood at the instant of an event.
    const time = page.getByRole('textbox', { name: /时刻/ });
    await time.fill('09:30:00');
    await time.press('Enter');
    await page.waitForURL(/at=2026-01-08T01%3A30%3A00/);
    await page.locator('.ant-statistic').first().waitFor();
    expect(await visitor.findingsOnPhone('at-phone')).toEqual([]);
    await visitor.goto('/audit?entity=assignment');
    await page.getByRole('button', { name: '详情' }).first().click();
    await page.getByRole('button', { name: '当时的情况' }).click();
    await page
      .getByRole('dialog')
      .getByText(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 的情况$/)
      .waitFor();
    await page.getByRole('dialog').locator('.ant-table-row').first().waitFor();
    await visitor.goto('/audit/at?from=2026-03-01&at=2026-05-01');
    await page.getByText('亮灯变化').waitFor();
    await page.locator('.ant-collapse-header').first().click();
    await page.locator('ins').first().waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
  });

  it.each([
    ['desktop', undefined],
    ['phone', PHONE],
  ])('proves an event, and a checkpoint that was held, in the browser itself (%s)', async (_, viewport) => {
    visitor = await Visitor.open(browser(), product.url, { viewport });
    const { page } = await visitor.signIn('auditor');
    await visitor.goto('/audit?entity=assignment');
    await page.getByRole('button', { name: '详情' }).first().click();
    await page.getByRole('button', { name: '核验这条留痕' }).click();
    await page.getByText('该根即第').waitFor();
    expect(await page.locator('.ant-alert-error').count()).toBe(0);
    expect(await page.locator('.ant-alert-success').count()).toBe(4);
    expect(await visitor.seriousFindings()).toEqual([]);

    await page.locator('.ant-table-row-expand-icon').last().click();
    const note = await page.locator('.proof-note').last().innerText();
    const given = page.getByLabel('存证全文');
    const check = page.getByRole('button', { name: '核验' }).last();
    await given.fill(note);
    await check.click();
    await page.getByText('未被改写').waitFor();
    expect(await page.locator('.ant-alert-error').count()).toBe(0);

    // A root with another letter in it was never signed, and is the beginning of nothing.
    const [origin = '', size = '', root = '', ...rest] = note.split('\n');
    await given.fill([origin, size, (root.startsWith('A') ? 'B' : 'A') + root.slice(1), ...rest].join('\n'));
    await check.click();
    await page.locator('.ant-alert-error').first().waitFor();
    expect(await page.locator('.ant-alert-error').count()).toBe(2);
    await given.fill('anything');
    await check.click();
    await page.getByText('这不是存证').waitFor();
  });
});
