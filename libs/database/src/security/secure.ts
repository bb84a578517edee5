import { createHash } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import { ROLES } from './acting';
import { DEFINED_FUNCTIONS, SETTINGS_FUNCTIONS } from './functions';
import { TABLE_SECURITY, type TableRights } from './tables';

/** Tables whose rows are facts: not even the system changes or deletes them. */
const RECORDED_ONCE = new Set([
  'history_entry',
  'history_words',
  'history_part',
  'follow_up',
  'bounce',
  'delivery_attempt',
  'delivery_receipt',
  'deadline_version',
  'report',
  'measurement',
  'period_light',
  'card',
  'card_withdrawal',
  'target_curve',
  'report_sentence',
  'policy',
  'calendar_paper',
  'sign_in_policy',
  'unit_relation',
  'history_tree',
  'history_leaf',
  'history_node',
  'history_key',
  'history_checkpoint',
  'history_handout',
  'history_stamp',
  'verification',
  'instruction',
  'instruction_unit',
  'satisfaction',
  'notice_template',
  'notice_document',
  'bulletin',
  'message_rules',
  'retention_schedule',
  'disposal_hold',
  'disposal',
  'disposal_decision',
  'message_preference',
  'message_template',
]);

/** What of them is blotted out where the person is erased whose it is (依法删除). */
const ERASABLE: Readonly<Record<string, readonly string[]>> = {
  bounce: ['address', 'words'],
  delivery_receipt: ['address', 'words'],
};

/** What keeps the schema itself. */
const OF_THE_SCHEMA = ['migrations', 'table_security', 'typeorm_metadata'];

const ALL_ROLES = ROLES.join(', ');

/** Gives every table the security that {@link TABLE_SECURITY} declares, and takes away whatever else was granted. */
function statements(): string[] {
  return [
    // All at once and before anything is done: what follows waits for nobody.
    `do $$ begin
       execute (select 'lock table ' || string_agg(quote_ident(relname), ', ' order by relname) || ' in access exclusive mode'
         from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
           and relname not in (${OF_THE_SCHEMA.map((name) => `'${name}'`).join(', ')}));
     end $$`,
    `do $$ declare p record; begin
       for p in select policyname, tablename from pg_policies where schemaname = current_schema() loop
         execute format('drop policy %I on %I', p.policyname, p.tablename);
       end loop;
       for p in select relname from pg_class
           where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
             and relname not in (${OF_THE_SCHEMA.map((name) => `'${name}'`).join(', ')}) loop
         execute format('alter table %I enable row level security', p.relname);
         execute format('alter table %I force row level security', p.relname);
         execute format('revoke all on %I from public, duban_app, ${ALL_ROLES}', p.relname);
       end loop;
     end $$`,
    `grant usage on schema public to ${ALL_ROLES}`,
    // Whose function it shall be must be allowed to make one, for so long.
    `grant create on schema public to duban_system`,
    ...SETTINGS_FUNCTIONS,
    ...DEFINED_FUNCTIONS.flatMap(({ signature, parameters = '', returns, body }) => [
      `create or replace function ${signature.split('(')[0]}(${parameters}) returns ${returns} language plpgsql stable
         parallel safe security definer set search_path = public, pg_temp as $$ ${body} $$`,
      `alter function ${signature} owner to duban_system`,
      `revoke all on function ${signature} from public`,
      `grant execute on function ${signature} to ${ALL_ROLES}`,
    ]),
    `revoke create on schema public from duban_system`,
    // A transaction asks for it in its first statement, when nobody acts yet.
    `grant execute on function calendar_position(), is_named(text) to duban_app`,
    ...Object.entries(TABLE_SECURITY).flatMap(([table, security]) => [
      `grant ${RECORDED_ONCE.has(table) ? 'select, insert' : 'select, insert, update, delete'} on ${table} to duban_system`,
      ...(ERASABLE[table] ? [`grant update (${ERASABLE[table].join(', ')}) on ${table} to duban_system`] : []),
      `create policy system on ${table} to duban_system using (true) with check (true)`,
      ...Object.entries(security).flatMap(([role, rights]) => rightsOf(table, role, rights)),
    ]),
    // Words of one month are read of its part, not to plan for all of them; they are written by way of the whole.
    `do $$ declare p record; begin
       for p in select inhrelid::regclass as part from pg_inherits where inhparent = 'history_words'::regclass loop
         execute format('grant select on %s to duban_system', p.part);
         execute format('create policy system on %s for select to duban_system using (true)', p.part);
       end loop;
     end $$`,
    // Reads as who asks does: its rows are those of the narrow table.
    `revoke all on history_event from public, duban_app, ${ALL_ROLES}`,
    `grant select, insert on history_event to ${ALL_ROLES}`,
  ];
}

function rightsOf(
  table: string,
  role: string,
  { sees, exceptFor, adds, changes, into, columns, removes }: TableRights,
): string[] {
  const name = role.replace('duban_', '');
  const isRecordedOnce = RECORDED_ONCE.has(table);
  return [
    sees && [
      exceptFor ? grantOthers(table, role, exceptFor) : `grant select on ${table} to ${role}`,
      `create policy ${name}_sees on ${table} for select to ${role} using (${sees})`,
    ],
    adds && [
      `grant insert on ${table} to ${role}`,
      `create policy ${name}_adds on ${table} for insert to ${role} with check (${adds})`,
    ],
    !isRecordedOnce &&
      changes && [
        `grant update ${columns ? `(${columns.join(', ')}) ` : ''}on ${table} to ${role}`,
        `create policy ${name}_changes on ${table} for update to ${role} using (${changes})
           with check (${into ?? changes})`,
      ],
    !isRecordedOnce &&
      removes && [
        `grant delete on ${table} to ${role}`,
        `create policy ${name}_removes on ${table} for delete to ${role} using (${removes})`,
      ],
  ].flatMap((group) => group || []);
}

/** All columns that there are but some. */
const grantOthers = (table: string, role: string, columns: readonly string[]): string => `do $$ begin
  execute (select format('grant select (%s) on ${table} to ${role}', string_agg(quote_ident(attname), ', '))
    from pg_attribute where attrelid = '${table}'::regclass and attnum > 0 and not attisdropped
      and attname not in (${columns.map((column) => `'${column}'`).join(', ')}));
end $$`;

/**
 * Brings the tables to the declared security where they, or it, are others than the last time: after the migrations, in their lock, and all of
 * it or nothing. It is no migration itself, since it has no steps: what is declared holds.
 */
export async function secure(session: QueryRunner, isMigrated: boolean): Promise<void> {
  const all = statements();
  const digest = createHash('sha256').update(all.join(';\n')).digest('hex');
  const [present] = (await session.query(`select digest from table_security`)) as { digest: string }[];
  if (present?.digest === digest && !isMigrated) return;
  await session.startTransaction();
  try {
    await session.query(all.join(';\n'));
    await session.query(`delete from table_security`);
    await session.query(`insert into table_security (digest) values ($1)`, [digest]);
    await session.commitTransaction();
  } catch (error) {
    await session.rollbackTransaction();
    throw error;
  }
  const [{ sees }] = await session.query(`select pg_has_role(current_user, 'duban_system', 'usage') as sees`);
  if (!sees) throw new Error('the owner of the schema sees no rows: let it inherit the role duban_system');
}
