import { ownerDataSource } from '@duban/database';
import { DIRECTORY_ENTITIES } from '@duban/directory';
import { SUPERVISION_ENTITIES } from './index';
import { useTestDatabase } from '@duban/testing';
import { TASKS_ENTITIES } from '@duban/tasks';

describe('TASKS_ENTITIES and SUPERVISION_ENTITIES', () => {
  const database = useTestDatabase();

  it('are what the migrations made', async () => {
    // Their foreign keys point at tables of the other libraries.
    const entities = [...DIRECTORY_ENTITIES, ...TASKS_ENTITIES, ...SUPERVISION_ENTITIES];
    const owner = await ownerDataSource(database.url, entities).initialize();
    try {
      const { upQueries } = await owner.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await owner.destroy();
    }
  });
});
