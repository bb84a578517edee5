import { newId } from '@duban/kernel';
import { createQueueBackend } from '@duban/queue';
import { describeWithBrowser, until } from '@duban/testing';
import type { Queue } from 'bullmq';
import { Client } from 'pg';
import { HookServer } from '../../../libs/notifications/test/hook-server';
import { useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

describeWithBrowser('administrators at the console', (browser) => {
  const product = useSampleProduct();
  const opened: Visitor[] = [];
  const open = async (
    username: string,
    viewport?: { width: number; height: number },
    language?: 'zh' | 'en',
  ): Promise<Visitor> => {
    const visitor = await Visitor.open(browser(), product.url, { viewport, language });
    opened.push(visitor);
    return visitor.signIn(username);
  };

  afterEach(async () => {
    for (const visitor of opened.splice(0)) {
      expect(visitor.complaints).toEqual([]);
      await visitor.close();
    }
  });

  it('make an account, propose a post, and the security administrator decides', async () => {
    const username = `zhao${Date.now().toString(36)}`;
    const admin = await open('admin');
    const { page } = admin;
    await admin.goto('/people');
    await page.getByRole('button', { name: '新建账号' }).click();
    const making = page.getByRole('dialog');
    await making.getByLabel('账号').fill(username);
    await making.getByLabel('姓名').fill('赵明');
    expect(await admin.seriousFindings()).toEqual([]);
    await making.getByRole('button', { name: '新建' }).click();
    await page.getByText('账号已建立').waitFor();
    await page.getByText('账号信息').waitFor();
    expect(await admin.seriousFindings()).toEqual([]);

    await admin.goto('/people?show=changes');
    await page.getByRole('button', { name: '提议授予或免去岗位' }).click();
    const proposing = page.getByRole('dialog');
    await proposing.getByLabel('人员').fill(username);
    await page.locator('.ant-select-item-option', { hasText: username }).click();
    await proposing.getByLabel('岗位', { exact: true }).click();
    await page.locator('.ant-select-item-option', { hasText: '督查室工作人员' }).click();
    await proposing.getByLabel('理由').fill('新入职');
    expect(await admin.seriousFindings()).toEqual([]);
    await proposing.getByRole('button', { name: '提议授予或免去岗位' }).click();
    await page.getByText('已提议，等待安全管理员审定').waitFor();

    const security = await open('security');
    await security.goto('/people?show=changes');
    const row = security.page.locator('.ant-table-row', { hasText: username });
    await row.getByRole('button', { name: '审定' }).click();
    await row.getByText('已审定').waitFor();
    expect(await security.seriousFindings()).toEqual([]);
  });

  it('set the sign-in policy as security administrator, which the others read', async () => {
    const security = await open('security');
    await security.goto('/people?show=policy');
    const idle = security.page.getByLabel('无操作几分钟退出');
    await idle.fill('119');
    await security.page.getByRole('button', { name: '保存' }).click();
    await security.page.getByText('已保存').waitFor();
    await security.goto('/people?show=policy');
    expect(await idle.inputValue()).toBe('119');
    expect(await security.seriousFindings()).toEqual([]);
    await idle.fill('120');
    await security.page.getByRole('button', { name: '保存' }).click();
    await security.page.getByText('已保存').waitFor();
    const admin = await open('admin');
    await admin.goto('/people?show=policy');
    expect(await admin.page.getByLabel('无操作几分钟退出').isDisabled()).toBe(true);
  });

  it.each([
    ['desktop', undefined],
    ['phone', PHONE],
  ])('see what became of messages, and that the system is well (%s)', async (_, viewport) => {
    const admin = await open('admin', viewport);
    const { page } = admin;
    await admin.goto('/channels?show=deliveries');
    await page.locator('.ant-table-row').first().waitFor();
    expect(await admin.seriousFindings()).toEqual([]);
    await admin.goto('/health');
    await page.getByText('运行正常').waitFor();
    await page.getByText('最早一项到期催办已等待').waitFor();
    await page.getByRole('button', { name: '开始自检' }).click();
    await page.getByText('项规则全部成立').waitFor();
    expect(await admin.seriousFindings()).toEqual([]);
  });

  it('see why a job failed, that nothing is left to do of it, try it again, and put another away', async () => {
    const importId = newId();
    const jobId = `import-${importId}`;
    await failToRead(product.databaseUrl, jobId, importId);
    const admin = await open('admin');
    const { page } = admin;
    await admin.goto('/health');
    await page.getByRole('link', { name: '查看失败任务' }).click();
    await page.getByRole('button', { name: '查看失败任务：方案导入' }).click();
    const rows = page.locator('.panel', { hasText: '失败任务：方案导入' }).locator('.ant-table-row');
    const unread = rows.filter({ hasText: '识读一份文件' }).first();
    await unread.getByText('系统报告：').waitFor();
    await unread.getByText('已办完', { exact: true }).waitFor();
    const unknown = rows.filter({ hasText: 'document.raed' }).first();
    await unknown.getByText('系统不认识这种任务').waitFor();
    expect(await admin.seriousFindings()).toEqual([]);
    await admin.picture('queues');

    const before = await rows.count();
    await unread.getByRole('button', { name: '重试' }).click();
    await page.getByText('已放回队列').waitFor();
    await until(async () => (await rows.count()) === before - 1);
    await unknown.getByRole('button', { name: '清除' }).click();
    const asking = page.getByRole('dialog');
    await asking.locator('.ant-modal-confirm-title', { hasText: '清除失败任务“document.raed”？' }).waitFor();
    expect(await admin.seriousFindings()).toEqual([]);
    await asking.getByRole('button', { name: '清除' }).click();
    await page.getByText('已清除').waitFor();
    await until(async () => (await rows.count()) === before - 2);

    const auditor = await open('auditor');
    await auditor.goto('/audit?entity=queue');
    await auditor.page.getByText('清除任务队列“imports”中失败的任务“document.raed”').first().waitFor();
    await auditor.page.getByText('重试任务队列“imports”中失败的任务“document.read”').first().waitFor();
  });

  it('read the queues in English on a phone', async () => {
    await failToRead(product.databaseUrl, `import-${newId()}`, newId());
    const admin = await open('admin', PHONE, 'en');
    await admin.goto('/queues?queue=imports');
    await admin.page.getByText('The system said:').first().waitFor();
    await admin.page.getByText('It is done, says the database').first().waitFor();
    expect(await admin.seriousFindings()).toEqual([]);
    await admin.picture('queues-phone-en');
  });

  it('try a destination, and read what it answered', async () => {
    const server = await new HookServer().start();
    try {
      const admin = await open('admin');
      const { page } = admin;
      const name = `办公系统${Date.now().toString(36)}`;
      await addDestination(admin, name, server.url());
      await noteKey(admin);
      const row = page.locator('.ant-table-row', { hasText: name });
      await row.getByRole('button', { name: '试发' }).click();
      const result = page.getByRole('dialog', { name: `试发测试消息：${name}` });
      await result.getByText('对方已接收').waitFor();
      await result.getByText('应答码：204').waitFor();
      expect(server.came.map(({ body }) => (JSON.parse(body) as { data: unknown }).data)).toEqual([
        { subject: expect.stringContaining('测试消息') as string, items: [] },
      ]);
      expect(await admin.seriousFindings()).toEqual([]);
      await admin.picture('channel-test');
      await result.getByRole('button', { name: /关闭|Close/ }).click();

      server.onRequest = (response) => response.writeHead(403).end('not from here');
      await row.getByRole('button', { name: '试发' }).click();
      await result.getByText('对方拒收').waitFor();
      await result.getByText('对方原话：not from here').waitFor();
      await result.getByRole('button', { name: /关闭|Close/ }).click();

      await admin.goto('/channels?show=tests');
      await page.getByText('还没有配置发给个人的渠道').waitFor();
      expect(await admin.seriousFindings()).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('narrow a destination, and change its key', async () => {
    const admin = await open('admin');
    const { page } = admin;
    const name = `大屏${Date.now().toString(36)}`;
    await addDestination(admin, name, 'https://screen.city.example/duban');
    await noteKey(admin);
    const row = page.locator('.ant-table-row', { hasText: name });
    await row.getByRole('button', { name: '修改' }).click();
    const editing = page.getByRole('dialog', { name: `修改推送目的地：${name}` });
    await editing.getByLabel('名称').fill(`${name}二`);
    await editing.getByLabel('每分钟最多条数').fill('7');
    expect(await admin.seriousFindings()).toEqual([]);
    await editing.getByRole('button', { name: '保存' }).click();
    await page.getByRole('cell', { name: `${name}二` }).waitFor();
    await row.getByRole('button', { name: '更换密钥' }).click();
    const keying = page.getByRole('dialog', { name: `更换密钥：${name}二` });
    await keying.getByRole('button', { name: '更换密钥' }).click();
    await page.getByText('whsec_').waitFor();
    expect(await admin.seriousFindings()).toEqual([]);
    await noteKey(admin);
  });

  it('are told in plain words what is wrong with a destination', async () => {
    const admin = await open('admin');
    await addDestination(admin, '办公系统', 'http://user:secret@oa.city.example/');
    await admin.page.getByText('地址有误').waitFor();
    expect(await admin.seriousFindings()).toEqual([]);
  });

  it.each([
    ['desktop', undefined, 'zh'],
    ['phone', PHONE, 'en'],
  ] as const)('propose the disposal of a plan, and another decides (%s)', async (looks, viewport, language) => {
    const title = await dueRegister(product.databaseUrl);
    const auditor = await open('auditor', viewport, language);
    const words = (zh: string, en: string): string => (language === 'zh' ? zh : en);
    await auditor.goto('/retention');
    const due = auditor.page.locator('.ant-table-row', { hasText: title });
    await due.getByRole('checkbox').check();
    expect(await auditor.seriousFindings()).toEqual([]);
    await auditor.picture(`retention-${looks}`);
    await auditor.page.getByRole('button', { name: words('提请销毁（1）', 'Propose disposal (1)') }).click();
    const asking = auditor.page.getByRole('dialog');
    await asking.getByRole('textbox').fill('期满');
    await asking.getByRole('button', { name: words('确定', 'OK') }).click();
    await auditor.page.getByText(words('已提请', 'Proposed; somebody else decides')).waitFor();

    const office = await open('office', viewport, language);
    await office.goto('/retention?show=disposals');
    const row = office.page.locator('.ant-table-row', { hasText: title });
    await row.getByRole('button', { name: words('销毁清册', 'Register') }).click();
    await office.page.getByText(words('没有要销毁的文件', 'no files that would go')).waitFor();
    await office.page.keyboard.press('Escape');
    await row.getByRole('button', { name: words('批准销毁', 'Approve') }).click();
    const sure = office.page.getByRole('dialog', { name: words('批准销毁', 'Approve') });
    await sure.getByText(title).waitFor();
    await sure.getByRole('textbox').fill('同意');
    await sure.getByRole('button', { name: words('确定', 'OK') }).click();
    await row.getByText(words('已批准', 'approved')).waitFor();
  });

  it.each([
    ['desktop', undefined, 'zh'],
    ['phone', PHONE, 'en'],
  ] as const)(
    'erase a person by law: one closes the account, another erases (%s)',
    async (looks, viewport, language) => {
      const words = (zh: string, en: string): string => (language === 'zh' ? zh : en);
      const username = `qian${looks}${Date.now().toString(36)}`;
      const admin = await open('admin', viewport, language);
      await admin.goto('/people');
      await admin.page.getByRole('button', { name: words('新建账号', 'New account') }).click();
      const making = admin.page.getByRole('dialog');
      await making.getByLabel(words('账号', 'Account'), { exact: true }).fill(username);
      await making.getByLabel(words('姓名', 'Name')).fill('钱进');
      await making.getByRole('button', { name: words('新建', 'Create') }).click();
      await admin.page.getByRole('button', { name: words('停用账号', 'Close the account') }).click();
      await admin.page.locator('.ant-popover:visible').getByRole('button').last().click();
      await admin.page.getByRole('button', { name: words('启用账号', 'Open again') }).waitFor();
      // What was said to whoever it is, and why nothing was.
      await admin.page.getByRole('button', { name: words('消息记录', 'Message record') }).click();
      await admin.page.getByText(words('这一天没有消息', 'Nothing on this day')).waitFor();
      expect(await admin.seriousFindings()).toEqual([]);

      const security = await open('security', viewport, language);
      await security.goto('/people');
      const { page } = security;
      const find = words('姓名、账号、单位代码或岗位', 'Name, account, unit code or post');
      await page.getByRole('searchbox', { name: find }).fill(username);
      const row = page.locator('.ant-table-row', { hasText: username });
      await row.getByRole('button', { name: words('管理', 'Manage') }).click();
      await page.getByRole('button', { name: words('删除个人信息…', 'Erase the person…') }).click();
      const asking = page.getByRole('dialog', { name: username }).last();
      await asking.getByLabel(words('理由', 'Reason')).fill('依法申请');
      await asking.getByRole('textbox').last().fill('somebody');
      await asking.getByRole('button', { name: words('永久删除', 'Erase for good') }).click();
      await asking.getByText(words('与账号不一致', 'That is not the account')).waitFor();
      expect(await security.seriousFindings()).toEqual([]);
      await security.picture(`erasure-${looks}`);
      await asking.getByRole('textbox').last().fill(username);
      await asking.getByRole('button', { name: words('永久删除', 'Erase for good') }).click();
      await page.getByText(words('个人信息已删除', 'The person is erased')).waitFor();
      await page.getByText(words('没有符合条件的账号', 'No account is like that')).waitFor();
      await page.getByRole('searchbox', { name: find }).fill('erased-');
      await page.getByText(words('已依法删除', 'erased by law')).first().waitFor();
    },
  );

  it.each([
    ['desktop', undefined, 'zh', 'LD02'],
    ['phone', PHONE, 'en', 'LD03'],
  ] as const)('the office rules messages, and sees what a unit has (%s)', async (looks, viewport, language, unit) => {
    const words = (zh: string, en: string): string => (language === 'zh' ? zh : en);
    const office = await open('office', viewport, language);
    const { page } = office;
    await office.goto('/channels?show=rules');
    const most = page.getByLabel(words('每单位每周最多次数（不填为不限）', 'Times a unit and week at most'));
    const wanted = (await most.inputValue()) === '21' ? '20' : '21';
    await most.fill(wanted);
    await page.getByRole('button', { name: words('增加一种急件', 'Add a kind') }).click();
    await office.choose(
      page.getByLabel(words('哪种消息', 'Kind of message')).last(),
      words('群众不满意', 'public not satisfied'),
    );
    expect(await office.seriousFindings()).toEqual([]);
    await office.picture(`message-rules-${looks}`);
    await page.getByRole('button', { name: words('保存', 'Save') }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: words('保存', 'Save') })
      .click();
    await page.getByText(words('已保存', 'Saved'), { exact: true }).waitFor();
    await office.goto('/channels?show=rules');
    expect(await most.inputValue()).toBe(wanted);

    const title = `分管${looks}${Date.now().toString(36)}`;
    await office.goto('/directory');
    await page.getByRole('searchbox').fill(unit);
    await page.locator('.ant-tree-node-content-wrapper', { hasText: unit }).click();
    await page.getByText(words('没有因每周上限而暂缓的消息', 'Nothing is held back by the weekly cap')).waitFor();
    await page.getByRole('button', { name: words('设置岗位', 'New post') }).click();
    const making = page.getByRole('dialog');
    await making.getByLabel(words('岗位名称', 'Title')).fill(title);
    await making.getByRole('button', { name: words('设置', 'Make') }).click();
    const post = page.locator('.plain-list > li', { hasText: title });
    await post.getByRole('button').click();
    await page.locator('.ant-popover:visible').getByRole('button').last().click();
    await post.waitFor({ state: 'detached' });
    expect(await office.seriousFindings()).toEqual([]);
    await office.picture(`directory-${looks}`);
    await page
      .getByRole('button', { name: words('消息记录', 'Message record') })
      .first()
      .click();
    await page.getByRole('dialog').getByRole('textbox').fill('2026-09-18');
    await page.keyboard.press('Enter');
    expect(await office.seriousFindings()).toEqual([]);
    await office.picture(`message-record-${looks}`);
  });

  it('change how long a kind of matter is kept, as head of the office', async () => {
    const office = await open('office');
    const { page } = office;
    await office.goto('/retention?show=schedule');
    await page.getByLabel('媒体').click();
    await page.locator('.ant-select-item-option', { hasText: '30年' }).last().click();
    await page.getByLabel('理由').fill('按市档案局要求');
    expect(await office.seriousFindings()).toEqual([]);
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    await page.getByText('理由：按市档案局要求').waitFor();
  });

  it.each([
    ['desktop', undefined, 'zh'],
    ['phone', PHONE, 'en'],
  ] as const)('see to it that somebody stands in while they are away (%s)', async (looks, viewport, language) => {
    const words = (zh: string, en: string): string => (language === 'zh' ? zh : en);
    const why = `外出学习${Date.now().toString(36)}`;
    const who = language === 'zh' ? 'LD04' : 'LD05';
    const contact = await open(`${who}.contact`, viewport, language);
    const { page } = contact;
    await contact.goto('/account');
    await page.getByText(words('不用哪些渠道', 'Channels to do without')).waitFor();
    expect(await contact.seriousFindings()).toEqual([]);
    await page.getByRole('button', { name: words('安排代行', 'Have somebody stand in') }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(words('由谁代行', 'Who stands in')).fill(`${who}.head`);
    await page.keyboard.press('Tab');
    for (const label of [words('自哪天起', 'First day'), words('至哪天止', 'Last day')]) {
      await dialog.getByLabel(label).fill('2026-09-24');
      await page.keyboard.press('Enter');
    }
    await dialog.getByLabel(words('理由', 'Reason')).fill(why);
    expect(await contact.seriousFindings()).toEqual([]);
    await contact.picture(`delegation-${looks}`);
    await dialog.getByRole('button', { name: words('安排代行', 'Have somebody stand in') }).click();
    const row = page.locator('.ant-table-row', { hasText: why });
    await row.getByRole('button', { name: words('结束代行', 'End') }).click();
    await page.locator('.ant-popover:visible').getByRole('button').last().click();
    await row.getByText(words('已结束', 'ended')).waitFor();
    await contact.picture(`account-${looks}`);
  });
});

/** Fills in a new destination by webhook, and adds it. */
async function addDestination(admin: Visitor, name: string, address: string): Promise<void> {
  await admin.goto('/channels');
  await admin.page.getByRole('button', { name: '新增目的地' }).click();
  const making = admin.page.getByRole('dialog');
  await making.getByLabel('名称').fill(name);
  await making.getByLabel('地址').fill(address);
  await making.getByRole('button', { name: '新增' }).click();
}

/** A new key is shown once. */
async function noteKey({ page }: Visitor): Promise<void> {
  const shown = page.getByRole('dialog').filter({ hasText: 'whsec_' });
  await shown.getByRole('button', { name: '知道了' }).click();
  await shown.waitFor({ state: 'hidden' });
}

/** A document's job that fails since its table is away for a moment, and one of a name that nobody knows. */
async function failToRead(databaseUrl: string, jobId: string, importId: string): Promise<void> {
  const backend = createQueueBackend({ REDIS_URL: undefined, QUEUE_PREFIX: 'duban' }, databaseUrl);
  const queue = backend.openQueue('imports', () => undefined) as Queue;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`alter table plan_import rename to plan_import_away`);
    await queue.add('document.read', { importId }, { jobId, attempts: 1 });
    await queue.add('document.raed', { importId }, { attempts: 1 });
    await until(async () => (await queue.getJob(jobId))?.isFailed());
  } finally {
    await client.query(`alter table plan_import_away rename to plan_import`);
    await client.end();
    await queue.close();
  }
}

/** A register whose period is over: its title. */
async function dueRegister(databaseUrl: string): Promise<string> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const title = `热线台账${Date.now().toString(36)}`;
    // A term of ten years, counted from the year after it was closed.
    await client.query(
      `with p as (
         insert into plan (id, jurisdiction_id, title, year, state, issued_on, policy_id, policy_version, file_name,
           source_text, left_out, warnings, source, matter_kind, version, created_at)
         select gen_random_uuid(), j.id, $1, 2000 + (select count(*) from plan where matter_kind = 'hotline'), 'closed',
           '2001-01-01', 'annual-report', 1, '', '', '[]', '[]', 'register', 'hotline', 1, now()
         from jurisdiction j returning id, jurisdiction_id)
       insert into history_event (id, jurisdiction_id, plan_id, entity, entity_id, type, actor_name, actor_post,
         request_id, occurred_at)
       select gen_random_uuid(), jurisdiction_id, id, 'plan', id, 'plan.closed', '', 'system', gen_random_uuid(),
         '2011-12-31T18:00:00Z' from p`,
      [title],
    );
    return title;
  } finally {
    await client.end();
  }
}
