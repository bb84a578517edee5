import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useTestDatabase } from '@duban/testing';
import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import { S3_CREDENTIALS, S3Server } from '../../../../evidence/test/s3-server';
import { newSigningKey, recordAndSign } from '../../../test/recorded';
import { HistoryService } from '../../history.service';
import { CheckpointService, type ListedCheckpoint } from '../checkpoint.service';
import { parseNote } from '../checkpoint-note';
import { HistoryTree } from '../history-tree';
import { CheckpointHandout } from './checkpoint-handout';
import { CheckpointMail } from './checkpoint-place';

/** A mailbox that takes everything, or nothing for a while. */
class Mailbox extends CheckpointMail {
  readonly mails: [address: string, number: number][] = [];
  isFull = false;

  send(address: string, { number }: ListedCheckpoint): Promise<void> {
    if (this.isFull) return Promise.reject(new Error('552 mailbox full'));
    this.mails.push([address, number]);
    return Promise.resolve();
  }
}

describe('a checkpoint that is handed outside', () => {
  const database = useTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'duban-checkpoints-'));
  const store = new S3Server();
  const said: string[] = [];
  const { pem } = newSigningKey();
  const checkpoints = () =>
    new CheckpointService(
      database.transactor,
      new HistoryService(),
      new HistoryTree(database.transactor, { DUBAN_HISTORY_HASH: 'sha256' }),
      {
        DUBAN_SIGNING_KEY: pem,
      },
    );
  const handout = (places: string[], mail: CheckpointMail = new Mailbox()): CheckpointHandout =>
    new CheckpointHandout(database.transactor, checkpoints(), mail, {
      DUBAN_CHECKPOINTS_TO: places,
      ...S3_CREDENTIALS,
    });
  const sign = (): Promise<ListedCheckpoint> => recordAndSign(database.transactor, checkpoints(), 3);
  const newest = async (): Promise<ListedCheckpoint> =>
    (await database.transactor.run((tx) => checkpoints().newest(tx, { before: null, limit: 1 })))[0]!;

  beforeAll(async () => {
    jest.spyOn(Logger.prototype, 'log').mockImplementation();
    jest.spyOn(Logger.prototype, 'error').mockImplementation((line: unknown) => void said.push(String(line)));
    await store.start();
  });
  afterAll(async () => {
    await store.dispose();
    rmSync(folder, { recursive: true, force: true });
    jest.restoreAllMocks();
  });
  beforeEach(() => said.splice(0));

  it('lies in a folder and in a bucket, word by word, and the list says so', async () => {
    const bucket = store.address.replace('s3://evidence/duban', 's3://evidence/held');
    const { number, note } = await sign();
    const places = [`file://${folder}`, `${bucket}&lockDays=3650`];
    await handout(places).run();
    const [file] = readdirSync(folder);
    expect(readFileSync(join(folder, file!), 'utf8')).toBe(note);
    expect(parseNote(note)).not.toBeNull();
    expect(statSync(join(folder, file!)).mode & 0o222).toBe(0);
    const { handedOut } = await newest();
    expect(handedOut.map(({ place }) => place).toSorted()).toEqual([`file://${folder}`, 's3://evidence/held/']);
    // What came to the bucket is what another run finds there.
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    await owner.query(`set session_replication_role = replica; delete from history_handout`);
    await owner.end();
    await Promise.all([handout(places).run(), handout(places).run()]);
    expect(said).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(1);
    expect((await newest()).number).toBe(number);
    expect((await newest()).handedOut).toHaveLength(2);
  });

  it('is not written over by another one of its number: what lies outside counts', async () => {
    const { note } = await sign();
    const file = readdirSync(folder)[0]!.replace(/\d{8}/, '00000002');
    writeFileSync(join(folder, file), 'of another history', { mode: 0o444 });
    await handout([`file://${folder}`]).run();
    expect(said).toEqual([expect.stringContaining('history was rewritten, or an older state restored')]);
    expect(readFileSync(join(folder, file), 'utf8')).toBe('of another history');
    expect((await newest()).handedOut).toEqual([]);
    chmodSync(join(folder, file), 0o644);
    writeFileSync(join(folder, file), note);
    await handout([`file://${folder}`]).run();
    expect((await newest()).handedOut).toHaveLength(1);
  });

  it('is mailed once a day, and later where the mailbox was full, while the other places have it', async () => {
    const mailbox = new Mailbox();
    mailbox.isFull = true;
    const { number } = await sign();
    const places = ['mailto:audit@city.example', `file://${folder}`];
    await handout(places, mailbox).run();
    expect(said).toContainEqual(expect.stringContaining('552 mailbox full'));
    expect((await newest()).handedOut).toHaveLength(1);
    mailbox.isFull = false;
    const running = handout(places, mailbox);
    for (let i = 0; i < 3; i++) await running.run();
    await sign();
    await running.run();
    expect(mailbox.mails).toEqual([['audit@city.example', number]]);
    // The folder has each of them.
    expect((await newest()).handedOut).toHaveLength(1);
  });

  it('is not asked for again at once by a place that did not take it', async () => {
    const running = handout([`file://${folder}/${readdirSync(folder)[0]}`]);
    await sign();
    await running.run();
    await running.run();
    expect(said).toHaveLength(1);
  });
});
