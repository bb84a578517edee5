import { describeWithBrowser } from '@duban/testing';
import { useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

describeWithBrowser('a leader', (browser) => {
  const product = useSampleProduct();
  let visitor: Visitor | undefined;

  afterEach(async () => {
    expect(visitor?.complaints).toEqual([]);
    await visitor?.close();
  });

  it('sees on a telephone how it stands, gives an instruction, and sees how it was answered', async () => {
    visitor = await Visitor.open(browser(), product.url, { viewport: PHONE });
    await visitor.signIn('leader');
    const { page } = visitor;
    await page.getByRole('heading', { name: '领导总览' }).waitFor();
    await page.locator('.ten-task').first().waitFor();
    await page.locator('svg.light-trend rect').first().waitFor();
    expect(await page.locator('.ten-task').count()).toBe(10);
    expect(await page.locator('.late-units li').count()).toBeGreaterThan(0);
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('overview-phone');

    const task = page.locator('.ten-task').filter({ hasText: '市住建局' }).first();
    await task.getByRole('button', { name: '批示' }).click();
    await page.getByLabel('批示内容').fill('请市住建局月底前专题报告推进情况。');
    expect(await visitor.seriousFindings()).toEqual([]);
    await page.getByRole('button', { name: '下达批示' }).click();
    await page.getByText('批示已下达').waitFor();
    await page.locator('.instructions').getByText('请市住建局月底前专题报告推进情况。').first().waitFor();
    await visitor.close();
    expect(visitor.complaints).toEqual([]);

    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('LD11.contact');
    const owed = visitor.page.locator('.owed').filter({ hasText: '批示办理' }).first();
    await owed.getByRole('link', { name: '报送进展' }).click();
    await visitor.page.getByText('请市住建局月底前专题报告推进情况。').first().waitFor();
    await visitor.page.getByLabel('进展情况').fill('已召开专题会，月底前完成。');
    await visitor.page.getByRole('button', { name: '报送进展' }).click();
    await visitor.page.getByText('进展已报送').waitFor();
    await visitor.close();
    expect(visitor.complaints).toEqual([]);

    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('leader');
    const given = visitor.page
      .locator('.instructions > li')
      .filter({ hasText: '请市住建局月底前专题报告推进情况。' })
      .filter({ hasText: '已回复' })
      .first();
    await given.getByRole('button', { name: '查看回复' }).click();
    await given.getByText('已召开专题会，月底前完成。').waitFor();
    await visitor.picture('overview');
  });

  it('comes from each figure to what it counts, and the office records whose word it was', async () => {
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    await visitor.goto('/overview');
    const { page } = visitor;
    await page.locator('.light-trend').getByText('9月').waitFor();
    const unit = page.locator('.late-units a').first();
    const name = await unit.innerText();
    await unit.click();
    await page.waitForURL(/\/board\?planId=[^&]+&unitId=/);
    await page.locator('.ant-select-content', { hasText: name }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: /^已办结 \d+ 项$/ }).click();
    await page.waitForURL(/state=verified/);
    await page.locator('.grid-state').getByText('已核验').first().waitFor();
    await page.goBack();

    await page.locator('.ten-task').first().getByRole('button', { name: '批示' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('批示内容').fill('请周报进展。');
    await form.getByRole('button', { name: '下达批示' }).click();
    await form.getByText('请填写作出批示的领导').waitFor();
    await form.getByLabel('批示领导').fill('分管领导');
    expect(await visitor.seriousFindings()).toEqual([]);
    await form.getByRole('button', { name: '下达批示' }).click();
    await page.getByText('批示已下达').waitFor();
    await page.locator('.instructions').getByText('请周报进展。').first().waitFor();

    // The same from the page of a task.
    await page.locator('.ten-content').first().click();
    await page.getByRole('button', { name: '作出批示' }).click();
    await form.getByLabel('批示内容').fill('请月底前办结。');
    await form.getByLabel('批示领导').fill('分管领导');
    await form.getByText('急件').click();
    await form.getByRole('button', { name: '下达批示' }).click();
    await form.waitFor({ state: 'hidden' });
    await page.locator('.said').getByText('请月底前办结。').waitFor();
  });

  it('puts the state on the wall of a meeting room, without a person’s name', async () => {
    visitor = await Visitor.open(browser(), product.url, { viewport: { width: 1920, height: 1080 } });
    await visitor.signIn('leader');
    await visitor.page.getByRole('link', { name: '大屏模式' }).click();
    await visitor.page.locator('.screen-ten li').first().waitFor();
    await visitor.page.locator('.screen svg.light-trend rect').first().waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    const words = await visitor.page.locator('main').innerText();
    expect(words).not.toMatch(/分管领导|联络员|负责人/);
    const { scroll, height } = await visitor.page.evaluate(() => ({
      scroll: document.documentElement.scrollHeight,
      height: innerHeight,
    }));
    expect(scroll).toBeLessThanOrEqual(height);
    await visitor.picture('screen');
  });

  it('is shown around once, may leave at any step, and starts again from the header', async () => {
    visitor = await Visitor.open(browser(), product.url, { hasTour: true });
    await visitor.signIn('leader');
    const { page } = visitor;
    const tour = page.locator('.ant-tour');
    await tour.getByText('领导总览').waitFor();
    await tour.getByRole('button', { name: '下一步' }).click();
    await tour.getByText('从这里进入各页面').waitFor();
    await tour.getByRole('button', { name: /close|关闭/i }).click();
    await tour.waitFor({ state: 'hidden' });
    await page.reload();
    await page.getByRole('heading', { name: '领导总览' }).waitFor();
    expect(await tour.count()).toBe(0);
    await page.getByRole('button', { name: '帮助' }).click();
    await page.getByRole('menuitem', { name: '本页帮助' }).click();
    await page.getByRole('dialog').getByText('一页看清全年').waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: '帮助' }).click();
    await page.getByRole('menuitem', { name: '操作导览' }).click();
    await tour.getByText('领导总览').waitFor();
    await page.keyboard.press('Escape');
    await tour.waitFor({ state: 'hidden' });
  });
});
