import { UnreadableBundle } from './unreadable-bundle';

/** Bytes of whole lines as they lie, each with its end: the first line begins in `head`, which an earlier piece had. */
export interface WholeLines {
  head: Buffer;
  body: Buffer;
}

const LINE_END = 0x0a;
/** An event carries the state of one thing; what is longer than this is none, and must not fill the memory. */
const MOST_LINE_BYTES = 256 * 1024 * 1024;
export const NOTHING = Buffer.alloc(0);

/**
 * The whole lines of each piece; the last one may lack its end. A piece that has been given is not looked at again.
 * @throws UnreadableBundle for a line without end
 */
export async function* wholeLinesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<WholeLines> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(LINE_END) + 1;
    const tail = Buffer.from(piece.subarray(end));
    if (end > 0) {
      const head = Buffer.concat(rest);
      [rest, restBytes] = [[], 0];
      yield { head, body: piece.subarray(0, end) };
    }
    rest.push(tail);
    restBytes += tail.length;
    if (restBytes > MOST_LINE_BYTES)
      throw new UnreadableBundle('A line of the file has no end: it is no bundle of history.');
  }
  if (restBytes > 0) yield { head: Buffer.concat(rest), body: NOTHING };
}

/** Each line without its end, and where in `body` that end is. */
export function* cutLines({ head, body }: WholeLines): Generator<{ line: Buffer; end: number }> {
  let start = 0;
  for (let end = body.indexOf(LINE_END); end >= 0; end = body.indexOf(LINE_END, start)) {
    const line = body.subarray(start, end);
    yield { line: start === 0 && head.length > 0 ? Buffer.concat([head, line]) : line, end: end + 1 };
    start = end + 1;
  }
  if (start === 0 && head.length > 0) yield { line: head, end: 0 };
}

/** The lines of a bundle, without their ends; those of each piece together. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  for await (const whole of wholeLinesOf(pieces)) yield Array.from(cutLines(whole), ({ line }) => line);
}
