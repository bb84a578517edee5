import { PlanImportService } from '@duban/tasks';
import { type Answer, Edge, expectProblem, formOf, sample, useEdge } from './edge';

const LATER = { prefer: 'respond-async' };
/** The sample with pages of other matters before it. */
const LONG = `${'有关单位：\n现将近期工作安排通报如下，请遵照执行。\n'.repeat(20_000)}\n${sample.plan}`;

describe('A document that is read by a worker', () => {
  const edge = useEdge((database) => Edge.open(database));
  const send = async (text: string, headers: Record<string, string> = LATER): Promise<Answer> => {
    const office = await edge().as('office');
    return office.ask('POST', '/plans', { form: formOf(text), headers });
  };
  const read = (id: string) => edge().app.get(PlanImportService, { strict: false }).read(id);

  it('is accepted at once and says where to ask', async () => {
    const answer = await send(sample.plan);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ state: 'queued', fileName: 'plan.txt', planId: null, problem: null });
    expect(answer.headers['location']).toBe(`/api/v1/plan-imports/${answer.body.id}`);
    const office = await edge().as('office');
    expect(await office.get(answer.headers['location']!)).toEqual(answer.body);

    await read(answer.body.id);
    const done = await office.get(`/plan-imports/${answer.body.id}`);
    expect(done).toMatchObject({ state: 'drafted', finishedAt: expect.any(String) });
    const { tasks } = await office.get(`/plans/${done.planId}`);
    const { tasks: atOnce } = await edge().draft();
    expect(tasks.map((task: { content: string }) => task.content)).toEqual(
      atOnce.map((task: { content: string }) => task.content),
    );
  });

  it('is any over 1 MiB, asked for or not', async () => {
    expect(Buffer.byteLength(LONG)).toBeGreaterThan(1024 * 1024);
    const answer = await send(LONG, {});
    expect([answer.status, answer.body.state]).toEqual([202, 'queued']);
    expect(await read(answer.body.id)).toBe('drafted');
  });

  it('tells why it was refused', async () => {
    const answer = await send('会议通知');
    expect(answer.status).toBe(202);
    await read(answer.body.id);
    const office = await edge().as('office');
    expect(await office.get(`/plan-imports/${answer.body.id}`)).toMatchObject({
      state: 'refused',
      problem: { code: 'PLAN.EMPTY', detail: expect.any(String), field: 'file' },
    });
  });

  it('is taken in once for each Idempotency-Key', async () => {
    const headers = { ...LATER, 'idempotency-key': 'import-1' };
    const first = await send(sample.plan, headers);
    const again = await send(sample.plan, headers);
    expect([again.status, again.body]).toEqual([202, first.body]);
  });

  it('is asked for by the office only', async () => {
    const { body } = await send(sample.plan);
    const path = `/plan-imports/${body.id}`;
    expectProblem(await (await edge().as('auditor')).ask('GET', path), 403, 'RIGHTS.NOT_ALLOWED');
    // A unit has imports of its own, and so is told that this is none.
    expectProblem(await (await edge().as('LD04.contact')).ask('GET', path), 404, 'IMPORT.UNKNOWN');
    const office = await edge().as('office');
    const unknown = '00000000-0000-4000-8000-000000000000';
    expectProblem(await office.ask('GET', `/plan-imports/${unknown}`), 404, 'IMPORT.UNKNOWN');
    expectProblem(await office.ask('GET', '/plan-imports/1'), 400, 'REQUEST.INVALID');
  });
});
