/** An event as its line has it: its place, the hash that was recorded, the canonical form; null where its row is gone. */
export interface BundledEvent {
  index: number;
  leaf: Buffer;
  event: Buffer | null;
}

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

/** Null where the line is none of an event. */
export function readEventLine(bytes: Buffer): BundledEvent | null {
  const begin = EVENT_BEGIN.exec(bytes.toString('latin1', 0, BEGIN_BYTES));
  if (!begin || bytes[bytes.length - 1] !== EVENT_END[0]) return null;
  const event = bytes.subarray(begin[0].length, -1);
  return {
    index: Number(begin[1]),
    leaf: Buffer.from(begin[2]!, 'base64'),
    event: event.length === NO_EVENT.length && event.equals(NO_EVENT) ? null : event,
  };
}

const RECORDED_AT = Buffer.from('"recordedAt":"');
/** Characters of an instant without the fraction of its second. */
export const SECONDS = 19;

/** Where the instant begins at which an event says that it was recorded. */
export const recordedAtIn = (event: Buffer): number =>
  // The last of this name in the canonical order: those within a state come before it.
  event.lastIndexOf(RECORDED_AT) + RECORDED_AT.length;

/** To the second: a text compares faster than a date, and this is done for each event. */
export function recordedSecond(event: Buffer): string {
  const at = recordedAtIn(event);
  return event.toString('latin1', at, at + SECONDS);
}
