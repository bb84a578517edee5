import type { Role } from './acting';

/** What a role may do with the rows of a table: conditions in SQL, `true` for all; what is left out it may not. */
export interface TableRights {
  sees?: string;
  /** Columns that are not among what it sees. */
  exceptFor?: readonly string[];
  adds?: string;
  changes?: string;
  /** What a changed row must be like afterwards, else the statement fails; as `changes` where it is left out. */
  into?: string;
  /** Columns that may be changed; all where it is left out. */
  columns?: readonly string[];
  removes?: string;
}

/** Of every role but the system's, which sees all rows and may write them, but for what is recorded once. */
export type TableSecurity = Partial<Record<Exclude<Role, 'duban_system'>, TableRights>>;

const GOVERNMENT = ['duban_office', 'duban_leader', 'duban_auditor', 'duban_admin'] as const;
const EVERYBODY = [...GOVERNMENT, 'duban_security', 'duban_unit'] as const;
/** Who keeps the directory (单位名录). */
const KEEPERS = ['duban_office', 'duban_admin'] as const;

const each = (roles: readonly Exclude<Role, 'duban_system'>[], rights: TableRights): TableSecurity =>
  Object.fromEntries(roles.map((role) => [role, rights]));
const whole = (condition: string): TableRights => ({
  sees: condition,
  adds: condition,
  changes: condition,
  removes: condition,
});

/** Whoever keeps it changes it; what is shared with colleagues they see, and whose it is. */
const keptBy = (owner: string): TableRights => ({
  ...whole(owner),
  sees: either(owner, `shared_with = ${COLLEAGUES}`),
});

const writes = (condition: string): TableRights => ({ adds: condition, changes: condition, removes: condition });

const ME = '(select duban_person())';
const MY_UNIT = '(select duban_unit())';
/** With whom a view is shared (常用视图): the unit, or the post, where the office is one. As `colleaguesOf` says it. */
const COLLEAGUES = `(select coalesce(duban_unit()::text, replace(current_setting('duban.post', true), 'officer', 'office')))`;
/** Not restricted to others (限知). As an array, once a statement: there are few. */
const seen = (column: string, what: string): string =>
  `not coalesce(${column} = any((select hidden_${what}())::uuid[]), false)`;
const both = (...conditions: string[]): string => conditions.map((one) => `(${one})`).join(' and ');
const either = (...conditions: string[]): string => conditions.map((one) => `(${one})`).join(' or ');
const IS_HEAD_OF_OFFICE = `(select current_setting('duban.post', true)) = 'office'`;
const LED = 'task_id in (select led_tasks())';

/** Who is who, and rules: readable by everybody. */
const readable: TableSecurity = each(EVERYBODY, { sees: 'true' });
// Second-level breakdowns (二级分解): a unit is to its own plans what the office is to the government's
const OF_GOVERNMENT = 'unit_id is null';
const OF_GOVERNMENTS_PLAN = 'not (plan_id = any((select plans_of_units())::uuid[]))';
const OF_GOVERNMENTS_TASK = `exists (select from task t where t.id = task_id
  and not (t.plan_id = any((select plans_of_units())::uuid[])))`;
const OF_OWN_PLAN = 'task_id in (select own_plan_tasks())';
const OVERSEEN = 'task_id in (select overseen_tasks())';
const HEADS_UNIT = `(select current_setting('duban.post', true)) in ('head', 'deputy')`;
/** Of what units report among themselves, those above see how it stands, unless the unit opens it to them. */
const NOT_SUMMARY = `not coalesce(plan_id = any((select summary_plans())::uuid[]), false)`;
const STANDS = `entity in ('plan', 'task', 'assignment', 'obligation')`;

/** Of the directory, what the office and the system administrator write, who import it. */
const kept = (rights: TableRights): TableSecurity => ({ ...readable, ...each(KEEPERS, { sees: 'true', ...rights }) });

/** Nobody administers what is their own. */
const OTHERS = `person_id <> ${ME}`;
/** Whoever holds none of these posts, today or later. */
const notAmong = (column: string, ...kinds: string[]): string =>
  `not (${column} = any((select holders_of('{${kinds.join(',')}}'))::uuid[]))`;
/** What everybody changes of their own account. */
const OF_ONESELF = ['email', 'mobile', 'password_hash', 'must_change_password', 'password_set_at'];
const ownToken: TableRights = { adds: `person_id = ${ME}`, columns: ['ended_at'] };

