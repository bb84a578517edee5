import { Edge, type Json, useEdge } from './edge';

const REQUESTS = 200;
const CONNECTIONS = 5;
const UNITS = Array.from({ length: 20 }, (_, i) => `LD${String(i + 1).padStart(2, '0')}`);

interface Sight {
  unit: string;
  unitId: string;
  taskIds: string[];
}

/** What a session-wide setting leaks in a pool, as in other systems' (node-postgres 2897, typeorm 5857). */
describe('Many people at once over few connections', () => {
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database, { settings: { DATABASE_CONNECTIONS: String(CONNECTIONS) } });
    return opened.issue();
  });

  it(`see nothing of other units in ${REQUESTS} requests over ${CONNECTIONS} connections`, async () => {
    const sights: Sight[] = await edge().query(
      `select u.code as unit, u.id as "unitId", array(
         select distinct own.id from assignment a join task t on t.id = a.task_id
           cross join lateral (values (t.id), (t.parent_id)) own(id)
         where a.unit_id = u.id and own.id is not null) as "taskIds"
       from unit u where u.code = any($1) order by u.code`,
      [UNITS],
    );
    expect(sights).toHaveLength(UNITS.length);
    const callers = await Promise.all(UNITS.map((unit) => edge().as(`${unit}.contact`)));
    const all = new Set(sights.flatMap(({ taskIds }) => taskIds));
    const seen = await Promise.all(
      Array.from({ length: REQUESTS }, async (_, i) => {
        const at = i % UNITS.length;
        const { unit, unitId, taskIds } = sights[at]!;
        const caller = callers[at]!;
        const others = [...all].filter((id) => !taskIds.includes(id));
        // Some requests fail in the middle of their transaction, which gives its connection back all the same.
        if (i % 5 === 4) {
          const foreign = others[i % others.length]!;
          const { status } = await caller.ask('GET', `/tasks/${foreign}`);
          return [unit, status === 403 ? [] : [`${foreign}: ${status}`]];
        }
        const path = ['/tasks?limit=200', '/obligations?limit=200', '/notices?limit=200', `/tasks?unitId=${unitId}`][
          i % 5
        ]!;
        const { items } = await caller.get(path);
        const ids: string[] = items.map((item: Json) => item.taskId ?? item.id);
        if (path.startsWith('/tasks') && ids.length === 0) throw new Error(`${unit} has tasks, and saw none`);
        return [unit, ids.filter((id) => others.includes(id))];
      }),
    );
    expect(seen.filter(([, foreign]) => foreign!.length > 0)).toEqual([]);
    const [{ count }] = await edge().query(
      `select count(*)::int as count from pg_stat_activity where application_name = 'duban' and datname = current_database()`,
    );
    expect(count).toBeGreaterThan(1);
    // And one of this spec.
    expect(count).toBeLessThanOrEqual(CONNECTIONS + 1);
  });
});
