import type { Readable } from 'node:stream';
import { DomainError, notFound } from '@duban/kernel';

/** Where the bytes of evidence files lie. A key names one object, is written once, and says nothing of what is in it. */
export abstract class ObjectStore {
  /** For those who run the system. */
  abstract readonly place: string;

  /**
   * Keeps a file whole or not at all.
   * @throws DomainError unavailable `EVIDENCE.STORE_UNAVAILABLE`
   */
  abstract put(key: string, path: string, size: number): Promise<void>;

  /** @throws DomainError unavailable `EVIDENCE.STORE_UNAVAILABLE`; not_found `EVIDENCE.OBJECT_MISSING` */
  abstract open(key: string): Promise<Readable>;

  /** What is gone already is gone. @throws DomainError unavailable `EVIDENCE.STORE_UNAVAILABLE` */
  abstract remove(key: string): Promise<void>;

  /**
   * The keys of objects that were written before an instant, by the store's clock, half-written ones among them.
   * @throws DomainError unavailable `EVIDENCE.STORE_UNAVAILABLE`
   */
  abstract olderThan(instant: Date): AsyncIterable<string>;
}

export const storeUnavailable = (): DomainError =>
  new DomainError(
    'unavailable',
    'EVIDENCE.STORE_UNAVAILABLE',
    'The store of evidence files does not answer; nothing was changed. Try again.',
  );

export const objectMissing = (key: string): DomainError =>
  notFound('EVIDENCE.OBJECT_MISSING', 'The store has lost this file: tell those who run the system.', { fileId: key });