/** Proposes that others get posts or lose them, and decides what is `into`. */
const decides = (into: string): TableRights => ({
  sees: 'true',
  adds: `state = 'proposed' and proposed_by = ${ME} and ${OTHERS}`,
  changes: `state = 'proposed'`,
  into: `decided_by = ${ME} and ${into}`,
  columns: ['state', 'decided_by', 'decided_at', 'version'],
});

/** Proposes and binds reorganisations (机构改革); the system carries them out. */
const reorganises = (who: string): TableRights => ({
  sees: 'true',
  adds: both(who, `state = 'proposed' and proposed_by = ${ME}`),
  changes: 'true',
  into: both(who, `state = 'withdrawn' or state = 'confirmed' and confirmed_by = ${ME}`),
  columns: ['state', 'due_at', 'confirmed_by', 'confirmed_at', 'version'],
});

/** Has somebody stand in for oneself, or, `forOthers`, for somebody else; an administrator’s post nobody stands in for. */
const standsIn = (sees: string, forOthers: string): TableRights => ({
  sees,
  adds: both(
    `made_by = ${ME}`,
    `delegate_id <> ${ME}`,
    either(`person_id = ${ME}`, forOthers),
    `not exists (select from post p where p.id = post_id and p.kind in ('admin', 'security', 'auditor'))`,
  ),
  changes: sees,
  into: both(`state = 'ended' and ended_by = ${ME}`, either(`${ME} in (person_id, made_by)`, forOthers)),
  columns: ['state', 'ended_by', 'ended_at', 'end_reason', 'version'],
});

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
const ofPartOrLed = `exists (select from assignment a where a.id = assignment_id and (a.unit_id = ${MY_UNIT} or a.${LED}))`;
const ofMyObligation = 'exists (select from obligation o where o.id = obligation_id)';
const ofMyPlansObligation = `${HEADS_UNIT} and exists (select from obligation o where o.id = obligation_id and o.${OF_OWN_PLAN})`;
const ofGovernmentsObligation = `exists (select from obligation o join task t on t.id = o.task_id where o.id = obligation_id
  and not (t.plan_id = any((select plans_of_units())::uuid[])))`;
const ofMineAlone = `exists (select from obligation o where o.id = obligation_id and o.unit_id = ${MY_UNIT})`;
const ofSeenNotice = 'exists (select from supervision_notice n where n.id = notice_id)';
const OF_SEEN_DISPOSAL = 'exists (select from disposal d where d.id = disposal_id)';
const OF_SEEN_REPORT = 'exists (select from report r where r.id = report_id)';
/** What somebody does themselves, and of it no more than their post does. */
const records = (...entities: string[]): TableRights => ({
  adds: both(
    `actor_person_id = ${ME}`,
    either(
      `entity in (${['delivery', 'message_preference', 'api_token', 'evidence_file', 'notice_document', 'bulletin_document', 'saved_search', ...entities].map((one) => `'${one}'`).join(', ')})`,
      ofMyself,
    ),
  ),
});
const ofMyself = `entity = 'person' and entity_id = ${ME}`;
const seenEvent = both(seen('plan_id', 'plans'), seenTask);
const wholeRevision = both(
  seen('plan_id', 'plans'),
  `not coalesce(plan_id = any((select cut_plans())::uuid[]), false)`,
);
const seenHistory = both(
  seenEvent,
  `not (entity in ('plan_revision', 'plan_revision_item') and coalesce(plan_id = any((select cut_plans())::uuid[]), false))`,
);
/** Who looked at a file or a restricted matter, or took a notice’s document, is not for those whose it is. */
const withoutLookers = (...conditions: string[]): string =>
  both(
    `type not in ('evidence_file.downloaded', 'notice_document.downloaded', 'restriction.read')`,
    either(...conditions),
  );
