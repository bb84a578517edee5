import { ownerDataSource } from '@duban/database';
import { useTestDatabase } from '@duban/testing';
import { DIRECTORY_ENTITIES } from './directory-entities';

describe('DIRECTORY_ENTITIES', () => {
  const database = useTestDatabase(DIRECTORY_ENTITIES);

  it('are what the migrations made', async () => {
    const owner = await ownerDataSource(database.url, DIRECTORY_ENTITIES).initialize();
    try {
      const { upQueries } = await owner.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await owner.destroy();
    }
  });
});
