import { settingsOf } from '@duban/database';
import { type Action, reachOf } from '@duban/directory';
import { POST_KINDS } from '@duban/domain';
import { useTestDatabase } from '@duban/testing';

/** The rights by which the rows of the directory and of accounts are written; none where the system alone does. */
const WRITTEN_BY: Readonly<Record<string, readonly Action[]>> = {
  jurisdiction: ['unit.import'],
  unit: ['unit.import'],
  unit_name: ['unit.import'],
  unit_alias: ['unit.import'],
  unit_group: ['unit.import'],
  unit_group_member: ['unit.import'],
  unit_relation: [],
  settled_name: ['plan.edit'],
  post: ['unit.import', 'post.create'],
  reorganisation: ['unit.reorganise'],
  post_change: ['post.propose'],
  post_holding: ['post.decide'],
  sign_in_policy: ['sign_in.policy'],
  message_rules: ['message.rules'],
  retention_schedule: ['disposal.decide'],
  disposal_hold: ['disposal.hold'],
  disposal: ['plan.archive'],
  disposal_decision: ['disposal.decide'],
  disposal_run: [],
  session: ['sign_in.administer'],
  second_factor: ['sign_in.administer'],
  recovery_code: ['sign_in.administer'],
  person_identity: ['sign_in.administer'],
  sign_in_guess: ['sign_in.administer'],
  password_history: [],
  password_reset: [],
  provider_flow: [],
  provider_logout: [],
  policy: ['policy.enable'],
  policy_draft: ['policy.draft'],
  demonstration_clock: [],
};

describe('Tables of the directory and of accounts', () => {
  const database = useTestDatabase();

  it.each(Object.entries(WRITTEN_BY))('are written by those roles whose posts may: %s', async (table, actions) => {
    const rows: { role: string }[] = await database.source.query(
      `select distinct unnest(roles)::text as role from pg_policies
       where tablename = $1 and cmd in ('INSERT', 'UPDATE', 'DELETE')`,
      [table],
    );
    const roles = POST_KINDS.filter((post) => actions.some((action) => reachOf(action, post) !== null)).map(
      (post) => settingsOf({ personId: null, post, unitId: null }).role,
    );
    expect(rows.map(({ role }) => role).toSorted()).toEqual([...new Set(roles)].toSorted());
  });

  it('have nothing granted to change that no policy lets anybody change', async () => {
    const loose: unknown[] = await database.source.query(
      `select distinct g.table_name, g.grantee, g.privilege_type
       from information_schema.role_column_grants g
       where g.table_schema = 'public' and g.grantee like 'duban\\_%' and g.grantee <> 'duban_system'
         and g.privilege_type in ('INSERT', 'UPDATE')
         and not exists (select from pg_policies p where p.tablename = g.table_name and p.cmd = g.privilege_type
           and g.grantee = any(p.roles))`,
    );
    expect(loose).toEqual([]);
  });
});
