import { z } from 'zod';
import { canonicalJson } from './canonical-event';
import { TREE_HASHES } from './merkle';

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

/** An event as its line has it: its place, the hash that was recorded, the canonical form; null where its row is gone. */
export interface BundledEvent {
  index: number;
  leaf: Buffer;
  event: Buffer | null;
}

export type BundleLine =
  | { kind: 'header'; header: BundleHeader }
  | ({ kind: 'event' } & BundledEvent)
  | { kind: 'checkpoint'; note: string }
  | { kind: 'stamp'; token: Buffer }
  | { kind: 'end'; events: number; checkpoints: number; stamps: number };

/** A file that is no bundle, or not a whole one: nothing can be said of the history in it. */
export class UnreadableBundle extends Error {}

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

const EVENT_END = Buffer.from('}\n');
const NO_EVENT = Buffer.from('null');

/** Always with the same beginning, so that who reads it finds the event's bytes without taking the JSON apart. */
export const eventLine = (index: number, leaf: Buffer, event: Buffer | null): Buffer =>
  Buffer.concat([
    Buffer.from(`{"index":${index},"leaf":"${leaf.toString('base64')}","event":`),
    event ?? NO_EVENT,
    EVENT_END,
  ]);

const EVENT_BEGIN = /^\{"index":(0|[1-9]\d{0,14}),"leaf":"([A-Za-z0-9+/]{43}=)","event":/;
/** No beginning of an event's line is longer. */
const BEGIN_BYTES = 100;

/** @throws UnreadableBundle */
export function readLine(bytes: Buffer, number: number): BundleLine {
  const begin = EVENT_BEGIN.exec(bytes.toString('latin1', 0, BEGIN_BYTES));
  if (begin && bytes.at(-1) === EVENT_END[0]) {
    const event = bytes.subarray(begin[0].length, -1);
    return {
      kind: 'event',
      index: Number(begin[1]),
      leaf: Buffer.from(begin[2]!, 'base64'),
      event: event.length === NO_EVENT.length && event.equals(NO_EVENT) ? null : event,
    };
  }
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

const LINE_END = 0x0a;
/** An event carries the state of one thing; what is longer than this is none, and must not fill the memory. */
const MOST_LINE_BYTES = 256 * 1024 * 1024;

/**
 * Cuts what is read into lines, without their ends, and gives those of each piece together.
 * @throws UnreadableBundle for a line without end
 */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const piece of pieces) {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = piece.indexOf(LINE_END); end >= 0; end = piece.indexOf(LINE_END, start)) {
      const line = piece.subarray(start, end);
      lines.push(rest.length > 0 ? Buffer.concat([...rest, line]) : line);
      [rest, restBytes, start] = [[], 0, end + 1];
    }
    rest.push(piece.subarray(start));
    restBytes += piece.length - start;
    if (restBytes > MOST_LINE_BYTES)
      throw new UnreadableBundle('A line of the file has no end: it is no bundle of history.');
    if (lines.length > 0) yield lines;
  }
  if (restBytes > 0) yield [Buffer.concat(rest)];
}
