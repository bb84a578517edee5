import { DIRECTORY_ENTITIES } from '@duban/directory';
import { SUPERVISION_ENTITIES } from '@duban/supervision';
import { TASKS_ENTITIES } from '@duban/tasks';
import { useTestDatabase } from '@duban/testing';
import { ownerDataSource } from '@duban/database';

describe('the schema', () => {
  const database = useTestDatabase();
  it('entities match', async () => {
    const source = await ownerDataSource(database.url, [
      ...DIRECTORY_ENTITIES,
      ...TASKS_ENTITIES,
      ...SUPERVISION_ENTITIES,
    ]).initialize();
    const log = await source.driver.createSchemaBuilder().log();
    await source.destroy();
    expect(log.upQueries.map((q) => q.query)).toEqual([]);
  });
});