const ofMatters = both('task_id is not null or plan_id is not null', seenHistory, either(STANDS, NOT_SUMMARY));
const othersMessages = (digest: string): string => either(`person_id = ${ME}`, seen(digest, 'digests'));
const ofMine = `${ME} in (person_id, delegate_id, made_by)`;
const ofMyUnit = both(
  `(select current_setting('duban.post', true)) = 'head'`,
  `post_id in (select p.id from post p where p.unit_id = ${MY_UNIT})`,
);
const ofSeenPlan = 'exists (select from action_plan p where p.id = action_plan_id)';
const ofSeenTarget = 'exists (select from target g where g.id = target_id)';
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
  plan: withoutColumns(
    ['source_text'],
    matter(
      seen('id', 'plans'),
      {
        // A new row is looked at before any function finds it.
        sees: either(`unit_id = ${MY_UNIT}`, 'id in (select unit_plans())'),
        adds: `unit_id = ${MY_UNIT}`,
        changes: `unit_id = ${MY_UNIT}`,
      },
      writes(both(seen('id', 'plans'), OF_GOVERNMENT)),
    ),
  ),
  plan_import: {
    duban_office: whole(both(seen('plan_id', 'plans'), `actor->>'unitId' is null`)),
    duban_unit: whole(`person_id = ${ME} and actor->>'unitId' = ${MY_UNIT}::text`),
  },
  /** Whoever asked for it; who sees all that is in it is asked for again when it is fetched. */
  archive_package: each(['duban_office', 'duban_auditor', 'duban_unit'], {
    sees: `person_id = ${ME}`,
    adds: `person_id = ${ME}`,
  }),
  plan_revision: matter(wholeRevision, null),
  plan_revision_item: matter('exists (select from plan_revision r where r.id = revision_id)', null),
  task: matter(
    both(seen('id', 'tasks'), seen('plan_id', 'plans')),
    {
      ...whole('plan_id in (select own_plans())'),
      sees: either('id in (select unit_tasks())', 'id in (select overseen_tasks())', 'plan_id in (select own_plans())'),
    },
    writes(both(seen('id', 'tasks'), seen('plan_id', 'plans'), OF_GOVERNMENTS_PLAN)),
  ),
  /** A matter from elsewhere (事项登记): what its task does not say. */
  matter: matter(seenTask, { sees: 'task_id in (select unit_tasks())' }),
  /** Who asked for it, by name and telephone: the office, and whoever has to answer them. */
  petitioner: {
    duban_office: whole(seenTask),
    duban_unit: {
      sees: either(LED, 'task_id in (select part.parent_id from task part where part.id in (select led_tasks()))'),
    },
  },
  target: matter(
    both(seenTask, 'exists (select from task t where t.id = task_id)'),
    { ...whole(OF_OWN_PLAN), sees: either('task_id in (select unit_tasks())', OVERSEEN) },
    writes(both(seenTask, OF_GOVERNMENTS_TASK)),
  ),
  assignment: matter(
    seenTask,
    {
      sees: both(either(`unit_id = ${MY_UNIT}`, 'task_id in (select unit_tasks())', OVERSEEN), seenTask),
      adds: both(OF_OWN_PLAN, HEADS_UNIT),
      changes: both(either(`unit_id = ${MY_UNIT}`, LED, both(OF_OWN_PLAN, HEADS_UNIT)), seenTask),
      columns: ['state', 'marks', 'version'],
    },
    { adds: both(seenTask, OF_GOVERNMENTS_TASK), changes: both(seenTask, OF_GOVERNMENTS_TASK) },
  ),
  objection: matter(
    seen('assignment_id', 'assignments'),
    {
      sees: 'assignment_id in (select unit_assignments())',
      adds: `raised_by = ${ME} and unit_id = ${MY_UNIT} and assignment_id in (select unit_assignments())`,
      changes: `unit_id = ${MY_UNIT} and assignment_id in (select unit_assignments())`,
      columns: ['outcome', 'settled_by', 'settled_at', 'next_step', 'next_step_at'],
    },
    { changes: seen('assignment_id', 'assignments') },
  ),
  application: matter(
    seenTask,
    {
      sees: both(either('assignment_id in (select unit_assignments())', LED), seenTask),
      adds: `requested_by = ${ME} and assignment_id in (select unit_assignments())`,
      changes: both(either('assignment_id in (select unit_assignments())', LED), seenTask),
      columns: [
        'state',
        'granted_due_on',
        'decided_by',
        'decided_at',
        'decision',
        'next_step',
        'next_step_at',
        'version',
      ],
    },
    { adds: both(seenTask, `requested_by = ${ME}`), changes: seenTask },
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
  obligation: matter(seenTask, { sees: both(either(`unit_id = ${MY_UNIT}`, LED, OVERSEEN), seenTask) }, {}),
  deadline_version: matter(seenObligation, { sees: ofMyObligation }, {}),
  follow_up: matter(seenObligation, { sees: ofMyObligation }, {}),
  supervision_notice: matter(
    seenObligation,
    {
      sees: ofMyObligation,
      changes: either(ofMineAlone, ofMyPlansObligation),
      columns: ['state', 'answer', 'answered_at', 'judge_by', 'next_step', 'next_step_at', 'version'],
    },
    { changes: both(seenObligation, ofGovernmentsObligation) },
  ),
  /** What a notice said when it was issued: for whoever sees the notice. */
  notice_document: matter(ofSeenNotice, { sees: ofSeenNotice }, {}),
  /** By what notices are written out; the head of the office puts another. */
  /** Bulletins (通报): for everybody to read; the head of the office adds them. */
  bulletin: { ...readable, duban_office: { sees: 'true', adds: both(`person_id = ${ME}`, IS_HEAD_OF_OFFICE) } },
  notice_template: { ...readable, duban_office: { sees: 'true', adds: both(`person_id = ${ME}`, IS_HEAD_OF_OFFICE) } },
  report: matter(
    both(seen('assignment_id', 'assignments'), 'not is_internal(assignment_id)'),
    {
      sees: `exists (select from assignment a where a.id = assignment_id
        and (a.unit_id = ${MY_UNIT} or a.${LED} or a.${OVERSEEN} and not is_internal(a.id)))`,
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
  /** What waits for the head of its unit (负责人审签). */
  report_confirmation: matter(
    'exists (select from report r where r.id = report_id)',
    {
      sees: 'exists (select from report r where r.id = report_id)',
      adds: 'assignment_id in (select unit_assignments())',
      changes: 'assignment_id in (select unit_assignments())',
      columns: ['state', 'reason', 'decided_by', 'decided_for', 'decided_at', 'version'],
    },
    {},
  ),
  /** Lights of periods (亮灯), with the figures of reports: for whom those are. */
  period_light: matter(
    both(seenTask, 'not is_internal(assignment_id)'),
    {
      sees: both(either(`unit_id = ${MY_UNIT}`, LED, both(OVERSEEN, 'not is_internal(assignment_id)')), seenTask),
    },
    {},
  ),
  /** Cards (督办牌) follow from lights; the head of the office takes back what was given in error. */
  card: matter(seenTask, { sees: both(either(`unit_id = ${MY_UNIT}`, OVERSEEN), seenTask) }, {}),
  card_withdrawal: matter(
    'exists (select from card c where c.id = card_id)',
    { sees: 'exists (select from card c where c.id = card_id)' },
    { adds: both(`person_id = ${ME}`, IS_HEAD_OF_OFFICE, 'exists (select from card c where c.id = card_id)') },
  ),
  /** Action plans (办理方案): handed in by whose part it is, decided on by the office or the lead. */
  action_plan: matter(
    seenTask,
    {
      sees: both(either('assignment_id in (select unit_assignments())', LED), seenTask),
      adds: `submitted_by = ${ME} and assignment_id in (select unit_assignments())`,
      changes: both(either('assignment_id in (select unit_assignments())', LED), seenTask),
      columns: ['state', 'decision_reason', 'decided_by', 'decided_at', 'version'],
    },
    { changes: seenTask },
  ),
  action_plan_measure: matter(
    ofSeenPlan,
    {
      sees: ofSeenPlan,
      adds: 'action_plan_id in (select p.id from action_plan p where p.assignment_id in (select unit_assignments()))',
      changes: ofSeenPlan,
      columns: ['state', 'closing_text', 'closed_by', 'closed_at', 'version'],
    },
    { changes: ofSeenPlan },
  ),
  /** The planned course of a target (序时进度), set by the office; every setting stays. */
  target_curve: matter(ofSeenTarget, { sees: ofSeenTarget }, { adds: both(ofSeenTarget, `set_by = ${ME}`) }),
  /** What a figure is called: the words of a target, so it is there for those who see one of its targets. */
  indicator: matter(
    'exists (select from target_indicator i where i.indicator_id = id)',
    {
      sees: 'exists (select from target_indicator i where i.indicator_id = id)',
    },
    {},
  ),
  target_indicator: matter(ofSeenTarget, { sees: ofSeenTarget }, {}),
  /** What a co-unit writes for the lead (供稿): theirs alone until it is accepted, then the task's. */
  contribution: matter(
    seenTask,
    {
      sees: both(
        either(
          'assignment_id in (select unit_assignments())',
          LED,
          `state = 'accepted' and task_id in (select unit_tasks())`,
        ),
        seenTask,
      ),
      adds: both(`asked_by = ${ME}`, LED),
      changes: both(either('assignment_id in (select unit_assignments())', LED), seenTask),
      columns: [
        'unit_id',
        'state',
        'submission',
        'sentences',
        'figures',
        'reason',
        'submitted_by',
        'submitted_for',
        'submitted_at',
        'decided_by',
        'decided_at',
        'version',
      ],
    },
    {},
  ),
  report_sentence: matter(
    'exists (select from report r where r.id = report_id)',
    {
      sees: 'exists (select from report r where r.id = report_id)',
      adds: 'exists (select from report r where r.id = report_id)',
    },
    {},
  ),
  /** Disagreements (协调): those between whom they are, the lead, and the office that settles them. */
  coordination: matter(
    seenTask,
    {
      sees: both(either(`unit_id = ${MY_UNIT}`, `${MY_UNIT} = any(with_unit_ids)`, LED), seenTask),
      adds: both(`raised_by = ${ME}`, `unit_id = ${MY_UNIT}`, 'assignment_id in (select unit_assignments())'),
      changes: both(`unit_id = ${MY_UNIT}`, seenTask),
      columns: ['state', 'settled_by', 'settled_at', 'next_step', 'next_step_at', 'version'],
    },
    { changes: seenTask },
  ),
  group_completion: matter(
    seenTask,
    { sees: 'task_id in (select unit_tasks())' },
    { adds: seenTask, changes: seenTask },
  ),
  number_series: systemOnly,
  sweep_alarm: systemOnly,
  /** Evidence (佐证材料): whose report it is of; before that its own unit's, and what of that only its sender reads. */
  evidence_file: matter(
    OF_SEEN_REPORT,
    {
      sees: either(OF_SEEN_REPORT, both('report_id is null', `unit_id = ${MY_UNIT}`)),
      adds: both(`person_id = ${ME}`, `unit_id = ${MY_UNIT}`, 'report_id is null'),
      changes: `unit_id = ${MY_UNIT}`,
      columns: ['report_id'],
      removes: both(`person_id = ${ME}`, 'report_id is null'),
    },
    {},
  ),
  evidence_link: each([...GOVERNMENT, 'duban_unit'], {
    sees: `person_id = ${ME}`,
    adds: both(`person_id = ${ME}`, 'exists (select from evidence_file f where f.id = file_id)'),
  }),
  /** How a part was judged (核查): for the unit whose it is, and the leads. */
  verification: matter(
    seen('assignment_id', 'assignments'),
    { sees: ofPartOrLed, adds: both(`person_id = ${ME}`, ofPartOrLed) },
    { adds: both(`person_id = ${ME}`, seen('assignment_id', 'assignments')) },
  ),
  /** Leaders' instructions (领导批示): leaders add them, and change nothing else. */
  instruction: {
    ...matter(
      seenTask,
      { sees: 'id in (select instruction_id from instruction_unit)' },
      { adds: both(`person_id = ${ME}`, seenTask) },
    ),
    duban_leader: { sees: seenTask, adds: both(`person_id = ${ME}`, seenTask) },
  },
  instruction_unit: {
    ...matter(
      seen('assignment_id', 'assignments'),
      { sees: ofPartOrLed },
      { adds: 'exists (select from instruction i where i.id = instruction_id)' },
    ),
    duban_leader: {
      sees: seen('assignment_id', 'assignments'),
      adds: 'exists (select from instruction i where i.id = instruction_id)',
    },
  },
  /** What the public thinks of what was done (满意度): for the leads. */
  satisfaction: matter(seenTask, { sees: LED }, { adds: both(`person_id = ${ME}`, seenTask) }),

  // Messages: everybody their own, the government those of others
  notification: {
    ...each(GOVERNMENT, { sees: both(seenEvent, NOT_SUMMARY) }),
    ...each(['duban_security', 'duban_unit'], {
      sees: both(
        either(
          'exists (select from digest_item i where i.notification_id = notification.id)',
          'exists (select from message_outcome o where o.notification_id = notification.id)',
          `composed_at is null and post_id in (select h.post_id from post_holding h where h.person_id = ${ME} and h.to_on is null)`,
        ),
        seenEvent,
      ),
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
    ...each(GOVERNMENT, {
      sees: both(
        seen('notification_id', 'notifications'),
        either(
          'cardinality((select summary_plans())::uuid[]) = 0',
          'exists (select from notification n where n.id = notification_id)',
        ),
      ),
    }),
  },
  /** Why a message was not sent: for whom it was, and of those that a cap holds, for their unit. */
  message_outcome: {
    ...each(['duban_security', 'duban_unit'], {
      sees: both(
        either(`person_id = ${ME}`, `reason = 'cap' and unit_id = ${MY_UNIT}`),
        seen('notification_id', 'notifications'),
      ),
    }),
    ...each(GOVERNMENT, {
      sees: both(
        seen('notification_id', 'notifications'),
        either(
          'cardinality((select summary_plans())::uuid[]) = 0',
          'exists (select from notification n where n.id = notification_id)',
        ),
      ),
    }),
  },
  message_rules: { ...readable, duban_office: { sees: 'true', adds: both(`person_id = ${ME}`, IS_HEAD_OF_OFFICE) } },
  /** How long each kind of matter is kept (保管期限). */
  retention_schedule: {
    ...readable,
    duban_office: { sees: 'true', adds: both(`person_id = ${ME}`, IS_HEAD_OF_OFFICE) },
  },
  /** What is kept from disposal (暂停处置): the auditor says so. */
  disposal_hold: {
    ...each(GOVERNMENT, { sees: seen('plan_id', 'plans') }),
    duban_auditor: { sees: seen('plan_id', 'plans'), adds: both(`person_id = ${ME}`, seen('plan_id', 'plans')) },
  },
  /** What is proposed for disposal (销毁); the head of the office decides on what another has proposed. */
  disposal: {
    ...each(GOVERNMENT, { sees: seen('plan_id', 'plans') }),
    duban_office: {
      sees: seen('plan_id', 'plans'),
      adds: both(`person_id = ${ME}`, IS_HEAD_OF_OFFICE, seen('plan_id', 'plans')),
    },
    duban_auditor: { sees: seen('plan_id', 'plans'), adds: both(`person_id = ${ME}`, seen('plan_id', 'plans')) },
  },
  disposal_decision: {
    ...each(GOVERNMENT, { sees: OF_SEEN_DISPOSAL }),
    duban_office: {
      sees: OF_SEEN_DISPOSAL,
      adds: both(
        `person_id = ${ME}`,
        IS_HEAD_OF_OFFICE,
        `exists (select from disposal d where d.id = disposal_id and (decision = 'refused' or d.person_id <> ${ME}))`,
      ),
    },
  },
  /** How far one is carried out. */
  disposal_run: each(GOVERNMENT, { sees: OF_SEEN_DISPOSAL, exceptFor: ['actor'] }),
  message_template: { ...readable, duban_office: { sees: 'true', adds: both(`person_id = ${ME}`, IS_HEAD_OF_OFFICE) } },
  message_preference: {
    ...each(EVERYBODY, { sees: `person_id = ${ME}`, adds: `person_id = ${ME}` }),
    duban_office: { sees: 'true', adds: `person_id = ${ME}` },
    duban_auditor: { sees: 'true', adds: `person_id = ${ME}` },
  },
  /** In which half hours a unit was written to. */
  unit_told: {
    ...each(GOVERNMENT, { sees: 'true' }),
    duban_unit: { sees: `unit_id = ${MY_UNIT}` },
  },
  delivery: {
    ...each(EVERYBODY, { sees: `person_id = ${ME}`, ...readsOwn }),
    ...each(GOVERNMENT, { sees: othersMessages('digest_id'), ...readsOwn }),
    duban_admin: {
      sees: othersMessages('digest_id'),
      changes: either(`person_id = ${ME}`, 'destination_id is not null'),
      columns: [...readsOwn.columns, 'attempts', 'turn_at'],
    },
  },
  /** Where digests go beside people. What lets anybody write there, or sign, is shown to nobody. */
  destination: {
    // Their own messages are read with the destination of each, of which there is none
    ...each(EVERYBODY, { sees: 'false', exceptFor: ['sealed_address'] }),
    ...each(GOVERNMENT, { sees: 'true', exceptFor: ['sealed_address'] }),
    duban_admin: {
      sees: 'true',
      exceptFor: ['sealed_address'],
      adds: `made_by = ${ME}`,
      changes: 'true',
      columns: [
        'name',
        'shown_address',
        'sealed_address',
        'kinds',
        'unit_ids',
        'per_minute',
        'paused_at',
        'ended_at',
        'stop_reason',
        'version',
      ],
    },
  },
  /** Messages by which channels are tried (试发): asked for here, sent and settled by the system. */
  channel_test: {
    duban_admin: { sees: `person_id = ${ME}`, adds: both(`person_id = ${ME}`, 'finished_at is null') },
  },
  destination_key: {
    ...each(GOVERNMENT, { sees: 'true', exceptFor: ['sealed_secret'] }),
    duban_admin: {
      sees: 'true',
      exceptFor: ['sealed_secret'],
      adds: 'true',
      changes: 'true',
      columns: ['ends_at'],
    },
  },
  delivery_attempt: each(GOVERNMENT, { sees: 'exists (select from delivery d where d.id = delivery_id)' }),
  /** How far the ways to mail servers and destinations are taken. */
  delivery_line: {
    ...each(GOVERNMENT, { sees: 'true' }),
    duban_admin: {
      sees: 'true',
      changes: `name like 'destination %'`,
      columns: ['failures', 'paused_until', 'last_turn_at'],
    },
  },
  /** Of no matter: what a mail server says of an address. */
  bounce: each(GOVERNMENT, { sees: 'true' }),
  /** What vendors report of messages later, before it is known whose they are. */
  delivery_receipt: systemOnly,
  /** By which vendors know the installation. */
  access_token: systemOnly,
  suppressed_address: {
    ...each(GOVERNMENT, { sees: 'true' }),
    duban_admin: {
      sees: 'true',
      changes: 'true',
      into: `lifted_by = ${ME}`,
      columns: ['lifted_at', 'lifted_by', 'lift_reason'],
    },
  },

  // History (留痕): everybody adds what they do themselves, nobody anything else
  history_entry: {
    duban_office: {
      sees: ofMatters,
      adds: both(`actor_person_id = ${ME}`, `entity <> 'queue'`, either(`entity <> 'restriction'`, IS_HEAD_OF_OFFICE)),
    },
    duban_admin: {
      sees: ofMatters,
      ...records(
        'jurisdiction',
        'unit',
        'post',
        'person',
        'post_change',
        'reorganisation',
        'delegation',
        'calendar_paper',
        'suppressed_address',
        'destination',
        'channel_test',
        'queue',
      ),
    },
    duban_security: records('person', 'post_change', 'sign_in_policy', 'delegation'),
    duban_leader: { sees: ofMatters, ...records('delegation', 'instruction', 'instruction_unit') },
    duban_auditor: {
      sees: seenHistory,
      ...records('history_export', 'archive_package', 'disposal_hold', 'disposal'),
    },
    duban_unit: {
      sees: withoutLookers(
        LED,
        both(
          'task_id in (select unit_tasks())',
          either(
            `entity in ('task', 'matter', 'assignment')`,
            `unit_id = ${MY_UNIT}`,
            'assignment_id in (select unit_assignments())',
            'obligation_id in (select unit_obligations())',
          ),
        ),
        `entity = 'plan' and plan_id in (select unit_plans())`,
        'plan_id in (select own_plans())',
        both('task_id in (select lower_tasks())', either(STANDS, NOT_SUMMARY)),
      ),
      ...records(
        'assignment',
        'objection',
        'task',
        'report',
        'action_plan',
        'supervision_notice',
        'delegation',
        'contribution',
        'coordination',
        'application',
        'plan',
        'plan_import',
        'verification',
        'archive_package',
      ),
    },
  },

  /** Their words, read and written by functions alone: by who sees the event, with the event. */
  history_words: systemOnly,
  /** Where months of them lie. */
  history_part: audited,

  /** Searches of history (检索方案) and views of the board (常用视图) that somebody keeps. */
  // Views of the board (常用视图) are everybody's to keep; searches of history (检索方案) are for who may search it.
  saved_search: {
    ...each([...GOVERNMENT, 'duban_unit'], keptBy(both(`person_id = ${ME}`, `about = 'board'`))),
    ...each(['duban_office', 'duban_auditor'], keptBy(`person_id = ${ME}`)),
  },

  // The proof of it (存证): made by the system, looked at by the auditor
  history_tree: audited,
  history_leaf: audited,
  history_node: audited,
  history_key: audited,
  history_checkpoint: audited,
  history_handout: audited,
  history_stamp: audited,

  // The directory: what an import says. Reorganisations, and accounts that follow from units, are the system's to write.
  jurisdiction: kept({ adds: 'true' }),
  unit: kept({
    adds: 'to_on is null',
    changes: 'true',
    columns: ['name', 'official_name', 'kind', 'position', 'parent_id'],
  }),
  unit_name: kept({ adds: 'to_on is null', changes: 'to_on is null', columns: ['name', 'official_name'] }),
  unit_alias: kept({ adds: 'true', removes: 'true' }),
  unit_group: kept({ adds: 'true', changes: 'true', columns: ['name', 'rule'] }),
  unit_group_member: kept({ adds: 'true', removes: 'true' }),
  settled_name: { ...readable, duban_office: { sees: 'true', adds: 'true', changes: 'true' } },
  post: kept({ adds: 'unit_id is not null', changes: 'title is not null', columns: ['closed_on'] }),
  unit_relation: readable,
  reorganisation: {
    ...each(GOVERNMENT, { sees: 'true' }),
    duban_office: reorganises(IS_HEAD_OF_OFFICE),
    duban_admin: reorganises('true'),
  },
  policy: {
    ...readable,
    duban_office: { sees: 'true', adds: both(IS_HEAD_OF_OFFICE, `enabled_by = ${ME}`) },
  },
  policy_draft: {
    duban_office: {
      sees: 'true',
      adds: `written_by = ${ME}`,
      changes: 'true',
      into: `written_by = ${ME}`,
      columns: ['rules', 'written_by', 'written_at', 'version'],
      removes: 'true',
    },
  },
  /** Papers that arrange days off (放假安排通知): whoever keeps the directory imports them, in their own name. */
  calendar_paper: kept({ adds: `imported_by = ${ME}` }),
  demonstration_clock: readable,

  // Accounts (三员分立): the one administrator makes them and proposes their posts, the other gives these
  /** Passwords are read by the system alone. Of the other two administrators an admin changes no more than the name. */
  person: withoutColumns(['password_hash'], {
    ...each(EVERYBODY, { sees: 'true', changes: 'true', into: `id = ${ME}`, columns: OF_ONESELF }),
    duban_admin: {
      sees: 'true',
      adds: 'true',
      changes: 'true',
      into: both(
        either('is_active', `id <> ${ME}`),
        either(notAmong('id', 'security', 'auditor'), 'is_active and opens_as_before(id, email, password_hash)'),
      ),
      columns: [...OF_ONESELF, 'accounts', 'display_name', 'is_active'],
    },
    // Of others no more than that they are erased, whose account the other administrator has closed
    duban_security: {
      sees: 'true',
      changes: 'true',
      into: either(
        both(`id = ${ME}`, 'erased_at is null', 'is_called(id, username, display_name)'),
        both(
          `id <> ${ME}`,
          `erased_at is not null and not is_active and password_hash is null`,
          `email is null and mobile is null and accounts = '{}'`,
          notAmong('id', 'office', 'officer', 'leader', 'auditor', 'admin', 'security'),
        ),
      ),
      columns: [...OF_ONESELF, 'accounts', 'username', 'display_name', 'erased_at'],
    },
  }),
  post_holding: {
    ...readable,
    duban_security: { sees: 'true', adds: OTHERS, changes: OTHERS, columns: ['to_on'], removes: OTHERS },
  },
  post_change: {
    duban_admin: decides(`state = 'withdrawn' and proposed_by = ${ME}`),
    duban_security: decides(`case state when 'withdrawn' then proposed_by = ${ME} else ${OTHERS} end`),
    duban_auditor: { sees: 'true' },
  },
  sign_in_policy: { ...readable, duban_security: { sees: 'true', adds: `person_id = ${ME}` } },
  /** Who stands in for whom (代行): those concerned, and those who watch over it. */
  delegation: {
    duban_office: standsIn('true', IS_HEAD_OF_OFFICE),
    duban_security: standsIn('true', 'true'),
    ...each(['duban_auditor', 'duban_admin'], { sees: 'true' }),
    duban_leader: standsIn(ofMine, 'false'),
    duban_unit: standsIn(either(ofMine, ofMyUnit), ofMyUnit),
  },

  /** By which history seals what it says of somebody (个人密钥). */
  person_key: systemOnly,

  // What is of persons; of their own sessions, passwords and factors the system lets them know
  session: withoutColumns(['token_hash'], {
    ...each(['duban_admin', 'duban_auditor'], { sees: 'true' }),
    duban_security: { sees: 'true', changes: 'true', into: OTHERS, columns: ['ended_at'] },
  }),
  api_token: withoutColumns(['token_hash'], {
    ...each(EVERYBODY, { ...ownToken, sees: `person_id = ${ME}`, changes: `person_id = ${ME}` }),
    duban_security: { ...ownToken, sees: 'true', changes: 'true' },
  }),
  idempotency_key: each(EVERYBODY, whole(`person_id = ${ME}`)),
  password_history: systemOnly,
  password_reset: systemOnly,
  second_factor: withoutColumns(['secret', 'pending_secret'], {
    ...each(['duban_admin', 'duban_auditor'], { sees: 'true' }),
    duban_security: { sees: 'true', removes: OTHERS },
  }),
  recovery_code: withoutColumns(['code_hash'], { duban_security: { sees: 'true', removes: OTHERS } }),
  person_identity: {
    duban_admin: { sees: 'true' },
    duban_security: {
      sees: 'true',
      adds: both(OTHERS, notAmong('person_id', 'admin', 'security', 'auditor')),
      removes: OTHERS,
    },
  },
  sign_in_guess: {
    ...each(['duban_admin', 'duban_auditor'], { sees: 'true' }),
    duban_security: { sees: 'true', removes: `not (subject = any((select own_guesses())::text[]))` },
  },
  provider_flow: systemOnly,
  provider_logout: systemOnly,
};
