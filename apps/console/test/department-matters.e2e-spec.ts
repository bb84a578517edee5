import { describeWithBrowser } from '@duban/testing';
import { useSampleProduct } from './sample-product';
import { signedIn } from './signed-in';
import { DESKTOP, PHONE, Visitor } from './visitor';

describeWithBrowser('a department with its matters', (browser) => {
  const product = useSampleProduct();
  let visitor: Visitor | undefined;

  afterEach(async () => {
    expect(visitor?.complaints).toEqual([]);
    await visitor?.close();
  });
  const signIn = async (username: string, viewport = DESKTOP): Promise<Visitor> => {
    visitor = await Visitor.open(browser(), product.url, { viewport });
    return visitor.signIn(username);
  };
  /** The card of what is owed, by its words. */
  const card = (...words: string[]) =>
    words.reduce((found, text) => found.filter({ hasText: text }), visitor!.page.locator('.owed'));

  it('is told on a telephone what is overdue and why, signs for it, and hands in plan and report', async () => {
    const { page } = await signIn('LA03.contact', PHONE);
    await page.getByRole('heading', { name: /已逾期/ }).waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('mine-phone');
    await card('签收后', '鸥湖旅游度假区提档升级').getByRole('button', { name: '为何是这一天' }).click();
    await page.getByRole('dialog').getByText('现行时限').waitFor();
    await page.keyboard.press('Escape');

    await card('签收后', '鸥湖旅游度假区提档升级').getByRole('link', { name: '签收' }).click();
    await page.getByRole('button', { name: '签收' }).click();
    await page.getByText('已签收').waitFor();
    // What followed the signing in one line is now owed, each by itself.
    await card('签收后', '鸥湖旅游度假区提档升级').waitFor({ state: 'detached' });

    await card('办理方案', '鸥湖旅游度假区提档升级').getByRole('link', { name: '报送办理方案' }).click();
    await page.getByLabel('工作目标').fill('年底前完成提档升级，游客超过600万人次。');
    await page.getByLabel('措施内容').fill('完成夜游项目改造');
    await page.getByLabel('完成日期').click();
    await page.locator('.ant-picker-dropdown td[title="2026-09-30"]').click();
    await page.locator('.ant-picker-dropdown').waitFor({ state: 'hidden' });
    await page.getByLabel('责任人').fill('文旅科科长');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('plan-phone');
    await page.getByRole('button', { name: '报送办理方案' }).click();
    await page.getByText('办理方案已报送').waitFor();

    await card('定期报告', '2026年第一季度').getByRole('link', { name: '报送进展' }).click();
    await page.getByLabel('进展情况').fill('一季度接待游客120万人次。');
    await page.getByRole('spinbutton').fill('120');
    await page.getByLabel('滞后原因').fill('一季度为淡季。');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await page.getByRole('button', { name: '报送进展' }).click();
    await page.getByText('进展已报送').waitFor();
    await card('定期报告', '2026年第一季度').waitFor({ state: 'detached' });
  });

  it('starts a report from that of the last period, takes figures over, and uploads evidence with the completion', async () => {
    const { page } = await signIn('LD12.contact');
    await card('定期报告', '落实公交优先发展战略').first().getByRole('link', { name: '报送进展' }).click();
    await page.getByText('上期报告').click();
    await page.getByRole('button', { name: '以上期文字为底稿' }).click();
    expect(await page.getByLabel('进展情况').inputValue()).not.toBe('');
    await page.getByRole('button', { name: '沿用' }).first().waitFor();
    for (const take of await page.getByRole('button', { name: '沿用' }).all()) await take.click();
    expect(await page.getByRole('spinbutton').first().inputValue()).not.toBe('');
    await page.getByLabel('滞后原因').fill('车辆交付推迟，四季度补齐。');
    await page.getByRole('button', { name: '报送进展' }).click();
    await page.getByText('进展已报送').waitFor();

    await card('整改').getByRole('link', { name: '报告整改结果' }).click();
    await page.getByText('核验时将逐项查看').or(page.getByLabel('办结情况')).first().waitFor();
    await page.getByLabel('办结情况').fill('新改建农村公路260公里，改造危旧桥梁15座。');
    for (const figure of await page.getByRole('spinbutton').all()) await figure.fill('260');
    await page.getByLabel('选择文件').setInputFiles({
      name: '竣工验收.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('竣工验收合格'),
    });
    await page.getByText('已上传').waitFor();
    const goAhead = page.getByLabel('先行报告的理由');
    if (await goAhead.isVisible()) await goAhead.fill('其余单位任务已由我局统一完成。');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('completion');
    await page.getByRole('button', { name: '报告办结' }).click();
    await page.getByText('办结报告已报送').waitFor();
    await card('整改').waitFor({ state: 'detached' });
  });

  it('answers a notice, objects, and applies for more time', async () => {
    const { page } = await signIn('LQ08.contact', PHONE);
    await card('督办单回复').first().getByRole('link', { name: '回复督办单' }).click();
    // What it is about, why then, and the paper itself.
    await page.getByText('事由：').waitFor();
    await page.getByRole('button', { name: '为何是这一天' }).waitFor();
    const [paper] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Word' }).click(),
    ]);
    expect(paper.suggestedFilename()).toMatch(/\.docx$/);
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('notice-phone');
    await page.getByRole('button', { name: '确认收到' }).click();
    await page.getByText('已签收').or(page.getByText('已确认')).first().waitFor();
    const noticeId = new URL(page.url()).searchParams.get('of')!;
    await page.getByLabel('回复内容').fill('因人员调整未及时签收，今日已全部签收，并指定专人负责。');
    await page.getByRole('button', { name: '回复督办单' }).click();
    await page.getByText('回复已提交').waitFor();

    // An answer that the office sends back comes with its reason, and is written on from what was said.
    await rejectAnswer(product.url, noticeId, '没有写明完成日期。');
    await visitor!.goto('/notices');
    await page.locator(`a[href*="${noticeId}"]`).click();
    await page.getByText('上次回复被退回').waitFor();
    await page.getByText('没有写明完成日期。').waitFor();
    expect(await page.getByLabel('回复内容').inputValue()).toContain('因人员调整未及时签收');
    await page.getByLabel('回复内容').fill('因人员调整未及时签收，9月25日前办结。');
    await page.getByRole('button', { name: '回复督办单' }).click();
    await page.getByText('回复已提交').waitFor();

    // The time to object is over: it is not offered any more.
    await card('签收').first().getByRole('link', { name: '签收' }).click();
    await page.getByText(/^签收时限/).waitFor();
    expect(await page.getByRole('link', { name: '异议' }).count()).toBe(0);

    await page.getByRole('link', { name: '申请延期等' }).click();
    // What is late already is not offered, and what the head alone asks for neither.
    await page.getByText('须由单位负责人申请').waitFor();
    expect(await page.getByRole('radio', { name: '按未能办成结束' }).count()).toBe(0);
    if (await page.getByRole('combobox', { name: '申请延期的应办事项' }).isVisible()) {
      await page.getByLabel('申请延期的应办事项').click();
      await page.locator('.ant-select-item-option').filter({ hasText: '办结' }).click();
    }
    await page.getByLabel('拟延至').click();
    await page.locator('.ant-picker-header-super-next-btn').click();
    await page.locator('.ant-picker-cell-in-view').filter({ hasText: /^20$/ }).click();
    await page.getByLabel('目前进展').fill('已完成六成。');
    await page.getByLabel('理由').fill('汛期影响施工。');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await page.getByRole('button', { name: '提交申请' }).click();
    await page.getByText('申请已提交', { exact: true }).waitFor();
  });

  it('finds a red notice first, which sets no day and is to be answered without delay', async () => {
    const { page } = await signIn('LA03.contact');
    await page.getByRole('heading', { name: /须立即回复/ }).waitFor();
    const units = page.waitForResponse(/\/api\/v1\/units\?/);
    await page.locator('.owed').first().getByRole('link', { name: '回复督办单' }).click();
    await page.getByText(/督办红.+请及时书面回复/).waitFor();
    // It has nobody below, to whom it could hand parts: that is known once the units are there.
    await units;
    await page.getByRole('link', { name: '申请延期等' }).waitFor();
    expect(await page.getByRole('link', { name: '二级分解' }).count()).toBe(0);
    await visitor!.goto('/notices?colour=red&state=standing');
    await page.locator('.notice').first().getByText('请及时书面回复').waitFor();
    await page.locator('.notice').first().getByText('尚未回复').waitFor();
  });

  it('is shown around on its first visit, on its own matters', async () => {
    visitor = await Visitor.open(browser(), product.url, { hasTour: true });
    const { page } = await visitor.signIn('LD01.contact');
    await page.locator('.owed').first().waitFor();
    const tour = page.locator('.ant-tour');
    for (const title of ['我的事项', '一件应办事项', '为何是这一天', '从这里进入各页面']) {
      await tour.locator('.ant-tour-title', { hasText: title }).waitFor();
      expect(await visitor.seriousFindings()).toEqual([]);
      await tour.getByRole('button', { name: '下一步' }).click();
    }
    await page.keyboard.press('Escape');
    await tour.waitFor({ state: 'hidden' });
  });
});

/** The office sends the answer to a notice back (退回). */
async function rejectAnswer(url: string, noticeId: string, reason: string): Promise<void> {
  const office = await signedIn(url, 'office');
  const { items } = await office<{ items: { id: string; version: number }[] }>('/notices?state=answered&limit=200');
  const { version } = items.find(({ id }) => id === noticeId)!;
  await office(`/notices/${noticeId}/transitions`, { event: 'reject', expectedVersion: version, reason });
}
