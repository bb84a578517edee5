import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ZipFile } from 'yazl';
import { Measured } from './measured';
import { NO_PIECE, type Piece, PLACES } from './package-layout';

/** What is known of a piece before its bytes went by. */
export type Named = Omit<Piece, 'path' | 'size' | 'sha256'>;

/** A zip that is written piece by piece, one at a time, each counted and hashed while it goes by. */
export class Writing {
  events = 0;
  private readonly written: Piece[] = [];
  private readonly done: Promise<void>;
  /** Of the zip as a whole. */
  private readonly whole = new Measured();

  constructor(
    private readonly zip: ZipFile,
    sink: NodeJS.WritableStream,
    private readonly mtime: Date,
    private readonly onPiece: (written: number) => void,
  ) {
    this.done = pipeline(zip.outputStream, this.whole, sink);
    // Whoever adds hears of it there.
    this.done.catch(() => undefined);
    zip.on('error', () => undefined);
  }

  async add(
    path: string,
    content: Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
    named: Named,
  ): Promise<void> {
    const counting = new Measured();
    // Never compressed where it is so already; where it is not, it packs well.
    const compress = named.kind !== '佐证材料' || named.mediaType.startsWith('text/');
    this.zip.addReadStream(counting, path, { mtime: this.mtime, mode: 0o100_644, compress });
    await Promise.race([pipeline(Readable.from(content, { objectMode: false }), counting), this.failed()]);
    this.written.push({ ...named, path, size: counting.size, sha256: counting.digest() });
    this.onPiece(this.written.length);
  }

  /** @returns the checksum of the list */
  async addChecksums(): Promise<string> {
    const list = this.written.map(({ path, sha256 }) => `${sha256}  ${path}\n`);
    await this.add(PLACES.checksums, list, { ...this.written[0]!, title: '校验值', kind: '存证', id: null });
    return this.written.at(-1)!.sha256;
  }

  pieces(): Piece[] {
    return this.written.filter(({ path }) => !NO_PIECE.has(path));
  }

  count(): { pieces: number; bytes: number } {
    const pieces = this.pieces();
    return { pieces: pieces.length, bytes: pieces.reduce((sum, { size }) => sum + size, 0) };
  }

  /** @returns what the zip is as a file */
  async end(): Promise<{ size: number; sha256: string }> {
    this.zip.end();
    await this.done;
    return { size: this.whole.size, sha256: this.whole.digest() };
  }

  abandon(error: Error): void {
    (this.zip.outputStream as Readable).destroy(error);
  }

  /** Where nobody takes the bytes any more, nothing waits for them. */
  private async failed(): Promise<never> {
    await this.done;
    throw new Error('the package was ended before all was in it');
  }
}
