import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { readLine } from '../proof/bundle-lines';
import type { BundledEvent } from '../proof/event-line';
import { UnreadableBundle } from '../proof/unreadable-bundle';
import { linesOf } from '../proof/whole-lines';

const FORMAT = 1;
const header = z.strictObject({
  duban: z.literal('history-month'),
  format: z.literal(FORMAT),
  origin: z.string(),
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
});
const end = z.strictObject({ end: z.strictObject({ events: z.int() }) });

/** Whose history it is, and of which month of recording, `2024-03`. */
export type MonthHeader = Pick<z.infer<typeof header>, 'origin' | 'month'>;

const line = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);
export const monthHeaderLine = ({ origin, month }: MonthHeader): Buffer =>
  line({ duban: 'history-month', format: FORMAT, origin, month });
export const monthEndLine = (events: number): Buffer => line({ end: { events } });

/** An event of a month, with its bytes: its row is there, or the month is not written. */
export interface MonthEvent extends BundledEvent {
  event: Buffer;
}

/**
 * The events of a month's file in their order, and what its first line says. PROOF.md says its format.
 * @throws UnreadableBundle for what is no whole file of a month
 */
export async function readMonth(
  file: string,
): Promise<{ header: MonthHeader; events: () => AsyncGenerator<MonthEvent, number> }> {
  const first = lines(file);
  const { value } = await first.next();
  await first.return(undefined);
  const read = header.safeParse(value && json(value));
  if (!read.success) throw new UnreadableBundle(`${file} is no month of history.`);
  const events = async function* (): AsyncGenerator<MonthEvent, number> {
    let [number, count] = [0, 0];
    let told: number | null = null;
    for await (const bytes of lines(file)) {
      if (number++ === 0) continue;
      if (told !== null) throw new UnreadableBundle(`${file} goes on after its end.`);
      const last = bytes.length < 100 ? end.safeParse(json(bytes)) : undefined;
      if (last?.success) {
        told = last.data.end.events;
        continue;
      }
      const one = readLine(bytes, number);
      if (one.kind !== 'event' || one.event === null)
        throw new UnreadableBundle(`Line ${number} of ${file} is no event.`);
      count++;
      yield { index: one.index, leaf: one.leaf, event: one.event };
    }
    if (told !== count) throw new UnreadableBundle(`${file} breaks off, or has not as many events as it says.`);
    return count;
  };
  return { header: read.data, events };
}

async function* lines(file: string): AsyncGenerator<Buffer, undefined> {
  try {
    for await (const some of linesOf(createReadStream(file))) yield* some;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new UnreadableBundle(`${file} cannot be read (${(error as Error).message}).`);
  }
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

/** The events of a month that lies outside, in the order of their leaves. @throws UnreadableBundle */
export async function monthEvents(file: string, month: string, origin: string): Promise<AsyncGenerator<MonthEvent>> {
  const { header, events } = await readMonth(file);
  if (header.month !== month || header.origin !== origin) {
    throw new UnreadableBundle(`${file} is the history of ${header.month} of ${header.origin}, and not of ${month}.`);
  }
  return events();
}

/** Whether a file can be read at all. */
export const isReadable = async (file: string): Promise<boolean> => {
  const stream = createReadStream(file, { end: 0 });
  const opened = await once(stream, 'open').then(
    () => true,
    () => false,
  );
  stream.destroy();
  return opened;
};
