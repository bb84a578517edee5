import { describeWithBrowser } from '@duban/testing';
import { PASSWORD, useSampleProduct } from './sample-product';
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

type Ask = <T>(method: string, path: string, body?: object | FormData) => Promise<T>;

/** Somebody who works at another desk meanwhile. */
async function as(url: string, username: string): Promise<Ask> {
  const ask = async <T>(method: string, path: string, body?: object | FormData, token?: string): Promise<T> => {
    const isForm = body instanceof FormData;
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(body && !isForm ? { 'content-type': 'application/json' } : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: isForm ? body : body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as T;
  };
  const { token } = await ask<{ token: string }>('POST', '/sessions', { username, password: PASSWORD });
  return (method, path, body) => ask(method, path, body, token);
}

/** The first task of a draft in other words. */
async function edit(url: string, planId: string, content: string): Promise<void> {
  const officer = await as(url, 'officer');
  const plan = await officer<{ tasks: { id: string }[] }>('GET', `/plans/${planId}`);
  await officer('PATCH', `/plans/${planId}/tasks/${plan.tasks[0]!.id}`, { content });
}

/** A plan that is issued, by its id. */
async function issued(url: string, text: string): Promise<string> {
  const office = await as(url, 'office');
  const form = new FormData();
  form.append('file', new Blob([text], { type: 'text/plain' }), '分解表.txt');
  const { id, tasks } = await office<{ id: string; tasks: { id: string; lead: string[] }[] }>('POST', '/plans', form);
  for (const task of tasks.filter(({ lead }) => lead.length === 0)) {
    await office('PATCH', `/plans/${id}/tasks/${task.id}`, { lead: ['市市场监管局'] });
  }
  await office('POST', `/plans/${id}/issue`, { year: 2026, issuedOn: '2026-09-21', policy: 'annual-report' });
  return id;
}

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
    await visitor!.choose(form.getByRole('combobox', { name: '牵头' }), '市市场监管局');
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

  it('has other rules, named people alone, an end and an archive', async () => {
    const { page } = await open();
    const planId = await issued(product.url, document('市发改委'));
    await visitor!.goto(`/plans/${planId}`);
    // By what it goes, in words, and from there to the rules themselves.
    await page.getByRole('link', { name: '按“年度政府工作报告责任分解”第 1 版督办' }).click();
    await page.getByRole('heading', { level: 1, name: '年度政府工作报告责任分解' }).waitFor();
    await page.goBack();

    // Other rules, with what they would move before it is done.
    await page.getByRole('tab', { name: '管理' }).click();
    const rules = page.getByRole('region', { name: '变更督办规则' });
    await visitor!.choose(rules.getByRole('combobox', { name: '改用的规则' }), '领导批示');
    await rules.locator('.ant-table-row').first().waitFor();
    await rules.getByLabel('变更理由').fill('试行新规则。');
    await rules.getByRole('button', { name: '变更规则' }).click();
    const asked = page.getByRole('dialog');
    await asked.getByText(/新增 \d+ 件、改期 \d+ 件/).waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await asked.getByRole('button', { name: '变更规则' }).click();
    await page.getByText('督办规则已变更').waitFor();
    await page.getByRole('link', { name: '按“领导批示”第 1 版督办' }).waitFor();

    // Named people alone, as far as each unit has one: else it is said which has none.
    const named = page.getByRole('region', { name: '限知人员' });
    await visitor!.choose(named.getByRole('combobox'), '市教育局联络员');
    await named.getByRole('button', { name: '设定限知' }).click();
    await asked.getByRole('button', { name: '设定限知' }).click();
    const refused = named.getByRole('alert').filter({ hasText: '还没有知悉人员' });
    await refused.waitFor();
    expect(await refused.innerText()).toContain('市住建局');
    expect(await refused.innerText()).not.toContain('市教育局');

    // What is open is decided about before the plan ends; a closed one is archived.
    const end = page.getByRole('region', { name: '年终结转' });
    await end.getByText('还有 4 项未决定').waitFor();
    await end.getByRole('combobox', { name: '全部未办结任务 处理方式' }).click();
    await page.locator('.ant-select-item-option', { hasText: '不再办理' }).click();
    await end.getByRole('combobox', { name: '全部未办结任务 不再办理的原因' }).click();
    await page.locator('.ant-select-item-option', { hasText: '政策' }).click();
    await end.getByRole('textbox', { name: '全部未办结任务 说明' }).fill('并入下一年度工作。');
    await end.getByRole('button', { name: '填入以下 4 项' }).click();
    await end.getByText('可以结转。', { exact: true }).waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('plan-close');
    await end.getByRole('button', { name: '结束方案' }).click();
    await asked.getByRole('button', { name: '结束方案' }).click();
    await page.getByText('方案已结束').waitFor();
    const archive = page.getByRole('region', { name: '归档' });
    await archive.getByRole('button', { name: '生成归档信息包' }).click();
    const link = archive.getByRole('link', { name: /下载归档信息包/ });
    await link.waitFor();
    // The four checks, each with what it asks for; nobody has looked for malware.
    const checks = archive.getByRole('region', { name: '四性检测' });
    await checks.getByText('通过', { exact: true }).waitFor();
    for (const check of ['真实性', '完整性', '可用性', '安全性']) await checks.getByText(check).first().waitFor();
    await checks.getByText('真实性').click();
    await checks.getByText('校验值清单的签名有效').waitFor();
    await visitor!.picture('archive-checks');
    expect(await visitor!.findingsOnPhone('archive-checks-phone')).toEqual([]);
    await page.reload();
    const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(file.suggestedFilename()).toBe('归档信息包.zip');
    expect(await visitor!.seriousFindings()).toEqual([]);
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
    await page.getByRole('tooltip').getByRole('button', { name: '与下一项合并' }).click();
    await tasks.nth(4).waitFor({ state: 'detached' });
    expect(await tasks.count()).toBe(4);
  });

  it('tells whoever corrects a task that another does so, and dates all tasks at once', async () => {
    const { page } = await open();
    await visitor!.goto('/plans');
    await drop(visitor!, document('市发改委'));
    const tasks = page.locator('.draft-task');
    await tasks.nth(3).waitFor();
    await tasks.nth(0).locator('.draft-task-words').click();

    await page.locator('.draft-task.is-selected').getByRole('button', { name: '修改' }).click();
    const form = page.locator('.task-form');
    await form.getByRole('textbox', { name: '任务内容' }).fill('新建改建公办幼儿园8所。');
    const also = form.getByRole('status').filter({ hasText: '督查室工作人员 也正在填写此表' });
    expect(await also.count()).toBe(0);

    // A colleague has the same task open: each is told of the other, until one of them leaves.
    const colleague = await Visitor.open(browser(), product.url);
    await colleague.signIn('officer');
    await colleague.goto(new URL(page.url()).pathname);
    await colleague.page.locator('.draft-task-words').first().click();
    await colleague.page.locator('.draft-task.is-selected').getByRole('button', { name: '修改' }).click();
    await colleague.page.getByRole('status').filter({ hasText: '督查室主任 也正在填写此表' }).waitFor();
    await also.waitFor();
    expect(await visitor!.seriousFindings()).toEqual([]);
    await visitor!.picture('also-open');
    await colleague.page.locator('.task-form').getByRole('button', { name: '取消' }).click();
    await also.waitFor({ state: 'detached' });
    expect(colleague.complaints).toEqual([]);
    await colleague.close();

    // And should they save, the form says who, and what was typed stays.
    await edit(product.url, page.url().split('/').pop()!, '新建改建公办幼儿园7所。');
    const told = form.getByRole('alert').filter({ hasText: '该事项已有变化' });
    await told.waitFor();
    await told.getByRole('button', { name: '查看最新内容' }).click();
    await form.getByText('新建改建公办幼儿园7所。').waitFor();
    expect(await form.getByRole('textbox', { name: '任务内容' }).inputValue()).toBe('新建改建公办幼儿园8所。');
    expect(await visitor!.seriousFindings()).toEqual([]);
    await form.getByRole('button', { name: '已看过，保留我填写的内容' }).click();
    await told.waitFor({ state: 'detached' });
    await form.getByRole('button', { name: '保存' }).click();
    await tasks.filter({ hasText: '8所' }).waitFor();

    // One date for all that have none.
    await page.getByRole('tab', { name: '管理' }).click();
    const dates = page.getByRole('region', { name: '批量设定时限' });
    await dates.getByLabel('时限（原文）').fill('年底前');
    await dates.getByRole('button', { name: '设定时限' }).click();
    await page.getByText('时限已设定').waitFor();
    await page.getByRole('tab', { name: '责任事项' }).click();
    await tasks.filter({ hasText: '年底前' }).first().waitFor();
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

  it('of a unit for those below it, whose head says what the office sees of it', async () => {
    const admin = await as(product.url, 'admin');
    const code = `S${Date.now() % 1_000_000}`;
    const units = new FormData();
    const below = [{ code, name: `市工信局投资科${code}`, kind: 'section', parent: 'LD04' }];
    units.append('file', new Blob([JSON.stringify({ units: below })], { type: 'application/json' }), 'units.json');
    await admin('POST', '/units/import', units);
    const head = await as(product.url, 'LD04.head');
    const { unitId } = await head<{ unitId: string }>('GET', '/sessions/current');
    const { items } = await head<{ items: { id: string }[] }>('GET', '/tasks?state=in_progress&limit=50');
    let taskId: string | undefined;
    for (const { id } of items) {
      const task = await head<{ assignments: { unitId: string; state: string }[] }>('GET', `/tasks/${id}`);
      if (task.assignments.some((one) => one.unitId === unitId && one.state === 'in_progress')) taskId ??= id;
    }
    // The contact hands out a part, on one page; it waits for the head.
    visitor = await Visitor.open(browser(), product.url, { viewport: PHONE });
    await visitor.signIn('LD04.contact');
    await visitor.goto(`/tasks/${taskId}`);
    await visitor.page.getByRole('link', { name: '二级分解' }).click();
    await visitor.page.getByLabel('分解方案名称').fill(`设备更新${code}`);
    const first = visitor.page.getByRole('group', { name: '任务 1' });
    await first.getByLabel('任务内容').fill('制定设备更新清单。');
    await visitor.choose(first.getByLabel('牵头单位'), below[0]!.name);
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('breakdown-phone');
    await visitor.page.getByRole('button', { name: '保存', exact: true }).click();
    await visitor.page.getByText('分解任务已保存').waitFor();
    expect(visitor.complaints).toEqual([]);
    await visitor.close();

    visitor = await Visitor.open(browser(), product.url, { viewport: PHONE });
    await visitor.signIn('LD04.head');
    await visitor.goto(`/tasks/${taskId}`);
    const { page } = visitor;
    await page.getByRole('link', { name: '二级分解' }).click();
    await page.getByRole('button', { name: `下达草案《设备更新${code}》` }).click();
    await page.getByText('已下达', { exact: true }).waitFor();
    await page.getByRole('link', { name: '制定设备更新清单。' }).waitFor();
    const plans = await head<{ items: { id: string; title: string; state: string }[] }>(
      'GET',
      `/plans?unitId=${unitId}`,
    );
    const plan = plans.items.find(({ title }) => title === `设备更新${code}`)!;
    expect(plan.state).toBe('issued');
    await visitor.goto(`/plans/${plan.id}`);
    await page.getByRole('tab', { name: '管理' }).click();
    const visibility = page.getByRole('region', { name: '上级可见范围' });
    expect(await visibility.getByRole('radio', { name: /^只看进度/ }).isChecked()).toBe(true);
    await visibility.getByText('全部，包括报告').click();
    await page.getByText('可见范围已更改').waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('visibility-phone');
    await page.reload();
    await page.getByRole('tab', { name: '管理' }).click();
    await visibility.getByRole('radio', { name: /^全部/, checked: true }).waitFor();
  });
});
