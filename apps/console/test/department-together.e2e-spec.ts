import { describeWithBrowser } from '@duban/testing';
import { useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

describeWithBrowser('departments together', (browser) => {
  const product = useSampleProduct();
  let visitor: Visitor | undefined;

  afterEach(async () => {
    expect(visitor?.complaints).toEqual([]);
    await visitor?.close();
  });
  const signIn = async (username: string, viewport?: typeof PHONE): Promise<Visitor> => {
    if (visitor) {
      expect(visitor.complaints).toEqual([]);
      await visitor.close();
    }
    visitor = await Visitor.open(browser(), product.url, { viewport });
    return visitor.signIn(username);
  };
  const report = (words: string) =>
    visitor!.page.locator('.owed').filter({ hasText: '定期报告' }).filter({ hasText: words }).first();

  it('ask, write, return, accept, and take sentences into the report', async () => {
    const { page: lead } = await signIn('LD12.contact');
    await report('加快澜港疏港公路建设').getByRole('link', { name: '报送进展' }).click();
    await lead.getByRole('link', { name: '约稿与采用' }).click();
    await lead.getByLabel('约稿单位').click();
    await lead.locator('.ant-select-item-option').filter({ hasText: '市发改委' }).click();
    await lead.keyboard.press('Escape');
    await lead.getByLabel('要求说明的内容').fill('请说明项目审批情况。');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await lead.getByRole('button', { name: '发出约稿' }).click();
    await lead.getByText('已向有关单位约稿').waitFor();

    const { page: author } = await signIn('LD01.contact', PHONE);
    await author.locator('.owed').filter({ hasText: '供稿' }).first().getByRole('link', { name: '撰写供稿' }).click();
    await author.getByText('请说明项目审批情况。').waitFor();
    await author.getByLabel('供稿内容').fill('可研报告已批复。初步设计正在审查。');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await author.getByRole('button', { name: '提交供稿' }).click();
    await author.getByText('供稿已提交').waitFor();

    const { page: reviewer } = await signIn('LD12.contact');
    await reviewer
      .locator('.owed')
      .filter({ hasText: '供稿待审阅' })
      .first()
      .getByRole('link', { name: '审阅供稿' })
      .click();
    await reviewer.getByRole('button', { name: '采用', exact: true }).click();
    await reviewer.getByRole('dialog').getByRole('button', { name: '采用', exact: true }).click();
    await reviewer.getByText('已采用').waitFor();
    await visitor!.goto('/mine');
    await report('加快澜港疏港公路建设').getByRole('link', { name: '报送进展' }).click();
    await reviewer.getByLabel('市发改委：可研报告已批复。').check();
    const taskId = reviewer.url().split('/')[4]!;
    await reviewer.getByLabel('进展情况').fill('主线工程完成八成。');
    await reviewer.getByRole('button', { name: '报送进展' }).click();
    await reviewer.getByText('进展已报送').waitFor();

    // On the task's page each sentence is whose it is, and what was said wrongly is corrected; both versions stay.
    await visitor!.goto(`/tasks/${taskId}`);
    const acts = reviewer.getByRole('region', { name: '本单位可办理' });
    await acts.getByRole('link', { name: '办结报告' }).waitFor();
    await reviewer
      .getByRole('button', { name: /^逐句来源/ })
      .first()
      .click();
    const sentences = reviewer.getByRole('list', { name: '逐句来源' });
    await sentences
      .getByRole('listitem')
      .filter({ hasText: '可研报告已批复。' })
      .getByText(/市发改委.*采用供稿/)
      .waitFor();
    await sentences
      .getByRole('listitem')
      .filter({ hasText: '主线工程完成八成。' })
      .getByText(/本单位撰写/)
      .waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('sentences');
    await reviewer
      .getByRole('button', { name: /^更正报送/ })
      .first()
      .click();
    await reviewer.getByLabel('更正原因').fill('完成比例误填。');
    await reviewer.getByLabel('进展情况').fill('主线工程完成七成。');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('correction');
    expect(await visitor!.findingsOnPhone('correction-phone')).toEqual([]);
    await reviewer.getByRole('button', { name: '报送更正' }).click();
    await reviewer.getByText('更正已报送').waitFor();
    await reviewer.getByText('主线工程完成七成。').waitFor();
    await reviewer.getByText('第 2 版').waitFor();
    await reviewer.getByText('已被更正').waitFor();
    await reviewer.getByText('更正：完成比例误填。').waitFor();

    // The office reads both, and corrects neither.
    const { page: office } = await signIn('office', PHONE);
    await visitor!.goto(`/tasks/${taskId}`);
    await office.getByText('主线工程完成七成。').waitFor();
    expect(await office.getByRole('button', { name: /^更正报送/ }).count()).toBe(0);
    expect(await visitor!.seriousFindings()).toEqual([]);
    expect(await visitor!.isTooWide()).toBe(false);
    await visitor!.picture('task-phone');
  });

  it('ask the office to settle what they disagree about', async () => {
    const { page } = await signIn('LD11.contact');
    await page.locator('.owed').filter({ hasText: '定期报告' }).first().getByRole('link', { name: '报送进展' }).click();
    await page.getByRole('link', { name: '提请协调' }).click();
    await page.getByLabel('分歧事项').fill('管线迁改费用由谁承担');
    await page.getByLabel('涉及单位').click();
    await page.locator('.ant-select-item-option').first().click();
    await page.keyboard.press('Escape');
    await page.getByLabel('情况和意见').fill('两次会商未能达成一致。');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await page.getByRole('button', { name: '提请协调' }).click();
    await page.getByText('已提请督查室协调').waitFor();

    // What nobody has answered yet is taken back from where it is said that it was done.
    expect(await visitor!.seriousFindings()).toEqual([]);
    await page.getByRole('button', { name: '撤回' }).click();
    await page.getByText('已撤回').waitFor();
    await page.goBack();
    await page.getByText('管线迁改费用由谁承担').waitFor();
    await page.getByText(/管线迁改费用由谁承担.*已撤回/).waitFor();
  });
});
