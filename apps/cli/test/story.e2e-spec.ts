import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithRedis } from '@duban/testing';
import { startProduct, storyMaterial } from './product.mjs';
import { tellStory } from './story.mjs';

const PASSWORD = 'story-password';

async function tellOn(queue: { REDIS_URL?: string }): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'duban-story-'));
  try {
    const product = await startProduct({
      command: ['node', 'apps/cli/bootstrap.mjs', 'start', '--empty'],
      env: {
        DUBAN_HOME: home,
        PORT: '0',
        DUBAN_CLOCK: '2023-01-12T09:00:00+08:00',
        DUBAN_DEMO_PASSWORD: PASSWORD,
        DATABASE_URL: '',
        REDIS_URL: '',
        ...queue,
      },
    });
    try {
      const told = await tellStory({ url: product.url, password: PASSWORD, material: storyMaterial() });
      expect(told.followUps).toBeGreaterThan(100);
    } finally {
      expect(await product.stop()).toBe(0);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

describe('the main job, from a document to a verified task', () => {
  it('with the queue on Postgres', () => tellOn({}), 180_000);
});

describeWithRedis('the main job, from a document to a verified task, with Redis', (redis) => {
  it('with the queue on Redis', () => tellOn({ REDIS_URL: redis.url }), 180_000);
});
