import { createReadStream } from 'node:fs';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { DomainError, invalid } from '@duban/kernel';
import { Logger } from '@nestjs/common';

/** A scan of a large document takes its time; a scanner that says nothing for so long is away. */
const SILENT_MS = 60_000;

/** What was found of a file: nothing, or nobody has looked. */
export type ScanState = 'clean' | 'unscanned';

/** Looks into files for malware (病毒), by clamd where there is one. */
export class Scanner {
  private readonly logger = new Logger('evidence');
  private readonly clamd: NetConnectOpts | null;

  /** @param address `tcp://host:3310`, `unix:///run/clamav/clamd.ctl`; undefined where nobody looks */
  constructor(address: string | undefined) {
    this.clamd = address === undefined ? null : optionsOf(new URL(address));
  }

  get isThere(): boolean {
    return this.clamd !== null;
  }

  /**
   * Fails closed: what was not scanned by a scanner that should have is not taken.
   * @throws DomainError invalid `EVIDENCE.INFECTED` with the signature; unavailable `EVIDENCE.SCANNER_UNAVAILABLE`
   */
  async scan(path: string): Promise<ScanState> {
    if (this.clamd === null) return 'unscanned';
    let answer: string;
    try {
      answer = (await instream(this.clamd, path)).replaceAll('\0', '').trim();
    } catch (error) {
      throw this.unavailable((error as Error).message);
    }
    if (answer === 'stream: OK') return 'clean';
    const signature = /^stream: (.+) FOUND$/.exec(answer)?.[1];
    if (signature === undefined) throw this.unavailable(answer);
    throw invalid('EVIDENCE.INFECTED', `The file is infected (${signature}); nothing of it was kept.`, {
      field: 'file',
      signature,
    });
  }

  private unavailable(why: string): DomainError {
    this.logger.error(`clamd: ${why}`);
    return new DomainError(
      'unavailable',
      'EVIDENCE.SCANNER_UNAVAILABLE',
      'Files cannot be scanned for malware just now; nothing was kept. Try again.',
    );
  }
}

const optionsOf = ({ protocol, hostname, port, pathname }: URL): NetConnectOpts =>
  protocol === 'unix:'
    ? { path: decodeURIComponent(pathname) }
    : { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 3310) };

/**
 * One file by the command INSTREAM: pieces with their length before them, and an empty one at the end. What clamd says
 * before it has all of it counts at once: it reads no more.
 */
async function instream(address: NetConnectOpts, path: string): Promise<string> {
  const socket = connect(address);
  socket.setTimeout(SILENT_MS, () => socket.destroy(new Error('it does not answer')));
  try {
    const answered = answerOf(socket);
    const sent = pipeline(framed(path), socket, { end: false });
    return await Promise.race([answered, sent.then(() => answered)]);
  } finally {
    socket.destroy();
  }
}

async function answerOf(socket: Socket): Promise<string> {
  let answer = '';
  for await (const piece of socket) {
    answer += String(piece);
    if (answer.includes('\0')) break;
  }
  return answer;
}

async function* framed(path: string): AsyncGenerator<Buffer> {
  yield Buffer.from('zINSTREAM\0');
  for await (const piece of createReadStream(path)) {
    const bytes = piece as Buffer;
    yield lengthOf(bytes.length);
    yield bytes;
  }
  yield lengthOf(0);
}

const lengthOf = (length: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
};
