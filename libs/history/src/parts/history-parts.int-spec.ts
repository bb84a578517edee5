import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, ownerDataSource, postgresCode } from '@duban/database';
import { newId, SteppedClock } from '@duban/kernel';
import { useTestDatabase } from '@duban/testing';
import type { DataSource } from 'typeorm';
import { newSigningKey } from '../../test/recorded';
import { secondVerdict } from '../../test/second-verifier';
import { systemActor } from '../actor';
import { HistoryService } from '../history.service';
import { UnreadableBundle } from '../proof/unreadable-bundle';
import { verifyBundle } from '../proof/bundle-verifier';
import { CheckpointService } from '../proof/checkpoint.service';
import { HistoryBundle } from '../proof/history-bundle';
import { HistoryTree } from '../proof/history-tree';
import { HistoryParts } from './history-parts';

const CLOCK = new SteppedClock(new Date('2026-03-02T01:00:00Z'));
const OFFICE = { personId: newId(), post: 'office', unitId: null };
const [CLOSED, OPEN] = [newId(), newId()];
const ACTOR = systemActor('spec');

describe('The parts of history', () => {
  const database = useTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'duban-parts-'));
  const key = newSigningKey();
  const history = new HistoryService();
  let owner: DataSource;

  const tree = (): HistoryTree => new HistoryTree(database.transactor, { DUBAN_HISTORY_HASH: 'sha256' });
  const checkpoints = (): CheckpointService =>
    new CheckpointService(database.transactor, history, tree(), { DUBAN_SIGNING_KEY: key.pem });
  const parts = (): HistoryParts =>
    new HistoryParts(database.transactor, history, tree(), checkpoints(), { DATABASE_URL: database.url });

  /** Events of a task that were recorded in a month, `count` of them, of every shape that a state can have. */
  async function recorded(month: string, count: number, planId: string | null = CLOSED): Promise<void> {
    await database.source.query(
      `insert into history_entry (id, plan_id, task_id, entity, entity_id, type, actor_name, actor_post, request_id, reason,
         before, after, occurred_at, recorded_at)
       select gen_random_uuid(), $3::uuid, gen_random_uuid(), 'task', gen_random_uuid(), 'task.edited', '甲', 'office', 'x',
         case when n % 2 = 0 then '原因“' || n || E'”\\n\\\\' end,
         case n % 4 when 1 then null when 2 then jsonb_build_object('content', '旧') else '{"parentId": null}' end,
         case n % 5 when 1 then null when 2 then '{"share": 1.00000000000000000001}'::jsonb when 3 then '{}'::jsonb
           else jsonb_build_object('state', 'assigned', 'position', n, 'dueOn', '2024-12-20', 'content', '办好第' || n || '件',
             'share', n / 7.0::float8, 'path', '["一、"]'::jsonb) end,
         ($1 || '-05T00:00:00Z')::timestamptz + n * interval '1 minute', ($1 || '-05T00:00:00Z')::timestamptz + n * interval '1 minute'
       from generate_series(1, $2) n order by n`,
      [month, count, planId],
    );
  }

  async function bundleOf(files: string[] = []): Promise<Buffer> {
    const bundle = new HistoryBundle(database.transactor, history, tree(), checkpoints());
    const pieces: Buffer[] = [];
    for await (const piece of (await bundle.export(ACTOR, CLOCK.now(), files)).bytes) pieces.push(piece);
    return Buffer.concat(pieces);
  }
  /** By both verifiers, which must say the same. */
  async function verdictOf(bundle: Buffer): Promise<string> {
    const pieces = async function* (): AsyncGenerator<Buffer> {
      yield bundle;
    };
    const ours = await verifyBundle(pieces());
    const code = 'fault' in ours ? ours.fault.code : 'sound';
    const second = secondVerdict(bundle);
    if (second) expect(second.exit === 0 ? 'sound' : second.code).toBe(code);
    return code;
  }
  const eventsIn = (bundle: Buffer): string[] =>
    bundle
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('{"index":'));
  const stateOf = async (month: string) => (await parts().list()).find((part) => part.month === month);
  const wordsIn = (month: string) =>
    database.transactor.run((tx) =>
      tx.query(`select seq::text, reason, before::text, after::text from history_event where month = $1 order by seq`, [
        `${month}-01`,
      ]),
    );
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: Error & { code?: string }) => postgresCode(error) ?? error.code ?? error.message,
    );

  beforeAll(async () => {
    owner = await ownerDataSource(database.url).initialize();
    await owner.transaction(async (tx) => {
      await tx.query(`set local session_replication_role = replica`);
      for (const [id, state] of [
        [CLOSED, 'closed'],
        [OPEN, 'issued'],
      ]) {
        await tx.query(
          `insert into plan (id, jurisdiction_id, title, year, state, issued_on, policy_id, policy_version, file_name,
             source_text, left_out, warnings, version, created_at)
           values ($1, gen_random_uuid(), '方案', 2024, $2, '2024-01-08', 'annual-report', 1, 'f', '', '[]', '[]', 1, now())`,
          [id, state],
        );
      }
      for (const month of ['2024-01', '2024-02', '2024-03', '2024-04', '2024-06']) {
        await tx.query(`select history_part_make($1)`, [`${month}-01`]);
      }
    });
    await recorded('2024-01', 20);
    await recorded('2024-02', 30);
    await recorded('2024-03', 10, OPEN);
    await recorded('2024-04', 10);
    await recorded('2024-05', 5);
    await recorded('2024-06', 7);
  });
  afterAll(async () => {
    await owner.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are there before the months are, however often they are looked for, and a month without one lies in the rest', async () => {
    const there = async (): Promise<string[]> =>
      (await parts().list()).filter(({ state }) => state === 'here').map(({ month }) => month);
    const [{ month }]: [{ month: string }] = await database.source.query(
      `select to_char(now() at time zone 'UTC' + interval '12 months', 'YYYY-MM') as month`,
    );
    await Promise.all([parts().keepAhead(), parts().keepAhead()]);
    expect(await there()).toContain(month);
    const before = await there();
    await parts().keepAhead();
    expect(await there()).toEqual(before);
    expect(await stateOf('2024-05')).toMatchObject({ events: 5, state: 'rest', bytes: null });
    expect(await wordsIn('2024-05')).toHaveLength(5);
    // A part for what the rest has already would leave it unseen.
    expect(await owner.query(`select history_part_make('2024-05-01') as made`)).toEqual([{ made: false }]);
  });

  it.each(['history_words', 'history_words_2024_01', 'history_words_rest', 'history_part'])(
    '%s refuses to be rewritten, by the owner as well',
    async (table) => {
      await database.source.query(
        `insert into history_part (month, version, id, is_outside) values ('1999-01-01', 1, gen_random_uuid(), false) on conflict do nothing`,
      );
      for (const statement of [`update ${table} set month = month`, `delete from ${table}`, `truncate ${table}`]) {
        expect([statement, await codeOf(owner.query(statement))]).toEqual([statement, '42501']);
      }
    },
  );

  it('show what an event says to nobody who does not see the event, and take words from nobody but by it', async () => {
    const [{ id, seq }]: [{ id: string; seq: string }] = await database.source.query(
      `select id, seq::text from history_entry where after is null and state = 'assigned' limit 1`,
    );
    const read = (which: string): Promise<{ found: unknown }[]> =>
      database.transactor.as(OFFICE, (tx) =>
        tx.query(`select history_after('2024-01-01', $1, $2) is not null as found`, [seq, which]),
      );
    expect(await read(id)).toEqual([{ found: true }]);
    expect(await read(newId())).toEqual([{ found: false }]);
    for (const statement of [
      'select from history_words',
      'select from history_words_2024_01',
      `insert into history_words (month, seq, id) values ('2024-01-01', -1, gen_random_uuid())`,
      `insert into history_words_rest (month, seq, id) values ('2024-01-01', -1, gen_random_uuid())`,
      `select history_words_among('{2024-01-01}', '{1}')`,
      `select history_part_make('1990-01-01')`,
    ]) {
      const refused = await codeOf(database.transactor.as(OFFICE, (tx) => tx.query(statement)));
      expect([statement, refused]).toEqual([statement, '42501']);
    }
  });

  it('are filled by a migration with what was in one table, so that no id, no hash and no leaf is another', async () => {
    await tree().grow();
    const before = await bundleOf();
    for (;;) {
      await owner.undoLastMigration();
      const [{ there }]: [{ there: boolean }] = await owner.query(
        `select to_regclass('history_words') is not null as there`,
      );
      if (!there) break;
    }
    await migrate(database.url);
    const after = await bundleOf();
    expect(eventsIn(after).slice(0, -1)).toEqual(eventsIn(before));
    expect(await verdictOf(after)).toBe('sound');
    // Each month that there was has its own part now.
    expect(await stateOf('2024-05')).toMatchObject({ events: 5, state: 'here' });
  });

  it('show what was changed, taken out or swapped in a part, to who verifies, and before it is detached', async () => {
    const runner = owner.createQueryRunner();
    await runner.query(`set session_replication_role = replica`);
    const faults: [what: string, tamper: string][] = [
      ['changed', `update history_words_2024_04 set after = '{"content": "改过"}' where after ? 'content'`],
      ['taken out', `delete from history_words_2024_04 where after ? 'content'`],
      [
        'swapped',
        `update history_words_2024_04 one set before = other.before, after = other.after from history_words_2024_04 other
         where (select count(*) from history_words_2024_04 l where l.seq < one.seq) = 9 - (select count(*) from history_words_2024_04 l where l.seq < other.seq)`,
      ],
      ['another event’s number', `update history_words_2024_04 set seq = -seq where after ? 'content'`],
    ];
    try {
      for (const [what, tamper] of faults) {
        await runner.query(`create temp table kept as select * from history_words_2024_04`);
        await runner.query(tamper);
        expect([what, await verdictOf(await bundleOf())]).toEqual([what, 'event_changed']);
        expect([what, await codeOf(parts().detach(ACTOR, CLOCK, '2024-04', folder))]).toEqual([
          what,
          'HISTORY.FILE_DIFFERS',
        ]);
        await runner.query(`delete from history_words_2024_04`);
        await runner.query(`insert into history_words_2024_04 select * from kept`);
        await runner.query(`drop table kept`);
      }
    } finally {
      await runner.query(`set session_replication_role = origin`);
      await runner.release();
    }
    expect(await stateOf('2024-04')).toMatchObject({ state: 'here', events: 10 });
    expect(readdirSync(folder)).toEqual([]);
    expect(await verdictOf(await bundleOf())).toBe('sound');
  });

  it('are moved to another tablespace, with all that belongs to them', async () => {
    // In the server's own folder, since others would have to be its user's.
    const superuser = owner.createQueryRunner();
    await superuser.query(`set allow_in_place_tablespaces = on`);
    await superuser.query(`create tablespace duban_cheap location ''`);
    try {
      await parts().move(ACTOR, CLOCK.now(), '2024-01', 'duban_cheap');
      expect(await stateOf('2024-01')).toMatchObject({ tablespace: 'duban_cheap', state: 'here', events: 20 });
      const elsewhere = await owner.query(
        `select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
         left join pg_tablespace t on t.oid = c.reltablespace
         where i.indrelid = 'history_words_2024_01'::regclass and t.spcname is distinct from 'duban_cheap'`,
      );
      expect(elsewhere).toEqual([]);
      expect(await codeOf(parts().move(ACTOR, CLOCK.now(), '2024-01', 'nowhere'))).toBe('HISTORY.TABLESPACE_UNKNOWN');
      expect(await verdictOf(await bundleOf())).toBe('sound');
      await parts().move(ACTOR, CLOCK.now(), '2024-01', 'pg_default');
    } finally {
      await superuser.query(`drop tablespace duban_cheap`);
      await superuser.release();
    }
  });

  it('stay where they are while something of them is on hold, and in the database while it goes on', async () => {
    const hold = (version: number, isHeld: boolean) =>
      owner.transaction(async (tx) => {
        await tx.query(`set local session_replication_role = replica`);
        await tx.query(
          `insert into disposal_hold (plan_id, version, is_held, reason, person_id, set_at) values ($1, $2, $3, '巡视', gen_random_uuid(), now())`,
          [CLOSED, version, isHeld],
        );
      });
    await hold(1, true);
    expect(await codeOf(parts().detach(ACTOR, CLOCK, '2024-02', folder))).toBe('HISTORY.MONTH_ON_HOLD');
    expect(await codeOf(parts().move(ACTOR, CLOCK.now(), '2024-02', 'pg_default'))).toBe('HISTORY.MONTH_ON_HOLD');
    await hold(2, false);
    expect(await codeOf(parts().detach(ACTOR, CLOCK, '2024-03', folder))).toBe('HISTORY.MONTH_IN_USE');
    const now = new Date().toISOString().slice(0, 7);
    expect(await codeOf(parts().detach(ACTOR, CLOCK, now, folder))).toBe('HISTORY.MONTH_IN_USE');
    expect(await codeOf(parts().detach(ACTOR, CLOCK, '1990-01', folder))).toBe('HISTORY.MONTH_UNKNOWN');
    expect(await codeOf(parts().detach(ACTOR, CLOCK, '2024-13', folder))).toBe('HISTORY.MONTH_UNKNOWN');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('prove as much when they lie outside, are never taken for what there was not, and come back to the byte', async () => {
    const [words, before] = [await wordsIn('2024-02'), await bundleOf()];
    const { file, events } = await parts().detach(ACTOR, CLOCK, '2024-02', folder);
    expect(events).toBe(30);
    expect(await owner.query(`select to_regclass('history_words_2024_02') as part`)).toEqual([{ part: null }]);
    expect(await stateOf('2024-02')).toEqual({
      month: '2024-02',
      events: 30,
      bytes: null,
      tablespace: null,
      state: 'outside',
      file,
    });

    // What is asked of it is refused by name; what is only found by its keys is found.
    await expect(wordsIn('2024-02')).rejects.toMatchObject({
      kind: 'conflict',
      code: 'HISTORY.MONTH_OUTSIDE',
      details: { month: '2024-02', file },
    });
    const [some]: { entityId: string; at: Date }[] = await database.source.query(
      `select entity_id as "entityId", occurred_at as at from history_entry where month = '2024-02-01' and has_state limit 1`,
    );
    const told = { from: new Date(0), to: new Date(), most: 5 };
    expect(await codeOf(database.transactor.run((tx) => history.between(tx, [some!.entityId], told)))).toBe(
      'HISTORY.MONTH_OUTSIDE',
    );
    expect(await database.transactor.run((tx) => history.lastOf(tx, some!.entityId))).toMatchObject({ by: '甲' });
    const searched = (from: string | null): Promise<string> =>
      codeOf(database.transactor.run((tx) => history.assertWordsWithin(tx, from, null)));
    expect([
      await searched(null),
      await searched('2024-02-28T00:00:00Z'),
      await searched('2024-03-01T00:00:00Z'),
    ]).toEqual(['HISTORY.MONTH_OUTSIDE', 'HISTORY.MONTH_OUTSIDE', 'done']);
    // Not even a part of the same month is made anew beside it.
    expect(await owner.query(`select history_part_make('2024-02-01') as made`)).toEqual([{ made: false }]);

    const whole = await bundleOf();
    expect(eventsIn(whole).slice(0, eventsIn(before).length)).toEqual(eventsIn(before));
    expect(await verdictOf(whole)).toBe('sound');
    const elsewhere = join(folder, 'elsewhere.jsonl');
    renameSync(file, elsewhere);
    expect(await codeOf(bundleOf())).toBe('HISTORY.MONTH_OUTSIDE');
    expect(await verdictOf(await bundleOf([elsewhere]))).toBe('sound');

    // Another file, or one that somebody has been at.
    const content = readFileSync(elsewhere, 'utf8');
    const lines = content.split('\n');
    const tampered = (name: string, text: string): string => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    const [first, second] = [lines[1]!, lines[2]!];
    const changed = tampered('changed', content.replace('"type":"task.edited"', '"type":"task.edijed"'));
    expect(await codeOf(parts().attach(ACTOR, CLOCK, changed))).toBe('HISTORY.FILE_DIFFERS');
    expect(await verdictOf(await bundleOf([changed]))).toBe('event_changed');
    const swapped = tampered('swapped', content.replace(`${first}\n${second}`, `${second}\n${first}`));
    expect(await codeOf(parts().attach(ACTOR, CLOCK, swapped))).toBe('HISTORY.FILE_DIFFERS');
    const fewer = tampered('fewer', content.replace(`${second}\n`, '').replace('"events":30', '"events":29'));
    expect(await codeOf(parts().attach(ACTOR, CLOCK, fewer))).toBe('HISTORY.FILE_DIFFERS');
    expect(await verdictOf(await bundleOf([fewer]))).toBe('event_missing');
    const renamed = tampered('renamed', content.replace('"month":"2024-02"', '"month":"2024-01"'));
    expect(await codeOf(parts().attach(ACTOR, CLOCK, renamed))).toBe('HISTORY.FILE_DIFFERS');
    const other = tampered('other', content.replace(/"origin":"[^"]*"/, '"origin":"duban.history/other"'));
    expect(await codeOf(parts().attach(ACTOR, CLOCK, other))).toBe('HISTORY.FILE_DIFFERS');
    for (const [name, text] of [
      ['cut', content.slice(0, -40)],
      ['longer', `${content}${first}\n`],
      ['no month', 'x\n'],
      ['empty', ''],
    ] as const) {
      await expect(parts().attach(ACTOR, CLOCK, tampered(name, text))).rejects.toThrow(UnreadableBundle);
    }
    expect(await stateOf('2024-02')).toMatchObject({ state: 'outside' });

    expect(await parts().attach(ACTOR, CLOCK, elsewhere)).toEqual({ month: '2024-02', events: 30 });
    expect(await wordsIn('2024-02')).toEqual(words);
    expect(await stateOf('2024-02')).toMatchObject({ state: 'here', events: 30 });
    expect(await codeOf(parts().attach(ACTOR, CLOCK, elsewhere))).toBe('HISTORY.MONTH_NOT_OUTSIDE');
    const again = await bundleOf();
    expect(eventsIn(again).slice(0, eventsIn(before).length)).toEqual(eventsIn(before));
    expect(await verdictOf(again)).toBe('sound');
    // As it was made: nobody rewrites it, and it is read.
    expect(await codeOf(owner.query(`truncate history_words_2024_02`))).toBe('42501');
    expect(await codeOf(owner.query(`delete from history_words_2024_02`))).toBe('42501');
  });

  it('are events of history themselves, each by its name', async () => {
    const told = await database.transactor.run((tx) =>
      tx.query(`select type, after->>'month' as month from history_event where entity = 'history_part' order by seq`),
    );
    expect(told).toEqual([
      { type: 'history.part_moved', month: '2024-01' },
      { type: 'history.part_moved', month: '2024-01' },
      { type: 'history.part_detached', month: '2024-02' },
      { type: 'history.part_attached', month: '2024-02' },
    ]);
  });

  it('are attached before the hash is changed, and detached by the new one as well', async () => {
    const { file } = await parts().detach(ACTOR, CLOCK, '2024-06', folder);
    await expect(checkpoints().changeHash(ACTOR, CLOCK, 'sm3')).rejects.toThrow(/2024-06 lies outside/);
    await parts().attach(ACTOR, CLOCK, file);
    await checkpoints().changeHash(ACTOR, CLOCK, 'sm3');
    rmSync(file);
    const again = await parts().detach(ACTOR, CLOCK, '2024-06', folder);
    expect(await verdictOf(await bundleOf())).toBe('sound');
    await parts().attach(ACTOR, CLOCK, again.file);
    expect(await verdictOf(await bundleOf())).toBe('sound');
  });

  it('do not go where a file is already, nor where none can be written', async () => {
    const { file } = await parts().detach(ACTOR, CLOCK, '2024-01', folder);
    await parts().attach(ACTOR, CLOCK, file);
    await expect(parts().detach(ACTOR, CLOCK, '2024-01', folder)).rejects.toThrow(/is there already/);
    await expect(parts().detach(ACTOR, CLOCK, '2024-01', join(folder, 'no', 'such'))).rejects.toThrow(
      /cannot be written/,
    );
    expect(readFileSync(file, 'utf8')).not.toBe('');
    expect(await stateOf('2024-01')).toMatchObject({ state: 'here' });
  });
});
