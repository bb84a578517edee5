import { describeWithBrowser } from '@duban/testing';
import { PASSWORD, useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

describeWithBrowser('what somebody has typed', (browser) => {
  const product = useSampleProduct();
  let visitor: Visitor | undefined;

  afterEach(async () => {
    expect(visitor?.complaints).toEqual([]);
    await visitor?.close();
  });
  const atReport = async (username: string): Promise<Visitor> => {
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn(username);
    await visitor.page
      .locator('.owed')
      .filter({ hasText: '定期报告' })
      .first()
      .getByRole('link', { name: '报送进展' })
      .click();
    await visitor.page.getByLabel('进展情况').waitFor();
    return visitor;
  };

  it('is there again after the page was closed, and goes when it is discarded', async () => {
    const { page } = await atReport('LD04.contact');
    await page.getByLabel('进展情况').fill('已完成招标，正在施工。');
    await page.getByLabel('下步打算').fill('加快进度。');
    const address = new URL(page.url());
    await page.goto(`${product.url}/icon.svg`);
    await visitor!.goto(address.pathname + address.search);
    await page.getByText('已恢复上次未提交的内容').waitFor();
    expect(await page.getByLabel('进展情况').inputValue()).toBe('已完成招标，正在施工。');
    expect(await page.getByLabel('下步打算').inputValue()).toBe('加快进度。');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await page.getByRole('button', { name: '放弃这些内容' }).click();
    await page.getByText('已恢复上次未提交的内容').waitFor({ state: 'detached' });
    expect(await page.getByLabel('进展情况').inputValue()).toBe('');
    await page.reload();
    await page.getByLabel('进展情况').waitFor();
    expect(await page.getByLabel('进展情况').inputValue()).toBe('');
  });

  it('is sent once the person has signed in again, where the session ended meanwhile', async () => {
    const { page } = await atReport('LD03.contact');
    await page.getByLabel('进展情况').fill('三季度按计划推进。');
    await page.context().clearCookies();
    await page.getByRole('button', { name: '报送进展' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('#username').fill('LD03.contact');
    await dialog.locator('#password').fill(PASSWORD);
    await dialog.locator('button[type=submit]').click();
    await page.getByText('进展已报送').waitFor();
  });

  it('is not sent under the name of another who signs in in between, and waits for its author', async () => {
    const { page } = await atReport('LD23.contact');
    await page.getByLabel('进展情况').fill('由我起草。');
    await page.context().clearCookies();
    await page.getByRole('button', { name: '报送进展' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('#username').fill('LD14.contact');
    await dialog.locator('#password').fill(PASSWORD);
    await dialog.locator('button[type=submit]').click();
    await page.waitForURL(/\/mine$/);
    await page.locator('.owed').first().waitFor();
    const keys = await page.evaluate(() =>
      Object.entries(localStorage).filter(([key]) => key.startsWith('duban.draft.')),
    );
    expect(keys).toHaveLength(1);
    expect(keys[0]![1]).toContain('由我起草。');
  });

  it('is told of when somebody else has the same form open, at once, until they close it', async () => {
    const { page } = await atReport('LD04.contact');
    const address = new URL(page.url());
    const head = await Visitor.open(browser(), product.url, { viewport: PHONE });
    await head.signIn('LD04.head');
    await head.goto(address.pathname + address.search);
    const also = page.getByRole('status').filter({ hasText: '也正在填写此表' });
    await also.waitFor({ timeout: 10_000 });
    await head.page.getByText('也正在填写此表').waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    expect(await head.seriousFindings()).toEqual([]);
    await visitor!.picture('also-open');
    await head.picture('also-open-phone');
    await head.goto('/mine');
    await also.waitFor({ state: 'detached', timeout: 10_000 });
    expect(head.complaints).toEqual([]);
    await head.close();
  });

  it('stays beside what another did meanwhile, and goes on after a look at it', async () => {
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('LD08.contact');
    const { page } = visitor;
    await page.locator('.owed').filter({ hasText: '办结' }).first().getByRole('link', { name: '报告办结' }).click();
    await page.getByLabel('办结情况').fill('任务已全部完成。');
    const assignmentId = page.url().split('/')[5]!;
    await officeMoves(product.url, assignmentId, [
      { event: 'suspend', reason: '等待省里批复', resumeOn: '2026-10-30' },
      { event: 'resume' },
    ]);
    // Who writes is told at once, and what was typed stays.
    const told = page.getByRole('alert').filter({ hasText: '该事项已有变化' });
    await told.getByText('等待省里批复').waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('changed-meanwhile');
    for (const figure of await page.getByRole('spinbutton').all()) await figure.fill('9999');
    const shortfall = page.getByLabel('未达目标的原因');
    if (await shortfall.isVisible()) await shortfall.fill('无');
    const goAhead = page.getByLabel('先行报告的理由');
    if (await goAhead.isVisible()) await goAhead.fill('其余单位任务已由我局统一完成。');
    await page.getByRole('button', { name: '填写文号或出处' }).click();
    await page.getByLabel('材料名称').fill('验收文件');
    await page.getByLabel('文号、网址或存放处').fill('交验〔2026〕7号');
    await page.getByRole('button', { name: '报告办结' }).click();
    await page.getByRole('button', { name: '已知悉，按最新情况提交' }).waitFor();
    await told.getByText('等待省里批复').waitFor();
    expect(await page.getByLabel('办结情况').inputValue()).toBe('任务已全部完成。');
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('stale');
    await page.getByRole('button', { name: '已知悉，按最新情况提交' }).click();
    await page.getByText('办结报告已报送').waitFor();
  });
});

/** What the office does at its own desk meanwhile. */
async function officeMoves(url: string, assignmentId: string, moves: object[]): Promise<void> {
  const ask = async (path: string, body: object, token?: string): Promise<{ token: string }> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as { token: string };
  };
  const { token } = await ask('/sessions', { username: 'office', password: PASSWORD });
  for (const move of moves) await ask(`/assignments/${assignmentId}/transitions`, move, token);
}
