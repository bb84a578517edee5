import type { Role } from './acting';

/** What a role may do with the rows of a table: conditions in SQL, `true` for all; what is left out it may not. */
export interface TableRights {
  sees?: string;
  /** Columns that are not among what it sees. */
  exceptFor?: readonly string[];
  adds?: string;
  changes?: string;
  /** Columns that may be changed; all where it is left out. */
  columns?: readonly string[];
  removes?: string;
}

/** Of every role but the system's, which sees all rows and may write them, but for what is recorded once. */
export type TableSecurity = Partial<Record<Exclude<Role, 'duban_system'>, TableRights>>;

const GOVERNMENT = ['duban_office', 'duban_leader', 'duban_auditor', 'duban_admin'] as const;
const EVERYBODY = [...GOVERNMENT, 'duban_security', 'duban_unit'] as const;
const DIRECTORS = ['duban_office', 'duban_admin', 'duban_security'] as const;

const each = (roles: readonly Exclude<Role, 'duban_system'>[], rights: TableRights): TableSecurity =>
  Object.fromEntries(roles.map((role) => [role, rights]));
const whole = (condition: string): TableRights => ({
  sees: condition,
  adds: condition,
  changes: condition,
  removes: condition,
});

const ME = '(select duban_person())';
const MY_UNIT = '(select duban_unit())';
/** Not restricted to others (限知). As an array, once a statement: there are few. */
const seen = (column: string, what: string): string =>
  `not coalesce(${column} = any((select hidden_${what}())::uuid[]), false)`;
const both = (...conditions: string[]): string => conditions.map((one) => `(${one})`).join(' and ');
const either = (...conditions: string[]): string => conditions.map((one) => `(${one})`).join(' or ');
const IS_HEAD_OF_OFFICE = `(select current_setting('duban.post', true)) = 'office'`;
const LED = 'task_id in (select led_tasks())';

/** Readable by everybody: who is who, and rules. Those who keep the directory write it. */
const directory: TableSecurity = { ...each(EVERYBODY, { sees: 'true' }), ...each(DIRECTORS, whole('true')) };

/** Somebody's own; the administrators do to others what the rights let them. */
const personal: TableSecurity = {
  ...each(EVERYBODY, whole(`person_id = ${ME}`)),
  duban_admin: whole('true'),
  duban_security: whole('true'),
};

/** The system's own: signing in, numbers, what runs by itself. */
const systemOnly: TableSecurity = {};

/** Looked at by the auditor, written by the system. */
const audited: TableSecurity = { duban_auditor: { sees: 'true' } };

/** A matter: the government sees it unless it is restricted, the office writes it. */
const matter = (
  condition: string,
  unit: TableRights | null,
  office: TableRights = whole(condition),
): TableSecurity => ({
  ...each(GOVERNMENT, { sees: condition }),
  duban_office: { sees: condition, ...office },
  ...(unit ? { duban_unit: unit } : {}),
});

const withoutColumns = (columns: readonly string[], security: TableSecurity): TableSecurity =>
  Object.fromEntries(Object.entries(security).map(([role, rights]) => [role, { ...rights, exceptFor: columns }]));

const seenTask = seen('task_id', 'tasks');
const seenObligation = seen('obligation_id', 'obligations');
const ofMyObligation = 'exists (select from obligation o where o.id = obligation_id)';
const ofMineAlone = `exists (select from obligation o where o.id = obligation_id and o.unit_id = ${MY_UNIT})`;
/** What somebody does themselves, and of it no more than their post does. */
const records = (...entities: string[]): TableRights => ({
  adds: both(
    `actor_person_id = ${ME}`,
    either(`entity in (${['delivery', 'api_token', ...entities].map((one) => `'${one}'`).join(', ')})`, ofMyself),
  ),
});
const ofMyself = `entity = 'person' and entity_id = ${ME}`;
const recordsOwn: TableRights = { adds: `actor_person_id = ${ME}` };
const seenEvent = both(seen('plan_id', 'plans'), seenTask);
const wholeRevision = both(
  seen('plan_id', 'plans'),
  `not coalesce(plan_id = any((select cut_plans())::uuid[]), false)`,
);
const seenHistory = both(
  seenEvent,
  `not (entity in ('plan_revision', 'plan_revision_item') and coalesce(plan_id = any((select cut_plans())::uuid[]), false))`,
);
const ofMatters = both('task_id is not null or plan_id is not null', seenHistory);
const othersMessages = (digest: string): string => either(`person_id = ${ME}`, seen(digest, 'digests'));
const ofMine = `${ME} in (person_id, delegate_id, made_by)`;
const ofMyUnit = `post_id in (select p.id from post p where p.unit_id = ${MY_UNIT})`;
const readsOwn = {
  changes: `person_id = ${ME}`,
  columns: ['state', 'claimed_until', 'last_error', 'next_attempt_at', 'sent_at', 'read_at'],
};

