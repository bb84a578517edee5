import { readFileSync } from 'node:fs';
import { describeWithBrowser } from '@duban/testing';
import { Client } from 'pg';
import { PASSWORD, useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

describeWithBrowser('the board', (browser) => {
  const product = useSampleProduct();
  let visitor: Visitor;

  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  const open = async (username: string, path = '/board', looks = {}): Promise<void> => {
    visitor = await Visitor.open(browser(), product.url, looks);
    await visitor.signIn(username);
    await visitor.goto(path);
  };
  const rows = () => visitor.page.locator('.grid-body .grid-row');

  it('shows every task with its light; what it is narrowed to stands in the address, and survives a reload', async () => {
    await open('office');
    await rows().first().waitFor();
    await visitor.page.getByText(/共 4\d 项/).waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('board');
    await visitor.page.getByRole('combobox', { name: '状态' }).click();
    await visitor.page.locator('.ant-select-item-option', { hasText: '已核验' }).click();
    await visitor.page.waitForURL(/state=verified/);
    await visitor.page.getByText(/共 [12]\d 项/).waitFor();
    await visitor.page.reload();
    await visitor.page.getByText(/共 [12]\d 项/).waitFor();
    // A notice that stands is told behind the state.
    const states = (await rows().locator('.grid-state').allInnerTexts()).map((text) => text.slice(0, 3));
    expect(new Set(states)).toEqual(new Set(['已核验']));
  });

  it('is taken as a spreadsheet as it is narrowed, and printed whole, of however few rows are in view', async () => {
    await open('office', '/board?sort=due');
    await rows().first().waitFor();
    const { page } = visitor;
    const total = Number((await page.getByText(/^共 \d+ 项$/).innerText()).match(/\d+/)![0]);
    const take = page.getByRole('button', { name: '导出打印' });
    await take.click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: '导出 CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('督办台账2026-09-21.csv');
    const lines = readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    expect(lines).toHaveLength(total + 1);

    // A browser that prints says so before; there is no paper here.
    await page.evaluate(() => {
      window.print = () => window.dispatchEvent(new Event('beforeprint'));
    });
    await take.click();
    await page.getByRole('menuitem', { name: '打印台账' }).click();
    await page.locator('.board-paper').waitFor({ state: 'attached' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.board-paper tbody tr').count()).toBe(total);
    expect(await page.locator('.grid').isVisible()).toBe(false);
    await page.locator('.board-paper tbody tr').last().scrollIntoViewIfNeeded();
    await visitor.picture('board-paper');
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
    await page.locator('.board-paper').waitFor({ state: 'detached' });
  });

  it('is selected whole by one click, and is narrowed by any unit of a long directory and by where a matter came from', async () => {
    await open('office');
    await rows().first().waitFor();
    const { page } = visitor;
    const total = Number((await page.getByText(/^共 \d+ 项$/).innerText()).match(/\d+/)![0]);
    await page.getByRole('checkbox', { name: '全选' }).click();
    await page.getByText(`已选 ${total} 项`).waitFor();
    await page.getByRole('checkbox', { name: '全选' }).click();
    await page.getByText(/已选/).waitFor({ state: 'detached' });

    // More units than one answer of the api has.
    const units = Array.from({ length: 20 }, (_, at) => ({
      code: `ZZ${at}`,
      name: `第${at}新区管委会`,
      kind: 'department',
    }));
    const admin = await Visitor.open(browser(), product.url);
    await admin.signIn('admin');
    const imported = await admin.page.request.post(`${product.url}/api/v1/units/import`, {
      headers: { 'x-duban-request': '1' },
      multipart: {
        file: {
          name: 'units.json',
          mimeType: 'application/json',
          buffer: Buffer.from(JSON.stringify({ jurisdiction: '临澜市', units })),
        },
      },
    });
    expect([imported.status(), await imported.text()]).toEqual([200, expect.stringContaining('"created":20')]);
    await admin.close();
    await page.reload();
    await rows().first().waitFor();
    await visitor.choose(page.getByRole('combobox', { name: '单位' }), '第19新区管委会');
    await page.waitForURL(/unitId=/);
    await page.getByText('没有符合条件的事项').waitFor();
    await page.getByRole('button', { name: '清除筛选' }).click();
    await visitor.pick(page.getByRole('combobox', { name: '事项来源' }), '领导批示');
    await page.waitForURL(/matterKind=leader_instruction/);
    await page.locator('.ant-select-dropdown:visible').waitFor({ state: 'hidden' });
    await visitor.settled();
    expect(await visitor.seriousFindings()).toEqual([]);
  });

  it('is moved through by keys: down, to the end, selected, jumped in, opened', async () => {
    await open('office');
    await rows().first().waitFor();
    await visitor.page.getByText(/共 4\d 项/).waitFor();
    await visitor.page.getByRole('grid').focus();
    await visitor.page.keyboard.press('j');
    await visitor.page.keyboard.press(' ');
    await visitor.page.getByText('已选 1 项').waitFor();
    await visitor.page.keyboard.press('End');
    await visitor.page.locator('#row-42.is-active').waitFor();
    await visitor.page.keyboard.press('g');
    await visitor.page.getByRole('spinbutton', { name: '第几行' }).fill('3');
    await visitor.page.keyboard.press('Enter');
    await visitor.page.locator('#row-2.is-active').waitFor();
    await visitor.page.keyboard.press('Enter');
    await visitor.page.waitForURL(/\/tasks\//);
    await visitor.page.getByRole('heading', { name: '责任分工' }).waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('task');
  });

  it('is kept as a view, wherever one signs in, and a view that was removed can be put back', async () => {
    await open('office', '/board?state=verified&sort=due');
    await rows().first().waitFor();
    const { page } = visitor;
    const views = page.getByRole('button', { name: '常用视图' });
    const name = `已办结 ${Date.now()}`;
    await views.click();
    await page.getByRole('menuitem', { name: '保存当前视图' }).click();
    await page.getByRole('dialog').getByLabel('视图名称').fill(name);
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await visitor.close();

    // Another browser, which has a view of its own from before: that is taken over.
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    const own = `旧视图 ${Date.now()}`;
    await visitor.page.evaluate(async (kept) => {
      const { personId } = (await (await fetch('/api/v1/sessions/current')).json()) as { personId: string };
      localStorage.setItem(`duban.views.${personId}`, JSON.stringify([{ name: kept, search: 'light=red' }]));
    }, own);
    await visitor.goto('/board');
    await rows().first().waitFor();
    const second = visitor.page;
    await second.getByRole('button', { name: '常用视图' }).click();
    await second.getByRole('menuitem', { name: own }).waitFor();
    await second.getByRole('menuitem', { name }).click();
    await second.waitForURL(/state=verified/);
    await second.getByRole('button', { name: '常用视图' }).click();
    await second.getByRole('button', { name: `删除视图“${name}”` }).click();
    await second.getByText(`视图“${name}”已删除`).waitFor();
    await second.getByRole('button', { name: '撤回' }).click();
    await second.getByText('已撤回').waitFor();
    await second.reload();
    await second.getByRole('button', { name: '常用视图' }).click();
    await second.getByRole('menuitem', { name }).waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
  });

  it('is shared as a view with colleagues, who see whose it is, and by its link', async () => {
    await open('office', '/board?state=reported&sort=due');
    const { page } = visitor;
    const name = `待核验共享 ${Date.now()}`;
    const views = page.getByRole('button', { name: '常用视图' });
    await views.click();
    await page.getByRole('menuitem', { name: '保存当前视图' }).click();
    await page.getByRole('dialog').getByLabel('视图名称').fill(name);
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await views.click();
    await page.getByRole('button', { name: `复制“${name}”的链接` }).click();
    await page.getByText('链接已复制').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/\/board\?(state=reported&sort=due|sort=due&state=reported)$/);
    await page.getByRole('button', { name: `与同事共享“${name}”` }).click();
    await page.getByText(`视图“${name}”已与同事共享`).waitFor();
    await page.getByRole('button', { name: `不再共享“${name}”` }).waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('views');
    await visitor.close();

    // A colleague in the office opens it, and can neither rename nor remove it; a department has nothing of it.
    visitor = await Visitor.open(browser(), product.url, { viewport: PHONE });
    await visitor.signIn('officer');
    await visitor.goto('/board');
    await rows().first().waitFor();
    await visitor.page.getByRole('button', { name: '常用视图' }).click();
    const shared = visitor.page.getByRole('menuitem', { name: new RegExp(`^${name}（`) });
    await shared.waitFor();
    expect(await visitor.page.getByRole('button', { name: `删除视图“${name}”` }).count()).toBe(0);
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('views-phone');
    await shared.click();
    await visitor.page.waitForURL(/state=reported/);
    await visitor.close();

    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('LD01.contact');
    await visitor.goto('/board');
    await rows().first().waitFor();
    await visitor.page.getByRole('button', { name: '常用视图' }).click();
    await visitor.page.getByRole('menuitem', { name: '红灯事项' }).waitFor();
    expect(await visitor.page.getByRole('menuitem', { name }).count()).toBe(0);
  });

  it('a change by somebody else appears without reloading', async () => {
    await open('office');
    const first = rows().first();
    await first.locator('.grid-content').waitFor();
    const client = new Client({ connectionString: product.databaseUrl });
    await client.connect();
    const { rows: found } = await client.query(
      `select a.id, a.version, t.number from assignment a join task t on t.id = a.task_id
       where a.role = 'lead' and a.state = 'in_progress' order by t.plan_id, t.position limit 1`,
    );
    await client.end();
    const part = found[0];
    const line = rows().filter({
      has: visitor.page.locator('.grid-number', { hasText: new RegExp(`^${part.number}$`) }),
    });
    await line.waitFor();
    expect(await line.locator('.grid-state').innerText()).toMatch(/^办理中/);
    const signIn = await fetch(`${product.url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'office', password: PASSWORD }),
    });
    const { token } = (await signIn.json()) as { token: string };
    const changed = await fetch(`${product.url}/api/v1/assignments/${part.id}/transitions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        event: 'cancel',
        cancelReason: 'duplicate',
        reason: '与另一事项重复',
        expectedVersion: part.version,
      }),
    });
    expect(changed.status).toBe(200);
    await line.locator('.grid-state', { hasText: '办理中' }).waitFor({ state: 'detached' });
  });

  it('fits a telephone, for a department’s contact, in large type, in English', async () => {
    await open('LD01.contact', '/board', { viewport: PHONE, language: 'en' });
    await rows().first().waitFor();
    expect(await visitor.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    // The rows have most of the screen.
    const { y } = (await rows().first().boundingBox())!;
    expect(y).toBeLessThan(PHONE.height / 3);
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.page.evaluate(`localStorage.setItem('duban.view', '{"isLarge":true,"isContrast":true}')`);
    await visitor.page.reload();
    await rows().first().waitFor();
    expect(await visitor.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await visitor.seriousFindings()).toEqual([]);
  });

  it('a part is suspended from the task’s page, with a reason, and the page says so', async () => {
    await open('office', '/board?state=in_progress');
    await rows().first().getByRole('link').click();
    await visitor.page
      .getByRole('button', { name: /^办理 / })
      .first()
      .click();
    await visitor.page.getByRole('menuitem', { name: '中止' }).click();
    const dialog = visitor.page.getByRole('dialog');
    await dialog.getByRole('button', { name: '中止' }).click();
    await dialog.getByText('请填写理由').waitFor();
    await dialog.getByLabel('恢复日期').fill('2026-10-12');
    await visitor.page.keyboard.press('Enter');
    await dialog.getByRole('textbox', { name: '理由' }).fill('等待上级批复用地');
    await dialog.getByRole('button', { name: '中止' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await visitor.page.locator('.ant-table').first().getByText('中止').first().waitFor();
    await visitor.page.getByText('等待上级批复用地').first().waitFor();

    await visitor.page.getByText('Ctrl+Z').waitFor();
    await visitor.page.keyboard.press('Control+z');
    await visitor.page.getByText('已撤回').waitFor();
    await visitor.page.locator('.ant-table').first().getByText('中止').waitFor({ state: 'detached' });
  });

  it('many tasks are suspended at once, and all of them go on again when that is taken back', async () => {
    await open('office', '/board?state=in_progress');
    await rows().nth(1).waitFor();
    for (const at of [0, 1]) await rows().nth(at).getByRole('checkbox').check();
    await visitor.page.getByRole('button', { name: '批量办理' }).click();
    await visitor.page.getByRole('menuitem', { name: '中止' }).click();
    const dialog = visitor.page.getByRole('dialog');
    await dialog.getByLabel('恢复日期').fill('2026-10-12');
    await visitor.page.keyboard.press('Enter');
    await dialog.getByRole('textbox', { name: '理由' }).fill('等待上级批复');
    await dialog.getByRole('button', { name: '中止' }).click();
    await dialog.getByText('2 项已办理').waitFor();
    await visitor.page.getByRole('button', { name: '撤回' }).click();
    await visitor.page.getByText('已撤回').waitFor();
    const client = new Client({ connectionString: product.databaseUrl });
    await client.connect();
    const { rows: found } = await client.query(
      `select count(*)::int as still from assignment where 'suspended' = any(marks)`,
    );
    await client.end();
    expect(found).toEqual([{ still: 0 }]);
  });
});
