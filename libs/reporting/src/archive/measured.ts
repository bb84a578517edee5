import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/** Passes bytes on, and knows afterwards how many they were and their SHA-256. */
export class Measured extends Transform {
  size = 0;
  private readonly hash = createHash('sha256');

  /** In hexadecimal; once, at the end. */
  digest(): string {
    return this.hash.digest('hex');
  }

  override _transform(piece: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.size += piece.length;
    this.hash.update(piece);
    done(null, piece);
  }
}