/**
 * The security of every table, as far as it is not the system's own business. Whatever is added to the schema gets its
 * line here; a spec names a table without one, and until then nobody but the system reaches it.
 */
export const TABLE_SECURITY: Readonly<Record<string, TableSecurity>> = {
  // Plans, tasks, parts
  // The document as it stands holds the words of restricted tasks, too: it is read for people, without those.
  plan: withoutColumns(['source_text'], matter(seen('id', 'plans'), { sees: 'id in (select unit_plans())' })),
  plan_import: { duban_office: whole(seen('plan_id', 'plans')) },
  plan_revision: matter(wholeRevision, null),
  plan_revision_item: matter('exists (select from plan_revision r where r.id = revision_id)', null),
  task: matter(both(seen('id', 'tasks'), seen('plan_id', 'plans')), { sees: 'id in (select unit_tasks())' }),
  target: matter(seenTask, { sees: 'task_id in (select unit_tasks())' }),
  assignment: matter(
    seenTask,
    {
      sees: both(either(`unit_id = ${MY_UNIT}`, 'task_id in (select unit_tasks())'), seenTask),
      changes: both(either(`unit_id = ${MY_UNIT}`, LED), seenTask),
      columns: ['state', 'marks', 'version'],
    },
    { adds: seenTask, changes: seenTask },
  ),
  objection: matter(
    seen('assignment_id', 'assignments'),
    {
      sees: 'assignment_id in (select unit_assignments())',
      adds: `raised_by = ${ME} and unit_id = ${MY_UNIT} and assignment_id in (select unit_assignments())`,
      changes: `unit_id = ${MY_UNIT} and assignment_id in (select unit_assignments())`,
      columns: ['outcome', 'settled_by', 'settled_at'],
    },
    { changes: seen('assignment_id', 'assignments') },
  ),
  /** Who is named for a restricted matter (限知事项); those who are not know nothing of it. */
  named_person: {
    duban_office: {
      sees: both(seen('plan_id', 'plans'), seenTask),
      adds: both(seen('plan_id', 'plans'), seenTask, IS_HEAD_OF_OFFICE),
      removes: both(seen('plan_id', 'plans'), seenTask, IS_HEAD_OF_OFFICE),
    },
    ...each(['duban_leader', 'duban_auditor', 'duban_admin'], { sees: both(seen('plan_id', 'plans'), seenTask) }),
  },

  // What is owed, and what was said of it
  obligation: matter(seenTask, { sees: both(either(`unit_id = ${MY_UNIT}`, LED), seenTask) }, {}),
  deadline_version: matter(seenObligation, { sees: ofMyObligation }, {}),
  follow_up: matter(seenObligation, { sees: ofMyObligation }, {}),
  supervision_notice: matter(
    seenObligation,
    { sees: ofMyObligation, changes: ofMineAlone, columns: ['state', 'answer', 'answered_at', 'version'] },
    { changes: seenObligation },
  ),
  report: matter(
    seen('assignment_id', 'assignments'),
    {
      sees: `exists (select from assignment a where a.id = assignment_id and (a.unit_id = ${MY_UNIT} or a.${LED}))`,
      adds: `person_id = ${ME} and assignment_id in (select unit_assignments())`,
    },
    {},
  ),
  measurement: matter(
    'exists (select from report r where r.id = report_id)',
    {
      sees: 'exists (select from report r where r.id = report_id)',
      adds: 'exists (select from report r where r.id = report_id)',
    },
    {},
  ),
  number_series: systemOnly,

  // Messages: everybody their own, the government those of others
  notification: {
    ...each(GOVERNMENT, { sees: seenEvent }),
    ...each(['duban_security', 'duban_unit'], {
      sees: both('exists (select from digest_item i where i.notification_id = notification.id)', seenEvent),
    }),
  },
  digest: {
    ...each(EVERYBODY, { sees: `person_id = ${ME}` }),
    ...each(GOVERNMENT, { sees: othersMessages('id') }),
  },
  digest_item: {
    ...each(EVERYBODY, {
      sees: both(
        `digest_id in (select d.id from digest d where d.person_id = ${ME})`,
        seen('notification_id', 'notifications'),
      ),
    }),
    ...each(GOVERNMENT, { sees: seen('notification_id', 'notifications') }),
  },
  delivery: {
    ...each(EVERYBODY, { sees: `person_id = ${ME}`, ...readsOwn }),
    ...each(GOVERNMENT, { sees: othersMessages('digest_id'), ...readsOwn }),
  },

  // History (留痕): everybody adds what they do themselves, nobody anything else
  history_event: {
    duban_office: {
      sees: ofMatters,
      adds: both(`actor_person_id = ${ME}`, either(`entity <> 'restriction'`, IS_HEAD_OF_OFFICE)),
    },
    duban_admin: { sees: ofMatters, ...recordsOwn },
    duban_security: recordsOwn,
    duban_leader: { sees: ofMatters, ...records('delegation') },
    duban_auditor: { sees: seenHistory, ...records() },
    duban_unit: {
      sees: either(
        LED,
        both(
          'task_id in (select unit_tasks())',
          either(
            `entity in ('task', 'assignment')`,
            `coalesce(after, before)->>'unitId' = ${MY_UNIT}::text`,
            `(coalesce(after, before)->>'assignmentId')::uuid in (select unit_assignments())`,
            `(coalesce(after, before)->>'obligationId')::uuid in (select unit_obligations())`,
          ),
        ),
        `entity = 'plan' and plan_id in (select unit_plans())`,
      ),
      ...records('assignment', 'objection', 'task', 'report', 'supervision_notice', 'delegation'),
    },
  },

  // The proof of it (存证): made by the system, looked at by the auditor
  history_tree: audited,
  history_leaf: audited,
  history_node: audited,
  history_key: audited,
  history_checkpoint: audited,

  // The directory
  jurisdiction: directory,
  unit: directory,
  unit_name: directory,
  unit_alias: directory,
  unit_group: directory,
  unit_group_member: directory,
  settled_name: directory,
  post: directory,
  post_holding: directory,
  person: {
    ...directory,
    ...each(['duban_leader', 'duban_auditor', 'duban_unit'], { sees: 'true', changes: `id = ${ME}` }),
  },
  policy: each(EVERYBODY, { sees: 'true' }),
  sign_in_policy: { ...each(EVERYBODY, { sees: 'true' }), duban_security: { sees: 'true', adds: 'true' } },
  demonstration_clock: each(EVERYBODY, { sees: 'true' }),
  unit_relation: {
    ...each(EVERYBODY, { sees: 'true' }),
    ...each(['duban_office', 'duban_admin'], { sees: 'true', adds: 'true' }),
  },
  reorganisation: {
    ...each(GOVERNMENT, { sees: 'true' }),
    ...each(['duban_office', 'duban_admin'], whole('true')),
  },
  /** Who stands in for whom (代行): those concerned, and those who watch over it. */
  delegation: {
    ...each(['duban_office', 'duban_security'], { sees: 'true', adds: `made_by = ${ME}`, changes: 'true' }),
    duban_auditor: { sees: 'true' },
    // Whose account is closed stands in no more.
    duban_admin: { sees: 'true', changes: 'true' },
    duban_leader: { sees: ofMine, adds: `made_by = ${ME}`, changes: ofMine },
    duban_unit: {
      sees: either(ofMine, ofMyUnit),
      adds: both(`made_by = ${ME}`, ofMyUnit),
      changes: either(ofMine, ofMyUnit),
    },
  },
  post_change: {
    ...each(DIRECTORS, whole('true')),
    duban_auditor: { sees: 'true' },
  },

  // What is of persons
  session: { ...personal, ...each(['duban_auditor'], { ...whole(`person_id = ${ME}`), sees: 'true' }) },
  api_token: personal,
  idempotency_key: each(EVERYBODY, whole(`person_id = ${ME}`)),
  password_history: personal,
  password_reset: personal,
  second_factor: { ...personal, ...each(['duban_auditor'], { ...whole(`person_id = ${ME}`), sees: 'true' }) },
  recovery_code: personal,
  person_identity: personal,
  sign_in_guess: { ...each(['duban_admin', 'duban_security'], whole('true')), duban_auditor: { sees: 'true' } },
  provider_flow: systemOnly,
  provider_logout: systemOnly,
};
