import { generateKeyPairSync } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  canonicalJson,
  checkpointLine,
  digestOf,
  endLine,
  eventLine,
  GrowingTree,
  headerLine,
  keyIdOf,
  leafHash,
  pemOf,
  signNote,
  textOf,
} from '@duban/history';

const ORIGIN = 'duban.history/00000000-0000-7000-8000-000000000000';
const EVENTS_OF_CHECKPOINT = 10_000;

/** Writes a sound bundle of so many invented events, signed every ten thousand, as an office's history would be. */
export async function writeInventedHistory(file: string, events: number): Promise<void> {
  await pipeline(Readable.from(inventedHistory(events)), createWriteStream(file, { mode: 0o600 }));
}

function* inventedHistory(events: number): Generator<Buffer> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keys = [{ id: keyIdOf(ORIGIN, publicKey), publicKey: pemOf(publicKey) }];
  yield headerLine({ origin: ORIGIN, hash: 'sha256', changes: [], jurisdictions: ['云溪市'], keys });
  const tree = new GrowingTree('sha256');
  let [number, previous] = [0, null as string | null];
  const lines: Buffer[] = [];
  while (tree.size < events) {
    const event = Buffer.from(canonicalJson(inventedEvent(tree.size)));
    const leaf = leafHash('sha256', event);
    lines.push(eventLine(tree.size, leaf, event));
    tree.push(leaf);
    if (tree.size % EVENTS_OF_CHECKPOINT > 0 && tree.size < events) continue;
    const checkpoint = {
      origin: ORIGIN,
      size: tree.size,
      root: tree.root(),
      hash: 'sha256' as const,
      signedAt: at(tree.size),
    };
    const text = textOf({ ...checkpoint, number: ++number, previous });
    lines.push(checkpointLine(signNote(ORIGIN, text, [privateKey])));
    previous = digestOf('sha256', text);
    yield Buffer.concat(lines.splice(0));
  }
  yield endLine(events, number, 0);
}

const id = (kind: number, n: number): string => `0000000${kind}-0000-7000-8000-${String(n).padStart(12, '0')}`;
const at = (n: number): string => `${new Date(Date.UTC(2026, 0, 8) + n * 1000).toISOString().slice(0, -1)}000Z`;

/** A unit's part that goes from one state to the next: the commonest of events. */
const inventedEvent = (n: number): object => {
  const part = {
    id: id(1, n % 5000),
    taskId: id(2, n % 2000),
    unitId: id(3, n % 90),
    unitName: '市住房城乡建设局',
    role: 'lead',
  };
  return {
    seq: String(n + 1),
    id: id(4, n),
    jurisdictionId: id(5, 1),
    planId: id(6, 1),
    taskId: part.taskId,
    entity: 'assignment',
    entityId: part.id,
    type: 'assignment.signed_for',
    actorPersonId: id(7, n % 90),
    actorPostId: id(8, n % 90),
    actorUnitId: part.unitId,
    actorName: '联络员',
    actorPost: 'contact',
    requestId: id(9, n),
    before: { ...part, state: 'assigned', version: 1 },
    after: { ...part, state: 'in_progress', version: 2 },
    occurredAt: at(n),
    recordedAt: at(n),
  };
};
