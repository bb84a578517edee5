import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Transactor } from '@duban/database';
import { newId } from '@duban/kernel';
import { until } from '@duban/testing';
import type { EntityManager } from 'typeorm';
import { systemActor } from '../src/actor';
import { type Change, HistoryService } from '../src/history.service';
import { pemOf } from '../src/proof/checkpoint-note';
import type { CheckpointService, ListedCheckpoint } from '../src/proof/checkpoint.service';

const history = new HistoryService();
const AT = new Date('2026-03-02T01:00:00Z');

/** Records so many events of invented tasks. */
export async function record(tx: EntityManager, count: number, more: Partial<Change> = {}): Promise<void> {
  const changes = Array.from({ length: count }, (_, n): Change => {
    const id = newId();
    return {
      type: 'task.edited',
      entity: 'task',
      entityId: id,
      after: { id, content: `第${n}项`, share: n / 7 },
      ...more,
    };
  });
  await history.append(tx, systemActor('spec'), AT, changes);
}

/**
 * Records so many events and signs a checkpoint over all there are. The tree takes what no older transaction of the whole
 * server can come before, and other specs have some.
 */
export async function recordAndSign(
  transactor: Transactor,
  checkpoints: CheckpointService,
  count: number,
): Promise<ListedCheckpoint> {
  const recorded = await transactor.run(async (tx) => {
    await record(tx, count);
    const [row]: { count: number }[] = await tx.query('select count(*)::int as count from history_event');
    return row!.count;
  });
  const signed = await until(
    async () => {
      const newest = await checkpoints.make();
      return newest?.size === recorded ? newest : null;
    },
    undefined,
    'a checkpoint over all events',
  );
  return signed!;
}

export interface SigningKey {
  /** For DUBAN_SIGNING_KEY. */
  pem: string;
  publicKey: KeyObject;
  publicPem: string;
}

export function newSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey,
    publicPem: pemOf(publicKey),
  };
}
