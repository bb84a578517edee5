import { postgresCode } from '@duban/database';
import { newId } from '@duban/kernel';
import { useTestDatabase } from '@duban/testing';
import { Client } from 'pg';
import { type Actor, systemActor } from './actor';
import { type Change, HistoryService } from './history.service';

const [NINE, TEN, ELEVEN] = [9, 10, 11].map((hour) => new Date(Date.UTC(2023, 3, 20, hour))) as [Date, Date, Date];

describe('HistoryService', () => {
  const database = useTestDatabase();
  const history = new HistoryService();
  const contact: Actor = {
    personId: newId(),
    name: '联络员',
    post: 'contact',
    postId: newId(),
    unitId: newId(),
    requestId: 'request-1',
  };
  const planId = newId();
  const change = (taskId: string, more: Partial<Change> = {}): Change => ({
    type: 'task.edited',
    entity: 'task',
    entityId: taskId,
    planId,
    taskId,
    ...more,
  });
  const append = (at: Date, ...changes: Change[]) =>
    database.transactor.run((tx) => history.append(tx, contact, at, changes));
  const statesAt = (at: Date, taskIds: string[]) =>
    database.transactor.run((tx) => history.statesAt(tx, { taskIds }, 'task', at));
  const ofTask = (taskId: string, after = '0', limit = 100) =>
    database.transactor.run((tx) => history.ofTask(tx, taskId, after, limit));
  /** A task that the directory of tasks knows, for readings that go by it. */
  async function aTask(parentId: string | null = null): Promise<string> {
    const id = newId();
    await database.source.query(
      `with j as (insert into jurisdiction (id, name, time_zone, created_at)
           values (gen_random_uuid(), $1, 'Asia/Shanghai', now()) returning id),
         p as (insert into plan (id, jurisdiction_id, title, state, file_name, source_text, left_out, warnings, version,
             created_at)
           select gen_random_uuid(), id, '', 'draft', '', '', '[]', '[]', 1, now() from j returning id, jurisdiction_id)
       insert into task (id, jurisdiction_id, plan_id, parent_id, position, path, content, drafted_units, leaders,
         is_lead_inferred, milestones, source_start, source_end, version, created_at)
       select $1::uuid, jurisdiction_id, id, $2, 0, '{}', '', '{}', '{}', false, '[]', 0, 0, 1, now() from p`,
      [id, parentId],
    );
    return id;
  }

  it('keeps who, in which post, for which unit, by which request, when, why, before and after', async () => {
    const taskId = await aTask();
    await append(NINE, change(taskId, { reason: '笔误', before: { content: '甲' }, after: { content: '乙' } }));
    const { personId, name, post, postId, unitId } = contact;
    const [event] = await ofTask(taskId);
    expect(event).toMatchObject({
      type: 'task.edited',
      entity: 'task',
      entityId: taskId,
      planId,
      taskId,
      actor: { personId, name, post, postId, unitId },
      requestId: 'request-1',
      reason: '笔误',
      before: { content: '甲' },
      after: { content: '乙' },
      occurredAt: NINE,
      recordedAt: expect.any(Date),
    });
  });

  it('keeps the events of one call in their order, and reads on from the last one seen', async () => {
    const taskId = await aTask();
    const partId = await aTask(taskId);
    await append(NINE, ...Array.from({ length: 50 }, (_, n) => change(n % 2 ? taskId : partId, { after: { n } })));
    const first = await ofTask(taskId, '0', 20);
    const rest = await ofTask(taskId, first.at(-1)!.seq, 100);
    expect([...first, ...rest].map((event) => event.after)).toEqual(Array.from({ length: 50 }, (_, n) => ({ n })));
    expect(await ofTask(partId)).toHaveLength(25);
  });

  it('writes the events of a transaction all or none, and none for no change', async () => {
    const taskId = await aTask();
    const work = database.transactor.run(async (tx) => {
      await history.append(tx, contact, NINE, [change(taskId), change(taskId)]);
      await history.append(tx, systemActor('sweep'), NINE, [change(taskId)]);
      throw new Error('refused at last');
    });
    await expect(work).rejects.toThrow('refused at last');
    await append(NINE);
    expect(await ofTask(taskId)).toEqual([]);
    await database.transactor.run(async (tx) => {
      await history.append(tx, contact, NINE, [change(taskId), change(taskId)]);
      await history.append(tx, systemActor('sweep'), NINE, [change(taskId)]);
    });
    expect(await ofTask(taskId)).toHaveLength(3);
  });

  it('reads each entity as it was: the last event at or before the instant, nothing before the first', async () => {
    const [one, two] = [newId(), newId()];
    await append(NINE, change(one, { after: { n: 1 } }));
    await append(
      TEN,
      change(one, { after: { n: 2 } }),
      change(one, { after: { n: 3 } }),
      change(two, { after: { n: 4 } }),
    );
    await append(ELEVEN, change(two, { after: null }));
    const at = async (instant: Date) => {
      const states = (await statesAt(instant, [one, two])) as { n: number }[];
      return states.map(({ n }) => n).sort();
    };
    expect(await at(new Date(NINE.getTime() - 1))).toEqual([]);
    expect(await at(NINE)).toEqual([1]);
    expect(await at(new Date(TEN.getTime() - 1))).toEqual([1]);
    expect(await at(TEN)).toEqual([3, 4]);
    expect(await at(ELEVEN)).toEqual([3]);
  });

  it('takes the later written of two events, also where the first brought a later instant along', async () => {
    // A sweep that began at ten raises, after a unit acknowledged at eleven: the notice is raised, and stays it.
    const id = newId();
    await append(ELEVEN, change(id, { after: { state: 'acknowledged' } }));
    await append(TEN, change(id, { after: { state: 'raised' } }));
    expect(await statesAt(ELEVEN, [id])).toEqual([{ state: 'raised' }]);
  });

  describe.each(['history_entry', 'history_words', 'follow_up', 'deadline_version'])('%s is recorded once', (table) => {
    const column = { history_entry: 'type', history_words: 'reason', follow_up: 'rung', deadline_version: 'rule' }[
      table
    ];

    it.each([`update ${table} set ${column} = ''`, `delete from ${table}`, `truncate ${table} cascade`])(
      "for the application's role, which has not the right: %s",
      async (statement) => {
        const error = await database.source.query(statement).catch((reason: unknown) => reason);
        expect(postgresCode(error)).toBe('42501');
      },
    );

    // Of rows, the story's own specs ask: here are none of the other tables.
    it('for the owner, whom a trigger refuses: truncate', async () => {
      const owner = new Client({ connectionString: database.url });
      await owner.connect();
      try {
        await expect(owner.query(`truncate ${table} cascade`)).rejects.toMatchObject({ code: '42501' });
      } finally {
        await owner.end();
      }
    });
  });
});
