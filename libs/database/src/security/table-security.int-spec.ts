import { useTestDatabase } from '@duban/testing';
import { Client } from 'pg';
import type { EntityManager } from 'typeorm';
import { type Acting, consequences, ROLES } from './acting';
import { TABLE_SECURITY } from './tables';
import { postgresCode, Transactor } from '../transactor';
import { applicationDataSource } from '../data-source';

/** What the schema keeps for itself; nobody but its owner writes it. */
const OF_THE_SCHEMA = ['migrations', 'table_security'];
const id = (kind: number, n: number): string => `00000000-0000-7000-800${kind}-${String(n).padStart(12, '0')}`;
const [CITY, PLAN] = [id(0, 0), id(2, 0)];
const contactOf = (unit: number): Acting => ({ personId: id(9, unit), post: 'contact', unitId: id(1, unit) });
const POSTS = ['office', 'officer', 'leader', 'auditor', 'admin', 'security', 'head', 'deputy', 'contact', 'handler'];
const OFFICE: Acting = { personId: id(9, 100), post: 'office', unitId: null };

/** Four units, each with a task of its own. */
const SEED = `
  set session_replication_role = replica;
  insert into jurisdiction values ('${CITY}', '云泽市', 'Asia/Shanghai', now());
  insert into plan (id, jurisdiction_id, title, year, state, issued_on, policy_id, policy_version, file_name, source_text,
      left_out, warnings, version, created_at)
    values ('${PLAN}', '${CITY}', '方案', 2026, 'issued', '2026-01-08', 'annual-report', 1, 'f', '全文', '[]', '[]', 1, now());
  ${[0, 1, 2, 3]
    .map(
      (n) => `
  insert into task (id, jurisdiction_id, plan_id, number, position, path, content, drafted_units, leaders,
      is_lead_inferred, milestones, source_start, source_end, state, version, created_at)
    values ('${id(3, n)}', '${CITY}', '${PLAN}', '${n}', ${n}, '{}', '第${n}项', '{}', '{}', false, '[]', 0, 1, 'assigned', 1, now());
  insert into assignment (id, jurisdiction_id, task_id, unit_id, role, is_lead_inferred, state, version, assigned_at, created_at)
    values ('${id(4, n)}', '${CITY}', '${id(3, n)}', '${id(1, n)}', 'lead', false, 'assigned', 1, now(), now());`,
    )
    .join('')}`;

