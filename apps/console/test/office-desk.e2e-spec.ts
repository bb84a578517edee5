import { describeWithBrowser } from '@duban/testing';
import { PASSWORD, useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

interface Part {
  id: string;
  taskId: string;
  state: string;
  role: string;
  unitName: string;
}
interface Task {
  id: string;
  number: string;
  assignments: Part[];
  targets: { id: string; value: number }[];
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

  it('answers at the desk what a unit applies for', async () => {
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
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    await visitor.goto('/desk');
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
});
