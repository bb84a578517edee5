import { z } from 'zod';
import { canonicalJson } from './canonical-event';
import { type BundledEvent, readEventLine } from './event-line';
import { TREE_HASHES } from './merkle';
import { UnreadableBundle } from './unreadable-bundle';

/** The version of the bundle's format; what cannot be read by the rules of this one gets another. */
const FORMAT = 3;
/** Where the hash never changed: so are most, and verifiers of before can read them. */
const FORMAT_OF_ONE_HASH = 2;
/** In the first there were no time-stamps. */
const READ_FORMATS: readonly number[] = [1, FORMAT_OF_ONE_HASH, FORMAT];

const header = z.strictObject({
  duban: z.literal('history'),
  format: z.int(),
  origin: z.string(),
  hash: z.enum(TREE_HASHES),
  changes: z.array(z.strictObject({ from: z.int(), hash: z.enum(TREE_HASHES) })).default([]),
  jurisdictions: z.array(z.string()),
  keys: z.array(z.strictObject({ id: z.string(), publicKey: z.string() })),
});
const checkpoint = z.strictObject({ checkpoint: z.string() });
const stamp = z.strictObject({ stamp: z.base64() });
const end = z.strictObject({
  end: z.strictObject({ events: z.int(), checkpoints: z.int(), stamps: z.int().default(0) }),
});

/**
 * The first line: whose history, by what hash at first, from which event on by which other one, and the public keys
 * that its checkpoints name.
 */
export type BundleHeader = Omit<z.infer<typeof header>, 'duban' | 'format'>;

export type BundleLine =
  | { kind: 'header'; header: BundleHeader }
  | ({ kind: 'event' } & BundledEvent)
  | { kind: 'checkpoint'; note: string }
  | { kind: 'stamp'; token: Buffer }
  | { kind: 'end'; events: number; checkpoints: number; stamps: number };

const line = (value: unknown): Buffer => Buffer.from(`${canonicalJson(value)}\n`);

export const headerLine = (fields: BundleHeader): Buffer => {
  // Not canonical: who looks into a bundle is to see at once what it is.
  const { origin, hash, changes, jurisdictions, keys } = fields;
  const [format, changed] = changes.length > 0 ? [FORMAT, { changes }] : [FORMAT_OF_ONE_HASH, {}];
  return Buffer.from(
    `${JSON.stringify({ duban: 'history', format, origin, hash, ...changed, jurisdictions, keys })}\n`,
  );
};
export const checkpointLine = (note: string): Buffer => line({ checkpoint: note });
/** Of the checkpoint in the line before, or before other time-stamps of it. */
export const stampLine = (token: Buffer): Buffer => line({ stamp: token.toString('base64') });
export const endLine = (events: number, checkpoints: number, stamps: number): Buffer =>
  line({ end: { events, checkpoints, stamps } });

/** @throws UnreadableBundle */
export function readLine(bytes: Buffer, number: number): BundleLine {
  const event = readEventLine(bytes);
  if (event) return { kind: 'event', ...event };
  const value = parsed(bytes, number);
  const first = header.safeParse(value);
  if (first.success) {
    if (!READ_FORMATS.includes(first.data.format)) {
      throw new UnreadableBundle(`The bundle is of the format ${first.data.format}, which this duban does not know.`);
    }
    return { kind: 'header', header: first.data };
  }
  const signed = checkpoint.safeParse(value);
  if (signed.success) return { kind: 'checkpoint', note: signed.data.checkpoint };
  const stamped = stamp.safeParse(value);
  if (stamped.success) return { kind: 'stamp', token: Buffer.from(stamped.data.stamp, 'base64') };
  const last = end.safeParse(value);
  if (last.success) return { kind: 'end', ...last.data.end };
  throw new UnreadableBundle(`Line ${number} is none of a bundle.`);
}

function parsed(bytes: Buffer, number: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new UnreadableBundle(`Line ${number} is not JSON.`);
  }
}
