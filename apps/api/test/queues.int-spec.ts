import { type FailedJobView } from '@duban/reporting';
import { JobProducer, QUEUE_NAMES } from '@duban/queue';
import { Edge, expectProblem, formOf, sample, useEdge } from './edge';
import { failedJob } from './failed-job';

describe('The queues (任务队列)', () => {
  const edge = useEdge((database) => Edge.open(database));
  const path = '/queues/imports/failed-jobs';
  const listed = async (): Promise<FailedJobView[]> => (await edge().as('admin')).all(path);
  const recorded = async (): Promise<unknown[]> =>
    edge().query(`select type, actor_name as who, after from history_event where entity = 'queue' order by seq`);

  it('tell an administrator what waits and what failed, in figures', async () => {
    const admin = await edge().as('admin');
    await failedJob(edge());
    const { items, ...waiting } = await admin.get('/queues');
    expect(waiting).toEqual({ next: null, oldestDueSeconds: 0, lostJobs: 0 });
    expect(items.map(({ name }: { name: string }) => name)).toEqual(QUEUE_NAMES);
    expect(items.find(({ name }: { name: string }) => name === 'imports').counts).toMatchObject({
      failed: 1,
      waiting: 0,
    });
  });

  it('tell what failed, in words that tell of nobody, and whether its work is done since', async () => {
    const office = await edge().as('office');
    const { id: importId } = await office.do('POST', '/plans', {
      form: formOf(sample.plan),
      headers: { prefer: 'respond-async' },
    });
    const waiting = await failedJob(edge(), 'the file store is away', importId);
    const find = async (id: string) => (await listed()).find((one) => one.id === id);
    expect(await find(waiting.id)).toMatchObject({
      name: 'document.read',
      payload: { importId },
      attempts: 1,
      error: 'the file store is away',
      work: 'to_do',
    });
    await edge().query(`update plan_import set state = 'refused', file = null, problem = '{}' where id = $1`, [
      importId,
    ]);
    expect(await find(waiting.id)).toMatchObject({ work: 'done' });
    const { id } = await failedJob(edge());
    expect(await find(id)).toMatchObject({ error: '550 <…@city.example>: no such user', work: 'done' });
  });

  it('are paged, and refuse a cursor that no page gave', async () => {
    const admin = await edge().as('admin');
    await failedJob(edge());
    const first = await admin.get(`${path}?limit=1`);
    const rest = await admin.get(`${path}?limit=200&cursor=${first.next}`);
    expect([...first.items, ...rest.items]).toEqual(await listed());
    expectProblem(await admin.ask('GET', `${path}?cursor=x`), 400, 'REQUEST.BAD_CURSOR');
    expectProblem(await admin.ask('GET', '/queues/nowhere/failed-jobs'), 400, 'REQUEST.INVALID');
  });

  it('have a failed job tried again once, by name, and say who wanted it', async () => {
    const admin = await edge().as('admin');
    const { id, importId } = await failedJob(edge());
    const before = (await recorded()).length;
    const again = { headers: { 'idempotency-key': 'retry-1' } };
    expect(await admin.do('POST', `${path}/${id}/retry`, again)).toEqual({ id });
    expect(await admin.do('POST', `${path}/${id}/retry`, again)).toEqual({ id });
    expectProblem(await admin.ask('POST', `${path}/${id}/retry`), 409, 'QUEUE.JOB_NOT_FAILED');
    expect((await edge().app.get(JobProducer, { strict: false }).counts()).imports).toMatchObject({ waiting: 1 });
    expect((await recorded()).slice(before)).toEqual([
      {
        type: 'queue.job_retried',
        who: expect.any(String),
        after: expect.objectContaining({
          queue: 'imports',
          job: 'document.read',
          jobId: id,
          payload: { importId },
          error: '550 <…@city.example>: no such user',
        }),
      },
    ]);
  });

  it('have a failed job put away, which is told even when the job is not kept', async () => {
    const admin = await edge().as('admin');
    const { id } = await failedJob(edge());
    expect(await admin.do('DELETE', `${path}/${id}`)).toEqual({ id });
    expect((await listed()).map((one) => one.id)).not.toContain(id);
    expectProblem(await admin.ask('DELETE', `${path}/${id}`), 404, 'QUEUE.JOB_UNKNOWN');
    expect((await recorded()).at(-1)).toMatchObject({ type: 'queue.job_removed', after: { jobId: id } });
  });

  it('have all failed jobs tried again, and record nothing where none failed', async () => {
    const admin = await edge().as('admin');
    await failedJob(edge());
    const { length } = await listed();
    expect(await admin.post(`${path}/retry`, {})).toEqual({ retried: length });
    const told = await recorded();
    expect(told.at(-1)).toMatchObject({ type: 'queue.jobs_retried', after: { queue: 'imports', count: length } });
    expect(await admin.post(`${path}/retry`, {})).toEqual({ retried: 0 });
    expect(await recorded()).toEqual(told);
  });
});
