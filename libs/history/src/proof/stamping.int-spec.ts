import { useTestDatabase } from '@duban/testing';
import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import { newSigningKey, recordAndSign } from '../../test/recorded';
import { secondVerdict } from '../../test/second-verifier';
import { hasOpenssl, TimestampAuthority } from '../../test/timestamp-authority';
import { systemActor } from '../actor';
import { HistoryService } from '../history.service';
import { verifyBundle } from './bundle-verifier';
import { CheckpointService } from './checkpoint.service';
import { CheckpointHandout } from './handing-out/checkpoint-handout';
import { CheckpointMail } from './handing-out/checkpoint-place';
import { HistoryBundle } from './history-bundle';
import { HistoryTree } from './history-tree';
import { certificatesIn } from './timestamp';

const AT = new Date('2026-03-02T01:00:00Z');

(hasOpenssl ? describe : describe.skip)('Checkpoints that an authority stamps', () => {
  const database = useTestDatabase();
  const [authority, other] = hasOpenssl
    ? ['Spec Authority', 'Other Authority'].map((name) => new TimestampAuthority(name))
    : [];
  const { pem } = newSigningKey();
  const said: string[] = [];
  let bundle: string[] = [];

  const checkpoints = (): CheckpointService =>
    new CheckpointService(
      database.transactor,
      new HistoryService(),
      new HistoryTree(database.transactor, { DUBAN_HISTORY_HASH: 'sha256' }),
      {
        DUBAN_SIGNING_KEY: pem,
      },
    );
  const handout = (ca?: string, url = authority!.url): CheckpointHandout =>
    new CheckpointHandout(database.transactor, checkpoints(), {} as CheckpointMail, {
      DUBAN_CHECKPOINTS_TO: [`rfc3161:${url}`],
      DUBAN_TIMESTAMP_CA: ca,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    });
  const sign = () => recordAndSign(database.transactor, checkpoints(), 3);
  const exported = async (): Promise<string[]> => {
    const tree = new HistoryTree(database.transactor, { DUBAN_HISTORY_HASH: 'sha256' });
    const { bytes } = await new HistoryBundle(database.transactor, new HistoryService(), tree, checkpoints()).export(
      systemActor('spec'),
      AT,
    );
    const pieces: Buffer[] = [];
    for await (const piece of bytes) pieces.push(piece);
    return Buffer.concat(pieces).toString().trimEnd().split('\n');
  };
  /** What both verifiers say, which must be the same. */
  const verdict = async (lines: string[], authorities: string[] = []): Promise<string> => {
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    const ours = await verifyBundle(
      (async function* () {
        yield bytes;
      })(),
      { authorities: authorities.flatMap(certificatesIn) },
    );
    const code = 'fault' in ours ? ours.fault.code : 'sound';
    const theirs = secondVerdict(bytes, { authorities });
    if (theirs) expect(theirs.exit === 0 ? 'sound' : (theirs.code ?? theirs.words)).toBe(code);
    return code;
  };
  const stampsOf = (lines: string[]): number[] =>
    lines.flatMap((line, at) => (line.startsWith('{"stamp"') ? [at] : []));

  beforeAll(async () => {
    jest.spyOn(Logger.prototype, 'log').mockImplementation();
    jest.spyOn(Logger.prototype, 'error').mockImplementation((line: unknown) => void said.push(String(line)));
    await authority!.start();
    await other!.start();
    await sign();
    await handout(authority!.rootPem).run();
    await sign();
    await handout(other!.rootPem, other!.url).run();
    bundle = await exported();
  });
  beforeEach(() => {
    said.splice(0);
    authority!.answer = null;
  });
  afterAll(async () => {
    await authority!.stop();
    await other!.stop();
    jest.restoreAllMocks();
  });

  it('has the stamps in the bundle, each after its checkpoint, and both verifiers find them sound', async () => {
    expect(stampsOf(bundle)).toHaveLength(2);
    expect(await verdict(bundle)).toBe('sound');
    expect(await verdict(bundle, [authority!.rootPem, other!.rootPem])).toBe('sound');
    const verified = await verifyBundle(
      (async function* () {
        yield Buffer.from(`${bundle.join('\n')}\n`);
      })(),
    );
    expect(verified).toMatchObject({ sound: { stamped: { number: 2, by: 'Other Authority' } } });
    // The authority learns a hash, and nothing of what is in history.
    expect(authority!.asked[0]!.length).toBeLessThan(100);
  });

  it.each([
    ['history_stamp', 'authority'],
    ['history_handout', 'place'],
    ['history_checkpoint', 'note'],
  ])('keeps %s from its owner, too: none is changed or taken out', async (table, column) => {
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    for (const statement of [`delete from ${table}`, `update ${table} set ${column} = ${column}`])
      await expect(owner.query(statement)).rejects.toMatchObject({ code: '42501' });
    await owner.end();
  });

  it('does not believe an authority that the auditor does not trust', async () => {
    expect(await verdict(bundle, [authority!.rootPem])).toBe('authority_unknown');
  });

  it('misses stamps that were taken out where the auditor knows that there were some', async () => {
    const without = bundle
      .filter((line) => !line.startsWith('{"stamp"'))
      .map((line) => line.replace('"stamps":2', '"stamps":0'));
    expect(await verdict(without)).toBe('sound');
    expect(await verdict(without, [authority!.rootPem])).toBe('not_stamped');
  });

  it.each<[string, (lines: string[], first: number, second: number) => string[]]>([
    ['of another checkpoint', (lines, first, second) => lines.with(first, lines[second]!).with(second, lines[first]!)],
    ['that is none', (lines, first) => lines.with(first, '{"stamp":"AAAA"}')],
    [
      'whose signature was changed',
      (lines, first) => {
        const token = Buffer.from((JSON.parse(lines[first]!) as { stamp: string }).stamp, 'base64');
        token[token.length - 1]! ^= 1;
        return lines.with(first, `{"stamp":"${token.toString('base64')}"}`);
      },
    ],
  ])('finds a stamp %s', async (_what, edit) => {
    const [first, second] = stampsOf(bundle) as [number, number];
    expect(await verdict(edit(bundle, first, second))).toBe('stamp_wrong');
  });

  it('reads a bundle of before there were stamps', async () => {
    const old = bundle
      .filter((line) => !line.startsWith('{"stamp"'))
      .map((line) => line.replace('"format":2', '"format":1').replace(',"stamps":2', ''));
    expect(await verdict(old)).toBe('sound');
  });

  it.each<[string, TimestampAuthority['answer'], string]>([
    ['refuses', (_request, response) => void response.end(Buffer.from('30053003020102', 'hex')), 'status 2'],
    ['is broken', (_request, response) => void response.writeHead(503).end('later'), 'answered 503'],
    ['answers with something else', (_request, response) => void response.end('<html>'), 'it is no time-stamp'],
    ['does not stop', (_request, response) => void response.end(Buffer.alloc(1_000_000)), 'does not stop answering'],
    [
      'answers what was asked before',
      (_request, response) => void response.end(authority!.reply(authority!.asked[0]!)),
      'answered another question',
    ],
    [
      'sends elsewhere',
      (_request, response) => void response.writeHead(302, { location: other!.url }).end(),
      'fetch failed',
    ],
    [
      'is not the one that is trusted',
      (_request, response) => void response.end('replaced below'),
      'none of the authorities that are trusted',
    ],
  ])('keeps nothing of an authority that %s, and says why', async (what, answer, words) => {
    const isOther = what === 'is not the one that is trusted';
    authority!.answer = isOther ? null : answer;
    // As if it had not been asked within the hour.
    const url = `${authority!.url}/${encodeURIComponent(what)}`;
    await handout(isOther ? other!.rootPem : authority!.rootPem, url).run();
    expect(said).toEqual([expect.stringContaining(words)]);
    const [{ count }] = (await database.source.query(`select count(*)::int as count from history_stamp`)) as [
      { count: number },
    ];
    expect(count).toBe(2);
  });
});