describe('The security of tables', () => {
  const database = useTestDatabase();
  const units = (tx: Pick<EntityManager, 'query'>): Promise<{ unit: string }[]> =>
    tx.query(`select unit_id as unit from assignment order by 1`);
  const codeOf = async (work: Promise<unknown>): Promise<string | null> =>
    work.then(
      () => 'done',
      (error: unknown) => postgresCode(error),
    );

  beforeAll(async () => {
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    await owner.query(SEED);
    await owner.end();
  });

  it('is declared for every table', async () => {
    const rows: { name: string }[] = await database.source.query(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and not relispartition`,
    );
    const faults = rows
      .map(({ name }) => name)
      .filter((name) => !Object.hasOwn(TABLE_SECURITY, name) && !OF_THE_SCHEMA.includes(name))
      .map((name) => `${name} has no line in libs/database/src/security/tables.ts: say who may do what with its rows`);
    expect(faults).toEqual([]);
  });

  it('is on for every table, and forced upon its owner; nothing is granted to the role of a connection', async () => {
    const loose: unknown[] = await database.source.query(
      `select relname from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> all($1)
         and not (relrowsecurity and relforcerowsecurity)`,
      [OF_THE_SCHEMA],
    );
    expect(loose).toEqual([]);
    const granted: unknown[] = await database.source.query(
      `select table_name, privilege_type from information_schema.role_table_grants
       where grantee in ('duban_app', 'PUBLIC') and table_schema = 'public'`,
    );
    expect(granted).toEqual([]);
  });

  it('lets nobody by who is not in the table of roles: none owns anything, passes a policy by, or has a password', async () => {
    const rows = await database.source.query(
      `select rolname as role, rolsuper or rolbypassrls or rolcanlogin or rolcreaterole as can,
         (select count(*)::int from pg_auth_members m where m.member = r.oid) as "memberOf",
         (select count(*)::int from pg_class where relowner = r.oid) as owns
       from pg_roles r where rolname = any($1) order by 1`,
      [[...ROLES, 'duban_app']],
    );
    expect(rows).toEqual(
      [...ROLES, 'duban_app'].toSorted().map((role) => ({ role, can: false, memberOf: 0, owns: 0 })),
    );
  });

  it('gives nothing to a connection that nobody has said who acts by', async () => {
    expect(await codeOf(units(database.applicationSource))).toBe('42501');
    expect(await codeOf(database.applicationSource.query(`insert into history_event default values`))).toBe('42501');
    expect(await codeOf(database.applicationSource.query(`select hidden_tasks()`))).toBe('42501');
  });

  it('gives no rows to a role without its settings, and takes none', async () => {
    await database.applicationSource.transaction(async (tx) => {
      await tx.query(`set local role duban_unit`);
      expect(await units(tx)).toEqual([]);
      expect(await tx.query(`select from task`)).toEqual([]);
      expect(await tx.query(`update assignment set state = 'cancelled' returning id`)).toEqual([[], 0]);
    });
  });

  it('shows a unit its own, the office all, and the document to neither', async () => {
    expect(await database.transactor.as(contactOf(1), units)).toEqual([{ unit: id(1, 1) }]);
    expect(await database.transactor.as(OFFICE, units)).toHaveLength(4);
    for (const actor of [contactOf(1), OFFICE]) {
      const text = database.transactor.as(actor, (tx) => tx.query(`select source_text from plan`));
      expect(await codeOf(text)).toBe('42501');
    }
  });

  it.each([
    ['adds a plan', `insert into plan default values`],
    ['adds an assignment', `insert into assignment default values`],
    ['changes a report', `update report set text = ''`],
    ['moves a part to another unit', `update assignment set unit_id = gen_random_uuid()`],
    ['settles what it owes', `update obligation set state = 'discharged'`],
    ['names itself', `insert into named_person default values`],
    ['takes a number', `update number_series set last = 0`],
    ['reads how others sign in', `select from sign_in_guess`],
  ])('lets no unit do what its rights do not say: %s', async (_, statement) => {
    expect(await codeOf(database.transactor.as(contactOf(1), (tx) => tx.query(statement)))).toBe('42501');
  });

  it.each([
    ['a hash of a password', `select password_hash from person`],
    ['whose password has a hash', `select from person where password_hash = ''`],
    ['a hash of a former password', `select password_hash from password_history`],
    ['a mailed code', `select token_hash from password_reset`],
    ['a session’s token', `select token_hash from session`],
    ['an API token', `select token_hash from api_token`],
    ['a secret of a second factor', `select secret from second_factor`],
    ['one that is not confirmed', `select pending_secret from second_factor`],
    ['a recovery code', `select code_hash from recovery_code`],
    ['all of an account', `select * from person`],
  ])('shows nobody but the system %s', async (_, statement) => {
    for (const post of POSTS) {
      const actor = { ...contactOf(1), post };
      expect([post, await codeOf(database.transactor.as(actor, (tx) => tx.query(statement)))]).toEqual([post, '42501']);
    }
    expect(await codeOf(database.transactor.run((tx) => tx.query(statement)))).toBe('done');
  });

  it('tells whether an account has a password, but not which', async () => {
    await database.transactor.run((tx) =>
      tx.query(`insert into person (id, username, display_name, password_hash, created_at)
        values ('${id(9, 1)}', 'one', '一', 'hash', now()), ('${id(9, 2)}', 'two', '二', null, now())`),
    );
    const rows = await database.transactor.as(contactOf(1), (tx) =>
      tx.query(`select username, has_password(id) as has from person order by 1`),
    );
    expect(rows).toEqual([
      { username: 'one', has: true },
      { username: 'two', has: false },
    ]);
  });

  it('lets a unit change no task and no plan but its own', async () => {
    const changed = (statement: string) => database.transactor.as(contactOf(1), (tx) => tx.query(statement));
    expect(await changed(`update task set content = '' returning id`)).toEqual([[], 0]);
    expect(await changed(`update plan set title = '' returning id`)).toEqual([[], 0]);
  });

  it('lets a unit change its own part and nobody else’s', async () => {
    const changed = await database.transactor.as(contactOf(1), (tx) =>
      tx.query(`update assignment set version = version + 1 returning unit_id as unit`),
    );
    expect(changed).toEqual([[{ unit: id(1, 1) }], 1]);
  });

  it('lets nobody write history in another’s name', async () => {
    const write = (person: string) =>
      database.transactor.as(contactOf(1), (tx) =>
        tx.query(
          `insert into history_event (id, entity, entity_id, type, actor_person_id, actor_name, actor_post, request_id, occurred_at)
           values (gen_random_uuid(), 'task', gen_random_uuid(), 'task.edited', $1, '', '', '', now())`,
          [person],
        ),
      );
    expect(await codeOf(write(id(9, 1)))).toBe('done');
    expect(await codeOf(write(id(9, 2)))).toBe('42501');
  });

  it('is a setting’s for one transaction: gone after its commit, and after its end by an error (typeorm 5857, node-postgres 2897)', async () => {
    const source = await applicationDataSource(database.url, [], 1).initialize();
    try {
      const transactor = new Transactor(source);
      const left = () =>
        source.query(
          `select current_user as role, coalesce(current_setting('duban.unit', true), '') as unit,
             coalesce(current_setting('duban.person', true), '') as person`,
        );
      await transactor.as(contactOf(1), units);
      expect(await left()).toEqual([{ role: 'duban_app', unit: '', person: '' }]);
      await expect(transactor.as(contactOf(2), () => Promise.reject(new Error('half-way')))).rejects.toThrow(
        'half-way',
      );
      expect(await left()).toEqual([{ role: 'duban_app', unit: '', person: '' }]);
      await codeOf(transactor.as(contactOf(2), (tx) => tx.query(`select 1 / 0`)));
      expect(await left()).toEqual([{ role: 'duban_app', unit: '', person: '' }]);
      expect(await codeOf(units(source))).toBe('42501');
    } finally {
      await source.destroy();
    }
  });

  it.each([`' or true --`, `x', true), set_config('role', 'duban_system', true) --`, `${id(1, 1)},${id(1, 2)}`, '*'])(
    'takes the value of a setting for a value: %s',
    async (unitId) => {
      const seen = database.transactor.as({ ...contactOf(1), unitId }, units);
      // No unit has such an id, which is no row or an error, never another's.
      expect(['22P02']).toContain(await codeOf(seen));
    },
  );

  it('knows no role for a post that there is not', () => {
    expect(() => database.transactor.as({ personId: null, post: 'toString', unitId: null }, units)).toThrow('no role');
    expect(() => database.transactor.as({ personId: null, post: 'duban_system', unitId: null }, units)).toThrow(
      'no role',
    );
  });

  it('is the actor’s again after the consequences of what they did, whatever became of them', async () => {
    await database.transactor.as(contactOf(1), async (tx) => {
      expect(await consequences(tx, () => units(tx))).toHaveLength(4);
      expect(await units(tx)).toHaveLength(1);
      await consequences(tx, () => consequences(tx, () => Promise.reject(new Error('no')))).catch(() => undefined);
      expect(await units(tx)).toHaveLength(1);
      const inner = tx.transaction((nested) => consequences(nested, () => nested.query(`select 1 / 0`)));
      expect(await codeOf(inner)).toBe('22012');
      expect(await units(tx)).toHaveLength(1);
    });
  });

  it('holds for an owner who is no superuser and was given no role', async () => {
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    const name = `owner_${process.pid}_${Date.now()}`;
    try {
      await owner.query(`begin`);
      await owner.query(`create role ${name} noinherit`);
      await owner.query(`grant create, usage on schema public to ${name}`);
      await owner.query(`alter table assignment owner to ${name}`);
      await owner.query(`set local role ${name}`);
      expect((await owner.query(`select from assignment`)).rows).toEqual([]);
    } finally {
      await owner.query(`rollback`);
      await owner.end();
    }
  });

  it('leaks nothing among two hundred transactions of many people over five connections', async () => {
    const source = await applicationDataSource(database.url, [], 5).initialize();
    try {
      const transactor = new Transactor(source);
      const runs = Array.from({ length: 200 }, async (_, n) => {
        const unit = n % 4;
        if (n % 5 === 0) return codeOf(transactor.as(contactOf(unit), (tx) => tx.query(`select 1 / 0`)));
        if (n % 7 === 0) return (await transactor.as(OFFICE, units)).length;
        const seen = await transactor.as(contactOf(unit), async (tx) => {
          const first = await units(tx);
          await consequences(tx, () => units(tx));
          return [...first, ...(await units(tx))];
        });
        return seen.map((row) => row.unit).join() === [id(1, unit), id(1, unit)].join();
      });
      const expected = runs.map((_, n) => (n % 5 === 0 ? '22012' : n % 7 === 0 ? 4 : true));
      expect(await Promise.all(runs)).toEqual(expected);
    } finally {
      await source.destroy();
    }
  });
});
