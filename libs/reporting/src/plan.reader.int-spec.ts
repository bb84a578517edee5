import { DIRECTORY_ENTITIES } from '@duban/directory';
import { newId } from '@duban/kernel';
import { SUPERVISION_ENTITIES } from '@duban/supervision';
import { TASKS_ENTITIES } from '@duban/tasks';
import { useTestDatabase } from '@duban/testing';
import { Client } from 'pg';
import { presentTasks } from './plan.reader';

const TASKS = 50;

describe('presentTasks', () => {
  const database = useTestDatabase([...DIRECTORY_ENTITIES, ...TASKS_ENTITIES, ...SUPERVISION_ENTITIES]);

  it('asks with as many parameters for a large plan as for a small one: a statement takes 65,535', async () => {
    const planId = newId();
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    // Without the checks of foreign keys: only how the plan is read matters here.
    await owner.query(`set session_replication_role = replica`);
    await owner.query(
      `insert into task (id, jurisdiction_id, plan_id, position, path, content, drafted_units, leaders,
         is_lead_inferred, milestones, source_start, source_end, version, created_at)
       select gen_random_uuid(), $1, $1, n, '{}', '疏浚', '{}', '{}', false, '[]', 0, 1, 1, now()
       from generate_series(1, ${TASKS}) n`,
      [planId],
    );
    await owner.end();
    const parameters: number[] = [];
    const tasks = await database.transactor.run((tx) => {
      const asked = jest.spyOn(tx.queryRunner!, 'query');
      return presentTasks(tx, { planId }).finally(() => {
        parameters.push(...asked.mock.calls.map(([, given]) => given?.length ?? 0));
      });
    });
    expect(tasks).toHaveLength(TASKS);
    expect(parameters.length).toBeGreaterThan(2);
    expect(Math.max(...parameters)).toBeLessThan(TASKS);
  });
});
