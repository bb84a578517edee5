import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DomainError, newId } from '@duban/kernel';
import { CONFIG, type Config } from '@duban/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { tellKind } from './content/tell-kind';
import { Scanner, type ScanState } from './scanner';
import { ObjectStore } from './store/object-store';

/** A file that was looked at and lies in the store, of which no row knows yet. */
export interface StoredFile {
  id: string;
  name: string;
  mediaType: string;
  size: number;
  sha256: string;
  state: ScanState;
}

/** Takes the bytes of evidence in, before anything is written of them. */
@Injectable()
export class EvidenceIntake {
  private readonly logger = new Logger('evidence');
  readonly mostBytes: number;

  constructor(
    private readonly store: ObjectStore,
    private readonly scanner: Scanner,
    @Inject(CONFIG) config: Pick<Config, 'DUBAN_EVIDENCE_MB'>,
  ) {
    this.mostBytes = config.DUBAN_EVIDENCE_MB * 1024 * 1024;
  }

  /**
   * Reads a file to a temporary one, so that it is never whole in memory, tells what it is, has it scanned, and only then
   * gives it to the store.
   * @param isCut asked when the stream has ended: whether it was longer than {@link mostBytes}
   * @throws DomainError invalid `EVIDENCE.TOO_LARGE`, and as `tellKind` and `Scanner.scan`; unavailable
   *   `EVIDENCE.STORE_UNAVAILABLE`
   */
  async receive(given: string, stream: Readable, isCut: () => boolean): Promise<StoredFile> {
    const folder = await mkdtemp(join(tmpdir(), 'duban-evidence-'));
    const path = join(folder, 'file');
    try {
      const { size, sha256 } = await this.spool(stream, path);
      if (isCut() || size > this.mostBytes) throw this.tooLarge();
      const told = await tellKind(path, size, given);
      const state = await this.scanner.scan(path);
      const id = newId();
      await this.store.put(id, path, size);
      return { id, ...told, size, sha256, state };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Takes an object out again that no row came to know of. Where the store is away, the sweep does it later. */
  async drop(id: string): Promise<void> {
    await this.store.remove(id).catch((error: Error) => this.logger.warn(`object ${id} was left: ${error.message}`));
  }

  /** @throws DomainError invalid `EVIDENCE.TOO_LARGE` where a request says beforehand that it is too long */
  assertFits(requestBytes: number): void {
    if (requestBytes > this.mostBytes + FORM_BYTES) throw this.tooLarge();
  }

  private async spool(stream: Readable, path: string): Promise<{ size: number; sha256: string }> {
    const hash = createHash('sha256');
    let size = 0;
    const counting = new Transform({
      transform(piece: Buffer, _, done) {
        size += piece.length;
        hash.update(piece);
        done(null, piece);
      },
    });
    await pipeline(stream, counting, createWriteStream(path, { mode: 0o600 }));
    return { size, sha256: hash.digest('hex') };
  }

  private tooLarge(): DomainError {
    const megabytes = this.mostBytes / 1024 / 1024;
    return new DomainError('invalid', 'EVIDENCE.TOO_LARGE', `The file is larger than ${megabytes} MiB.`, {
      field: 'file',
      limitBytes: this.mostBytes,
    });
  }
}

/** What a form has around its file. */
const FORM_BYTES = 64 * 1024;
