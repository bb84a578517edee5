import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { DomainError } from '@duban/kernel';
import { type Config, CONFIG } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what the database must hold and must not know, with AES-256-GCM by a key made from `DUBAN_SECRET`: who reads
 * the database, or a copy of it, has no second factor.
 */
@Injectable()
export class SecretBox {
  private readonly key: Buffer | null;

  constructor(@Inject(CONFIG) { DUBAN_SECRET }: Pick<Config, 'DUBAN_SECRET'>) {
    this.key =
      DUBAN_SECRET === undefined ? null : Buffer.from(hkdfSync('sha256', DUBAN_SECRET, '', 'duban secret box', 32));
  }

  /**
   * @param context whose it is: a secret that is moved to another row does not open there
   * @throws DomainError unavailable `SECOND_FACTOR.NO_KEY`
   */
  seal(secret: Buffer, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keyOrFail(), nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws DomainError unavailable `SECOND_FACTOR.NO_KEY`, also where another key sealed it */
  open(sealed: Buffer, context: string): Buffer {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.keyOrFail(), nonce)
      .setAAD(Buffer.from(context))
      .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch {
      throw noKey();
    }
  }

  private keyOrFail(): Buffer {
    if (this.key === null) throw noKey();
    return this.key;
  }
}

const noKey = (): DomainError =>
  new DomainError(
    'unavailable',
    'SECOND_FACTOR.NO_KEY',
    'The installation has no key for second factors, or another one than before. Whoever runs it sets DUBAN_SECRET.',
  );
