import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { refuses } from '../../supervision/test/refuses';
import { PlanImportService } from './plan-import.service';

const DOCUMENT = planOf('完成60个老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）');

describe('PlanImportService', () => {
  const t = useOffice();
  let office: Office;
  let imports: PlanImportService;
  beforeAll(() => {
    office = t.office;
    imports = office.get(PlanImportService);
  });

  const accept = (text: string, username = 'officer', name = 'plan.txt'): Promise<string> =>
    office.as(username, (tx, actor, at) => imports.accept(tx, actor, at, { name, bytes: Buffer.from(text) }));
  const rowOf = async (id: string) => {
    const [row] = await office.query<{ state: string; planId: string | null; isKept: boolean; problem: unknown }>(
      `select state, plan_id as "planId", file is not null as "isKept", problem from plan_import where id = $1`,
      [id],
    );
    return row!;
  };
  const plans = async (): Promise<number> =>
    (await office.query<{ n: number }>(`select count(*)::int as n from plan`))[0]!.n;

  it('drafts in the name of who sent the document, by the request that brought it, and lets the file go', async () => {
    const id = await accept(DOCUMENT);
    expect(await rowOf(id)).toMatchObject({ state: 'queued', isKept: true });
    expect(await imports.dueIds(10)).toContain(id);
    expect(await imports.read(id)).toBe('drafted');
    const { planId, ...rest } = await rowOf(id);
    expect(rest).toEqual({ state: 'drafted', isKept: false, problem: null });
    const events = await office.query(
      `select distinct type, actor_post as post, request_id as request from history_event
       where plan_id = $1 or entity_id = $2 order by type`,
      [planId, id],
    );
    const [received] = await office.query<{ request: string }>(
      `select request_id as request from history_event where entity_id = $1 and type = 'plan_import.received'`,
      [id],
    );
    expect(events).toEqual(
      ['plan.drafted', 'plan_import.drafted', 'plan_import.received', 'task.drafted'].map((type) => ({
        type,
        post: 'officer',
        request: received!.request,
      })),
    );
    expect(await imports.dueIds(10)).not.toContain(id);
  });

  it('refuses with the problem that the file gives when it is read at once, and drafts nothing', async () => {
    const id = await accept('会议通知\n\n请准时参加。');
    const before = await plans();
    expect(await imports.read(id)).toBe('refused');
    expect(await rowOf(id)).toMatchObject({
      state: 'refused',
      planId: null,
      isKept: false,
      problem: { code: 'PLAN.EMPTY', detail: expect.stringContaining('No task'), field: 'file', file: 'plan.txt' },
    });
    expect(await plans()).toBe(before);
  });

  it('a job handled twice, or by several workers at once, drafts one plan', async () => {
    const id = await accept(DOCUMENT);
    const before = await plans();
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => imports.read(id)));
    expect(outcomes.toSorted()).toEqual(['drafted', 'not_due', 'not_due', 'not_due']);
    expect(await imports.read(id)).toBe('not_due');
    expect(await plans()).toBe(before + 1);
  });

  it('is read again when its worker has died, and not while that one may be alive', async () => {
    const id = await accept(DOCUMENT);
    const claim = (until: string) =>
      office.query(
        `update plan_import set state = 'reading', attempts = 1, claimed_until = now() + $2::interval where id = $1`,
        [id, until],
      );
    await claim('1 minute');
    expect(await imports.dueIds(10)).not.toContain(id);
    expect(await imports.read(id)).toBe('not_due');
    await claim('-1 second');
    expect(await imports.dueIds(10)).toContain(id);
    expect(await imports.read(id)).toBe('drafted');
  });

  it('gives up a document that has ended its reader three times', async () => {
    const id = await accept(DOCUMENT);
    await office.query(
      `update plan_import set state = 'reading', attempts = 3, claimed_until = now() - interval '1 second' where id = $1`,
      [id],
    );
    expect(await imports.read(id)).toBe('refused');
    expect(await rowOf(id)).toMatchObject({ state: 'refused', problem: { code: 'IMPORT.GIVEN_UP' } });
  });

  it('drafts a unit’s document as a plan of its own (二级分解)', async () => {
    const id = await accept(DOCUMENT, 'S03.contact');
    expect(await imports.read(id)).toBe('drafted');
    const [plan] = await office.query(
      `select u.code, p.state from plan p join unit u on u.id = p.unit_id where p.id = $1`,
      [(await rowOf(id)).planId],
    );
    expect(plan).toEqual({ code: 'S03', state: 'draft' });
  });

  it('is for the office, and of those of the government for nobody else', async () => {
    for (const username of ['leader', 'auditor', 'admin']) {
      await refuses(office, 'RIGHTS.NOT_ALLOWED', () => accept(DOCUMENT, username));
    }
  });
});
