import { Transactor } from '@duban/database';
import type { Certificate } from 'pkijs';
import { parseNote } from '../checkpoint-note';
import type { ListedCheckpoint } from '../checkpoint.service';
import { stampRequest, tokenIn, verifyStamp } from '../timestamp';
import type { CheckpointPlace } from './checkpoint-place';

const HOUR_MS = 3_600_000;
const ANSWER_MS = 20_000;
/** A token with its certificates has a few thousand. */
const MOST_ANSWER_BYTES = 256 * 1024;

/**
 * A time-stamping authority (可信时间戳, RFC 3161), at most once an hour: it gets the hash alone, and what it answers is
 * kept and goes into every bundle.
 */
export class TimestampPlace implements CheckpointPlace {
  readonly everyMs = HOUR_MS;

  /** @param roots whom an answer must come from; without any, whoever answers is believed */
  constructor(
    private readonly url: string,
    private readonly roots: readonly Certificate[],
    private readonly transactor: Transactor,
  ) {}

  get name(): string {
    const { protocol, host, pathname } = new URL(this.url);
    return `rfc3161:${protocol}//${host}${pathname}`;
  }

  async hand({ number, note }: ListedCheckpoint): Promise<void> {
    const text = parseNote(note)!.text;
    const { bytes, nonce } = stampRequest(text);
    const token = tokenIn(await this.ask(bytes), nonce);
    const { at } = await verifyStamp(token, text, this.roots);
    await this.transactor.run((tx) =>
      tx.query(
        `insert into history_stamp (checkpoint, authority, token, stamped_at) values ($1, $2, $3, $4)
         on conflict do nothing`,
        [number, this.name, token, at],
      ),
    );
  }

  private async ask(body: Buffer): Promise<Buffer> {
    const { username, password } = new URL(this.url);
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const url = new URL(this.url);
    url.username = url.password = '';
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/timestamp-query',
        accept: 'application/timestamp-reply',
        ...(username ? { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } : {}),
      },
      body: new Uint8Array(body),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of answer.body ?? []) {
      size += piece.length;
      if (size > MOST_ANSWER_BYTES) throw new Error('the authority does not stop answering');
      pieces.push(piece);
    }
    if (!answer.ok) throw new Error(`the authority answered ${answer.status}`);
    return Buffer.concat(pieces);
  }
}
