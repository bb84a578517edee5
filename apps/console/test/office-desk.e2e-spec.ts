import { describeWithBrowser } from '@duban/testing';
import { PASSWORD, useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

interface Part {
  id: string;
  taskId: string;
  state: string;
  role: string;
  unitName: string;
  groupId: string | null;
}
interface Task {
  id: string;
  number: string;
  dueOn: string | null;
  assignments: Part[];
  targets: { id: string; value: number; comparator: string }[];
  obligations: { id: string; assignmentId: string; kind: string; state: string }[];
}

describeWithBrowser('a day at the office', (browser) => {
  const product = useSampleProduct();
  let visitor: Visitor | undefined;

  /** Asks the api as somebody: what departments do beforehand. */
  async function as(username: string): Promise<<T>(method: string, path: string, body?: object) => Promise<T>> {
    const answer = await fetch(`${product.url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password: PASSWORD }),
    });
    const { token } = (await answer.json()) as { token: string };
    return async <T>(method: string, path: string, body?: object): Promise<T> => {
      const given = await fetch(`${product.url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        body: body && JSON.stringify(body),
      });
      const said = (await given.json()) as T;
      if (!given.ok) throw new Error(`${method} ${path}: ${JSON.stringify(said)}`);
      return said;
    };
  }
  const codes = async (): Promise<Map<string, string>> => {
    const ask = await as('office');
    const { items } = await ask<{ items: { name: string; code: string }[] }>('GET', '/units?limit=200');
    return new Map(items.map(({ name, code }) => [name, code]));
  };
  const tasksWith = async (wanted: (part: Part) => boolean): Promise<{ task: Task; part: Part }[]> => {
    const ask = await as('office');
    const { items } = await ask<{ items: Task[] }>('GET', '/tasks?state=in_progress&limit=100');
    const all = await Promise.all(items.map(({ id }) => ask<Task>('GET', `/tasks/${id}`)));
    return all.flatMap((task) => task.assignments.filter(wanted).map((part) => ({ task, part })));
  };
  /** The lead of one task reports it done, as far as it may. */
  async function reportOne(): Promise<string> {
    const found = await tasksWith(({ role, state }) => role === 'lead' && state === 'in_progress');
    const byName = await codes();
    for (const { task, part } of found) {
      const lead = await as(`${byName.get(part.unitName)}.head`);
      try {
        await lead('POST', `/assignments/${part.id}/transitions`, {
          event: 'report',
          text: '各项建设任务已全部完成，并通过验收。',
          evidence: [{ title: '验收报告', location: '档案室 2026-118' }],
          measurements: task.targets.map(({ id, value }) => ({ targetId: id, value })),
          goAheadReason: '各责任单位的分工已经完成，正在补报。',
        });
        return task.number;
      } catch {
        continue;
      }
    }
    throw new Error('no lead could report');
  }

  afterEach(async () => {
    expect(visitor?.complaints).toEqual([]);
    await visitor?.close();
  });

  it('begins at the desk, which keeps to WCAG, in both languages and on a phone', async () => {
    for (const looks of [{}, { language: 'en' as const, viewport: PHONE }]) {
      visitor = await Visitor.open(browser(), product.url, looks);
      await visitor.signIn('office');
      await visitor.page.locator('#stuck tr.ant-table-row').first().waitFor();
      expect(await visitor.page.locator('#stuck tr.ant-table-row').count()).toBeGreaterThan(3);
      expect(new URL(visitor.page.url()).pathname).toBe('/desk');
      expect(await visitor.seriousFindings()).toEqual([]);
      await visitor.picture(`office-desk-${looks.language ?? 'zh'}`);
      if (!looks.language) await visitor.close();
    }
  });

  it('is led from the desk to what arrived, and marks all that arrived as read', async () => {
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    const { page } = visitor;
    const arrived = page.locator('section.panel', { has: page.getByRole('heading', { name: /^新到消息/ }) });
    await arrived.locator('li a').first().waitFor();
    // What several units owe of a task is one line, which says how many.
    await page
      .locator('#due')
      .getByText(/等 \d+ 个单位/)
      .first()
      .waitFor();
    await arrived.locator('li a').first().click();
    await page.waitForURL(/\/tasks\//);
    await visitor.goto('/inbox');
    await page.getByRole('button', { name: /^\d+ 条全部标为已读$/ }).click();
    await page.getByRole('button', { name: '标为已读' }).first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /全部标为已读$/ }).waitFor({ state: 'detached' });
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.goto('/desk');
    await arrived.getByText('没有未读消息').waitFor();
  });

  it('verifies what was reported, beside what was promised, or returns it with a reason', async () => {
    const returned = await reportOne();
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    await visitor.goto('/verification');
    const { page } = visitor;
    await page.getByText('各项建设任务已全部完成').first().waitFor();
    await page.getByText('验收报告').first().waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('office-verification');
    await page.keyboard.press('r');
    await page.getByText('退回请写明理由').waitFor();
    await page.getByLabel('结论或退回理由').fill('缺少现场照片，请补充。');
    await page.getByRole('button', { name: /^退回/ }).click();
    await page
      .getByRole('dialog', { name: /^退回.*第 \d+ 项？/ })
      .getByRole('button', { name: '退回' })
      .click();
    await page.getByText(/第 \d+ 项已退回/).waitFor();

    await reportOne();
    await visitor.goto('/verification');
    await page.getByText('各项建设任务已全部完成').first().waitFor();
    await page.keyboard.press('v');
    const asked = page.getByRole('dialog', { name: /第 \d+ 项核验通过？/ });
    await asked.getByText('办理后不能撤回').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.ant-modal-wrap').waitFor({ state: 'detached' });
    await page.keyboard.press('v');
    await asked.waitFor();
    await page.keyboard.press('Enter');
    await page.getByText(/^第 \d+ 项核验通过$/).waitFor();
    expect(returned).toMatch(/^\d+$/);
  });

  it('answers at the desk what a unit applies for, which comes while one sits there', async () => {
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    await visitor.goto('/desk');
    await visitor.settled();
    const ask = await as('office');
    const { items: owed } = await ask<{
      items: { id: string; assignmentId: string; isOverdue: boolean; unitName: string }[];
    }>('GET', '/obligations?state=open&kind=completion&limit=100');
    const byName = await codes();
    const asked = owed.filter(({ isOverdue }) => !isOverdue);
    let unitName = '';
    for (const one of asked) {
      const unit = await as(`${byName.get(one.unitName)}.head`);
      const made = await unit<{ approverUnitId: string | null }>(
        'POST',
        `/assignments/${one.assignmentId}/applications`,
        {
          kind: 'extension',
          obligationId: one.id,
          dueOn: '2027-01-20',
          reason: '设备到货推迟。',
          progress: '土建已完成。',
        },
      ).catch(() => null);
      if (made && made.approverUnitId === null) {
        unitName = one.unitName;
        break;
      }
    }
    const { page } = visitor;
    const waiting = page.locator('#decisions li').filter({ hasText: '申请延期' }).filter({ hasText: unitName }).first();
    await waiting.getByText('设备到货推迟').waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('office-decisions');
    await waiting.getByRole('button', { name: '批准', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: '批准', exact: true }).click();
    await page.getByText('已批准').first().waitFor();
  });

  it('judges the answer to a notice, and gives the notice as the document that was issued', async () => {
    const ask = await as('office');
    const { items } = await ask<{
      items: { id: string; number: string; unitName: string; answerDueOn: string | null }[];
    }>('GET', '/notices?state=issued&limit=20');
    const byName = await codes();
    const notice = items.find(({ answerDueOn }) => answerDueOn !== null)!;
    const unit = await as(`${byName.get(notice.unitName)}.head`);
    await unit('POST', `/notices/${notice.id}/transitions`, { event: 'acknowledge' });
    await unit('POST', `/notices/${notice.id}/transitions`, { event: 'answer', answer: '已补报，并明确专人负责。' });
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    await visitor.goto('/notices?state=answered');
    const { page } = visitor;
    const shown = page.getByRole('article', { name: notice.number });
    await shown.getByText('已补报').waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('office-notices');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      shown.getByRole('button', { name: 'Word' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`${notice.number}.docx`);
    await shown.getByRole('textbox').fill('措施具体，予以认可。');
    await shown.getByRole('button', { name: '认可' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '认可' }).click();
    await page.getByText(`已认可 ${notice.number} 的回复`).waitFor();
    await shown.waitFor({ state: 'detached' });

    // The office's own template is tried on a preview before it counts; a broken one is refused, with where.
    await page.getByRole('button', { name: '督办单模板' }).click();
    const dialog = page.getByRole('dialog', { name: '督办单模板' });
    const [template] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('link', { name: '下载现用模板' }).click(),
    ]);
    await dialog.locator('input[type=file]').setInputFiles({
      name: '坏模板.docx',
      mimeType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      buffer: Buffer.from('不是文档'),
    });
    await dialog.getByRole('button', { name: '预览（Word）' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.locator('input[type=file]').setInputFiles(await template.path());
    const [preview] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: '预览（Word）' }).click(),
    ]);
    expect(preview.suggestedFilename()).toBe('督办单预览.docx');
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('notice-template');
  });

  it('puts a registered matter right, and says that it is the same as another', async () => {
    const ask = await as('office');
    /** Another one than all that say much the same. */
    const register = async (words: string): Promise<{ id: string }> => {
      const near = await ask<{ items: { taskId: string }[] }>('POST', '/matters/duplicates', { content: words });
      return ask('POST', '/matters', {
        kind: 'leader_instruction',
        source: { leader: '周某' },
        units: { lead: ['LD04'] },
        content: words,
        confirmDuplicates: near.items.map(({ taskId }) => taskId),
      });
    };
    const content = `东门农贸市场屋面${Date.now()}号雨季前完成防水。`;
    await register(content);
    const second = await register(`${content}并加固。`);
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    await visitor.goto(`/tasks/${second.id}`);
    const { page } = visitor;
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: '更正' }).click();
    await dialog.getByRole('textbox').first().fill(`${content}并加固立柱。`);
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.getByText('必填').first().waitFor();
    await dialog.getByLabel('更正理由').fill('原文漏字。');
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('matter-correct');
    await dialog.getByRole('button', { name: '保存' }).click();
    await page.getByText('已更正').waitFor();
    await page.getByText('加固立柱').first().waitFor();

    await page.getByRole('button', { name: '并入相同事项' }).click();
    await dialog.getByRole('combobox').fill(content);
    await page.locator('.ant-select-item-option').first().click();
    await dialog.getByRole('button', { name: '并入' }).click();
    await page.getByText('不能撤回').waitFor();
    await page.locator('.ant-modal-confirm').getByRole('button', { name: '并入' }).click();
    await page.getByText('已注明为同一事项').waitFor();
    await page.getByRole('button', { name: '更正' }).waitFor({ state: 'detached' });
  });

  it('sets what is planned of a target, sees it drawn, and takes it back; on a phone, in English, too', async () => {
    const found = await tasksWith(({ role }) => role === 'lead');
    // What is worked up to, and not kept from the first day on.
    const { task } = found.find(
      ({ task: { targets, dueOn } }) =>
        targets.length === 1 &&
        targets[0]!.value > 0 &&
        ['eq', 'gte', 'gt', 'approx'].includes(targets[0]!.comparator) &&
        (dueOn === null || dueOn > '2026-07-31'),
    )!;
    const { value } = task.targets[0]!;
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    await visitor.goto(`/tasks/${task.id}`);
    const { page } = visitor;
    const panel = page.locator('section.panel', { has: page.getByRole('heading', { name: '量化指标与序时进度' }) });
    await panel.getByText('均匀推进。').waitFor();
    await panel.getByRole('button', { name: '设定序时进度' }).click();
    await panel.getByLabel('推进方式').click();
    await page.locator('.ant-select-item-option:visible', { hasText: '分步目标' }).click();
    await panel.getByRole('button', { name: '增加一步' }).click();
    const [first, last] = [1, 2].map((number) => panel.getByRole('group', { name: `第 ${number} 步` }));
    await first!.getByLabel('日期').fill('2026-06-30');
    await first!.getByLabel('日期').press('Enter');
    await first!.getByRole('spinbutton').fill(String(value / 2));
    await last!.getByRole('spinbutton').fill(String(value / 4));
    await panel.getByRole('button', { name: '设定', exact: true }).click();
    await panel.getByText(/^最后一步应为指标值/).waitFor();
    await last!.getByRole('spinbutton').fill(String(value));
    await panel.locator('canvas').first().waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await panel.getByRole('group', { name: '第 1 步' }).scrollIntoViewIfNeeded();
    await visitor.picture('curve-set');
    await panel.getByRole('button', { name: '设定', exact: true }).click();
    await page.getByText('序时进度已设定').waitFor();
    await panel.getByText('按分步目标推进').waitFor();
    await page.getByRole('button', { name: '撤回' }).click();
    await page.getByText('已撤回').waitFor();
    await panel.getByText('均匀推进。').waitFor();
    expect(visitor.complaints).toEqual([]);
    await visitor.close();

    visitor = await Visitor.open(browser(), product.url, { viewport: PHONE, language: 'en' });
    await visitor.signIn('office');
    await visitor.goto(`/tasks/${task.id}`);
    const phone = visitor.page;
    await phone.getByRole('button', { name: 'Set the planned course' }).click();
    await phone.getByLabel('Course', { exact: true }).click();
    await phone.locator('.ant-select-item-option:visible', { hasText: 'By the season' }).click();
    for (const [place, share] of [10, 20, 30, 40].entries()) {
      await phone.getByLabel(`Quarter ${place + 1}`).fill(String(share));
    }
    await phone.getByText('100% together', { exact: true }).waitFor();
    await phone.locator('canvas').first().waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    expect(await phone.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
    await phone.getByLabel('Quarter 4').scrollIntoViewIfNeeded();
    await visitor.picture('curve-set-phone');
  });

  it('says with how many of its members a group has done its part, and takes it back', async () => {
    const { task } = (await tasksWith(({ role, groupId }) => role !== 'lead' && groupId !== null))[0]!;
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    await visitor.goto(`/tasks/${task.id}`);
    const { page } = visitor;
    await page.getByText('全部成员完成才算完成').first().waitFor();
    await page
      .getByRole('button', { name: /^调整办结规则/ })
      .first()
      .click();
    await page.getByLabel('办结规则', { exact: true }).click();
    await page.locator('.ant-select-item-option:visible', { hasText: '达到一定家数' }).click();
    await page.getByLabel(/^家数/).fill('1');
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('group-rule');
    await page.getByRole('button', { name: '设定规则' }).click();
    await page.getByText('集合单位的办结规则已调整').waitFor();
    await page.getByText('至少 1 家完成即算完成').waitFor();
    await page.getByRole('button', { name: '撤回' }).click();
    await page.getByText('已撤回').waitFor();
    await page.getByText('至少 1 家完成即算完成').waitFor({ state: 'detached' });
  });

  it('returns an action plan with what is to be put right, and approves the next version', async () => {
    const ask = await as('office');
    const openPlan = ({ obligations }: Task) =>
      obligations.find(({ kind, state }) => kind === 'action_plan' && state === 'open');
    const { items } = await ask<{ items: Task[] }>('GET', '/tasks?state=assigned&limit=100');
    const all = await Promise.all(items.map(({ id }) => ask<Task>('GET', `/tasks/${id}`)));
    const task = all.find((one) => openPlan(one) !== undefined)!;
    const part = task.assignments.find(({ id }) => id === openPlan(task)!.assignmentId)!;
    const contact = await as(`${(await codes()).get(part.unitName)}.contact`);
    const handIn = async (text: string): Promise<void> => {
      const owed = openPlan(await ask<Task>('GET', `/tasks/${task.id}`))!;
      await contact('POST', `/assignments/${part.id}/reports`, {
        obligationId: owed.id,
        text: '报送办理方案。',
        actionPlan: { goals: '年底前全部完成。', measures: [{ text, by: '2026-09-30', person: '业务科科长' }] },
      });
    };
    await contact('POST', `/assignments/${part.id}/transitions`, { event: 'sign_for' });
    await handIn('推进项目建设');
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    const { page } = visitor;
    await visitor.goto(`/tasks/${task.id}`);
    const plans = page.locator('section.panel', { has: page.getByRole('heading', { name: '办理方案', exact: true }) });
    await plans.getByText('待审核').waitFor();
    const back = plans.getByRole('button', { name: '退回' });
    expect(await back.isDisabled()).toBe(true);
    await plans.getByRole('textbox').fill('措施过于笼统，请细化。');
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('action-plan');
    await back.click();
    await page
      .getByRole('dialog', { name: /^退回.*的办理方案？/ })
      .getByRole('button', { name: '退回' })
      .click();
    await plans.getByText('已退回').waitFor();
    await plans.getByText('措施过于笼统，请细化。').waitFor();

    await handIn('九月底前完成设备安装和调试');
    await page.reload();
    await plans.getByText('第 2 稿').waitFor();
    await plans.getByRole('button', { name: '通过' }).click();
    await page
      .getByRole('dialog', { name: /^通过.*的办理方案？/ })
      .getByRole('button', { name: '通过' })
      .click();
    await plans.getByText('已通过').waitFor();
  });

  it('sees in full who asked for a matter, and says who alone may know of it', async () => {
    const ask = await as('office');
    const { id } = await ask<{ id: string }>('POST', '/matters', {
      kind: 'petition',
      content: `反映临江路${Date.now()}号路灯不亮。`,
      units: { lead: ['LD05'] },
      petitioner: { name: '顾念慈', phone: '13700000002' },
    });
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    await visitor.goto(`/tasks/${id}`);
    const { page } = visitor;
    expect(await page.locator('#content').innerText()).not.toContain('念慈');
    await page.getByRole('button', { name: '查看来信来电人' }).click();
    const who = page.getByRole('dialog', { name: '来信来电人' });
    await who.getByText('顾念慈').waitFor();
    await who.getByRole('link', { name: '13700000002' }).waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('petitioner');
    await page.keyboard.press('Escape');
    await who.waitFor({ state: 'hidden' });

    const restrict = page.locator('section.panel', { has: page.getByRole('heading', { name: '限知人员' }) });
    await restrict.getByText('目前不限').waitFor();
    // Whoever restricts it is among them already; the others are found by their names, posts and units.
    const named = restrict.getByRole('combobox');
    await restrict.locator('.ant-select').getByText('督查室主任', { exact: true }).first().waitFor();
    await named.fill('查无此人');
    await page.getByText('没有找到。只能选择现在任职的人员。').waitFor();
    await named.fill('市公安局');
    await page.locator('.ant-select-item-option:visible', { hasText: 'LD05.head' }).waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture('restrict-people');
    await page.locator('.ant-select-item-option:visible', { hasText: 'LD05.contact' }).click();
    await page.keyboard.press('Escape');
    await restrict.getByRole('button', { name: '设定限知' }).click();
    const sure = page.getByRole('dialog', { name: '只限这 2 人知悉？' });
    await sure.getByRole('button', { name: '设定限知' }).click();
    await page.getByText('限知人员已设定').waitFor();
    await restrict.getByText(/^只有以下人员可见/).waitFor();
    expect(await visitor.seriousFindings()).toEqual([]);
    const officer = await as('officer');
    await expect(officer('GET', `/tasks/${id}`)).rejects.toThrow('TASK.UNKNOWN');
    await restrict.getByRole('button', { name: '解除限知' }).click();
    await page.getByRole('dialog', { name: '解除限知？' }).getByRole('button', { name: '解除限知' }).click();
    await page.getByText('限知已解除').waitFor();
    expect(await officer('GET', `/tasks/${id}`)).toMatchObject({ id });
  });
});
