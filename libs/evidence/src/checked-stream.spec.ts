import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { CheckedStream } from './checked-stream';

describe('CheckedStream', () => {
  const pieces = [randomBytes(1000), randomBytes(1), randomBytes(3000)];
  const sha256 = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');
  const through = async (given: Buffer[]): Promise<{ got: Buffer; code: string | null }> => {
    const got: Buffer[] = [];
    try {
      for await (const piece of Readable.from(given).pipe(new CheckedStream(sha256))) got.push(piece as Buffer);
    } catch (error) {
      return { got: Buffer.concat(got), code: (error as { code: string }).code };
    }
    return { got: Buffer.concat(got), code: null };
  };

  it('passes on what is as it was', async () => {
    expect(await through(pieces)).toEqual({ got: Buffer.concat(pieces), code: null });
  });

  it.each([
    ['cut off', pieces.slice(0, 2)],
    ['altered', [...pieces.slice(0, 2), randomBytes(3000)]],
    ['longer', [...pieces, Buffer.from('x')]],
    ['empty', []],
  ])('never passes on the last of what is %s', async (_, given) => {
    const { got, code } = await through(given);
    expect(code).toBe('EVIDENCE.OBJECT_ALTERED');
    const before = Buffer.concat(given.slice(0, -1));
    // What was on its way when the fault showed may be lost, too.
    expect(before.subarray(0, got.length).equals(got)).toBe(true);
  });
});
