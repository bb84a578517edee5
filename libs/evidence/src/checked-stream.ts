import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { conflict, type DomainError } from '@duban/kernel';

/**
 * Passes on what a store gives, but for its last piece only if the whole has the checksum that is in the row: whoever
 * reads a file that was tampered with gets an answer that breaks off, and never a whole one.
 */
export class CheckedStream extends Transform {
  private readonly hash = createHash('sha256');
  private held: Buffer | null = null;

  constructor(private readonly sha256: string) {
    super();
  }

  override _transform(piece: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.hash.update(piece);
    const before = this.held;
    this.held = piece;
    done(null, before ?? undefined);
  }

  override _flush(done: TransformCallback): void {
    if (this.hash.digest('hex') === this.sha256) done(null, this.held ?? undefined);
    else done(altered());
  }
}

const altered = (): DomainError =>
  conflict(
    'EVIDENCE.OBJECT_ALTERED',
    'What the store has is not the file that was handed in: tell those who run the system.',
  );
