import { describeWithBrowser } from '@duban/testing';
import { useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

describeWithBrowser('what the office goes by', (browser) => {
  const product = useSampleProduct();
  let visitor: Visitor | undefined;
  const open = async (path: string, looks = {}): Promise<Visitor> => {
    visitor = await Visitor.open(browser(), product.url, looks);
    await visitor.signIn('office');
    await visitor.goto(path);
    return visitor;
  };

  afterEach(async () => {
    expect(visitor?.complaints).toEqual([]);
    await visitor?.close();
  });

  it('registers a matter after what may be the same was shown', async () => {
    const { page } = await open('/matters?new=1');
    expect(await visitor!.seriousFindings()).toEqual([]);
    const answer = await page.request.get(`${product.url}/api/v1/tasks?state=in_progress&limit=1`);
    const { items } = (await answer.json()) as { items: { content: string }[] };
    await page.getByLabel('内容', { exact: true }).fill(items[0]!.content);
    await page.getByText('内容相近的在办事项').waitFor();
    await visitor!.picture('office-matters');
    const mark = String(Date.now()).slice(-6);
    await page.getByLabel('内容', { exact: true }).fill(`请市交通运输局核查东门公交站台${mark}号雨棚破损问题并修复。`);
    await page.getByLabel('批示领导').fill('周某');
    await visitor!.choose(page.getByRole('combobox', { name: '牵头' }), '市交通运输局');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: '登记并交办' }).click();
    await page.getByText(/已登记：批示/).waitFor();
    const row = page.locator('tr.ant-table-row').filter({ hasText: mark });
    await row.waitFor();
    expect(await row.innerText()).toContain('待签收');
  });

  it('reads a rule set in words, and sees day by day what it would send', async () => {
    const { page } = await open('/policies');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await page.getByRole('link', { name: '年度政府工作报告责任分解' }).click();
    await page.getByText('到期后3个工作日，蓝色督办单').first().waitFor();
    await page.getByRole('button', { name: '模拟', exact: true }).click();
    await page.getByText(/共发出 \d+ 条/).waitFor();
    const counted = await page
      .locator('.heat td')
      .evaluateAll((cells) => cells.reduce((sum, cell) => sum + Number(cell.textContent || 0), 0));
    const total = Number(/共发出 (\d+) 条/.exec(await page.locator('.simulated').innerText())![1]);
    expect(counted).toBe(total);
    expect(total).toBeGreaterThan(0);
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('office-policy');
  });

  it('drafts another version, is told its faults at their fields, and enables it', async () => {
    const { page } = await open('/policies');
    await page.getByRole('button', { name: '起草新版本' }).click();
    await visitor!.choose(page.getByRole('dialog').getByRole('combobox'), '会议');
    await page.getByRole('button', { name: '开始起草' }).click();
    const steps = page.locator('.rung-form');
    await steps.first().waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    const last = steps.last().getByRole('spinbutton', { name: /相对到期日/ });
    const kept = await last.inputValue();
    await last.fill('-90');
    await last.press('Tab');
    await page.getByRole('button', { name: '保存' }).click();
    await page.locator('.faults code').first().waitFor();
    expect(await page.locator('.faults code').first().innerText()).toMatch(/ladders/);
    expect(await page.getByRole('button', { name: '启用' }).isDisabled()).toBe(true);
    const again = page
      .locator('.rung-form')
      .last()
      .getByRole('spinbutton', { name: /相对到期日/ });
    await again.fill(String(Number(kept) + 1));
    await again.press('Tab');
    await page.getByRole('button', { name: '保存' }).click();
    await page.locator('.faults.ant-alert-error').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '启用' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('多留一天准备。');
    await page.getByRole('dialog').getByRole('button', { name: '启用' }).click();
    await page
      .getByText(/第 \d+ 版（0 个方案在用）/)
      .first()
      .waitFor();
    // What it says otherwise than the version before it.
    await page.locator('.policy-changes > li').first().waitFor();
  });

  it('holds a rule set against what really happened', async () => {
    const { page } = await open('/policies');
    await page.getByRole('link', { name: '年度政府工作报告责任分解' }).click();
    const panel = page.locator('.panel', { hasText: '回测：' });
    await panel.getByRole('button', { name: '回测' }).click();
    const total = await panel.getByRole('status').innerText();
    const [sent, would, both, less, more] = total.match(/\d+/g)!.map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    expect([sent, would]).toEqual([both + less, both + more]);
    expect(sent).toBeGreaterThan(0);
    await panel.locator('canvas').waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('office-back-test');
  });

  it.each([
    ['desktop', undefined, 'zh'],
    ['phone', PHONE, 'en'],
  ] as const)('sees the cards of units and what is demanded of them (%s)', async (looks, viewport, language) => {
    const words = (zh: string, en: string): string => (language === 'zh' ? zh : en);
    const { page } = await open('/ledgers', { viewport, language });
    await page.getByText(words('没有督办牌', 'No cards')).or(page.locator('canvas')).first().waitFor();
    await visitor!.goto('/ledgers?show=burden');
    await page.locator('canvas').waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture(`office-burden-${looks}`);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: words('导出 CSV', 'Export CSV') }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
  });

  it.each([
    ['desktop', undefined, 'zh'],
    ['phone', PHONE, 'en'],
  ] as const)('records what the public thinks of what was done (%s)', async (looks, viewport, language) => {
    const words = (zh: string, en: string): string => (language === 'zh' ? zh : en);
    const { page } = await open('/ledgers?show=satisfaction', { viewport, language });
    const answer = await page.request.get(`${product.url}/api/v1/tasks?state=verified&limit=1`);
    const { items } = (await answer.json()) as { items: { id: string; planId: string }[] };
    await visitor!.goto(`/tasks/${items[0]!.id}`);
    await page.getByRole('button', { name: words('登记回访', 'Record an answer') }).click();
    const dialog = page.getByRole('dialog');
    await visitor!.pick(dialog.getByLabel(words('评价', 'Rating')), words('不满意', 'not satisfied'));
    await dialog.getByRole('button', { name: words('登记', 'Record'), exact: true }).click();
    await dialog.getByText(words('请填写', 'Please fill this in')).waitFor();
    await dialog.getByLabel(words('说明', 'Remark')).fill('路面仍有积水');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await dialog.getByRole('button', { name: words('登记', 'Record'), exact: true }).click();
    // Not what stands in the form still.
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('路面仍有积水').first().waitFor();
    await visitor!.goto(`/ledgers?show=satisfaction&plan=${items[0]!.planId}`);
    await page.locator('canvas').waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture(`office-satisfaction-${looks}`);
  });

  it('shows units with their posts, and a file of the directory as what it would change', async () => {
    const { page } = await open('/directory');
    await page.getByRole('treeitem', { name: /市教育局/ }).click();
    await page.getByText('LD02.contact').waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '导出 CSV' }).click(),
    ]);
    const path = await file.path();
    await page.getByRole('tab', { name: '导入' }).click();
    await page.locator('input[type=file]').setInputFiles({
      name: '单位名录.csv',
      mimeType: 'text/csv',
      buffer: await import('node:fs/promises').then(({ readFile }) => readFile(path)),
    });
    await page.getByText(/没有变化，\d+ 个单位与名录相同/).waitFor();
    await page.getByRole('tab', { name: '机构改革' }).click();
    await page.getByRole('button', { name: '提出机构改革…' }).click();
    await visitor!.choose(page.getByRole('combobox', { name: '哪些单位' }), '市科技局');
    await page.keyboard.press('Escape');
    await page.getByLabel('新名称').fill('市科技创新局');
    await page.getByLabel('生效日期').fill('2026-12-01');
    await page.getByRole('button', { name: '提出并查看影响' }).click();
    await page.getByText('市科技局 更名为 市科技创新局').waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('office-directory');
    await page.getByRole('button', { name: '撤回' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
    await page.locator('.effects').getByText('已撤回').waitFor();
  });

  it('shows a year of the calendar, and what a paper would change, on a phone, too', async () => {
    const { page } = await open('/calendar?year=2026', { viewport: PHONE });
    await page.locator('.day-holiday').first().waitFor();
    expect(await page.locator('.day-holiday').count()).toBeGreaterThan(20);
    expect(await visitor!.seriousFindings()).toEqual([]);
    await page.getByRole('button', { name: '录入放假安排通知' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('文号').fill('国办发明电〔2026〕9号');
    await form.getByLabel('发文日期').fill('2026-09-20');
    await form.getByLabel('通知标题').fill('关于2027年部分节假日安排的通知');
    await form.getByLabel('网址').fill('https://www.gov.cn/paper');
    await form.getByLabel('从').fill('2027-01-01');
    await form.getByLabel(/^到/).fill('2027-01-03');
    await form.getByLabel('节日').fill('元旦');
    await form.getByRole('button', { name: '先看变化' }).click();
    await form.getByText(/将改变 \d+ 天/).waitFor();
    await form.getByRole('button', { name: 'Close' }).or(form.locator('.ant-modal-close')).first().click();
  });

  it('puts a bulletin of a span together, which is read on paper', async () => {
    const { page } = await open('/bulletins?from=2026-01-01&to=2026-09-21');
    await page.getByText(/目前共有任务 \d+ 项/).waitFor();
    await page.getByText('督办蓝〔2026〕1号').waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('office-bulletin');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.shell-header').isVisible()).toBe(false);
    expect(await page.locator('.bulletin').isVisible()).toBe(true);
  });

  it('publishes a bulletin, which a department reads as it was', async () => {
    const { page } = await open('/bulletins?from=2026-01-01&to=2026-09-21');
    await page.getByText('督办蓝〔2026〕1号').waitFor();
    await page.getByLabel('按语（发布前保存在本机浏览器）').fill('请各单位对照查改。');
    await page.getByRole('button', { name: '发布', exact: true }).click();
    const sure = page.getByRole('dialog');
    await sure.getByText('不能撤回', { exact: false }).waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await sure.getByRole('button', { name: '发布' }).click();
    await page.waitForURL(/\/bulletins\/[0-9a-f-]+$/);
    await page.getByRole('heading', { name: '〔2026〕第 1 期' }).waitFor();
    await page.getByText('请各单位对照查改。').waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('office-bulletin-published');
    const [paper] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Word' }).click(),
    ]);
    expect(paper.suggestedFilename()).toBe('督查通报 2026-1.docx');
    const address = new URL(page.url()).pathname;
    await visitor!.close();
    visitor = await Visitor.open(browser(), product.url, { viewport: PHONE });
    await visitor.signIn('LD01.contact');
    await visitor.goto('/bulletins');
    await visitor.page.getByRole('link', { name: '〔2026〕第 1 期' }).click();
    await visitor.page.waitForURL(new RegExp(`${address}$`));
    await visitor.page.getByText('督办蓝〔2026〕1号').waitFor();
    expect(await visitor.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });
});
