/**
 * What the policies ask for. The plain ones read the transaction's settings; the others look at the tables as
 * `duban_system` and give ids, so that no policy leads to another one, and are asked once a statement.
 */
export const SETTINGS_FUNCTIONS = [
  `create or replace function duban_person() returns uuid language sql stable parallel safe as
   $$ select nullif(current_setting('duban.person', true), '')::uuid $$`,
  `create or replace function duban_unit() returns uuid language sql stable parallel safe as
   $$ select nullif(current_setting('duban.unit', true), '')::uuid $$`,
];

interface DefinedFunction {
  /** With the types of its parameters, as grants name it. */
  signature: string;
  parameters?: string;
  returns: string;
  body: string;
}

const NOBODY_IS_NAMED = `if not exists (select from named_person) then return '{}'; end if;`;
const ids = (name: string, select: string): DefinedFunction => ({
  signature: `${name}()`,
  returns: 'uuid[]',
  body: `begin ${NOBODY_IS_NAMED} return coalesce((select array_agg(distinct id) from (${select}) found(id)), '{}'); end`,
});
/** Who stands above units but is no unit; the auditor looks at all that is recorded. */
const IS_ABOVE = `current_setting('duban.post', true) in ('office', 'officer', 'leader', 'admin')`;
const DRAFTS_OF_UNITS = `select p.id from plan p where p.unit_id is not null and p.state = 'draft'`;
/** @param unless where it is so, there are none, and nothing is looked for */
const idsOfUnit = (name: string, select: string, unless = 'duban_unit() is null'): DefinedFunction => ({
  signature: `${name}()`,
  returns: 'setof uuid',
  body: `begin if ${unless} then return; end if; return query ${select}; end`,
});

/** Restricted to others (限知): somebody is named, and not the one who acts. */
const NOT_NAMED = (column: string): string =>
  `select ${column} from named_person where ${column} is not null
   group by ${column} having not coalesce(bool_or(person_id = duban_person()), false)`;
const SEEN = (column: string): string => `not (${column} = any(hidden_tasks()))`;

export const DEFINED_FUNCTIONS: readonly DefinedFunction[] = [
  /** By which calendar (工作日历) a transaction computes that begins now. */
  {
    signature: 'calendar_position()',
    returns: 'integer',
    body: `begin return coalesce((select max(position) from calendar_paper), 0); end`,
  },
  /** Whether somebody is named for a restricted matter (限知事项), asked when a transaction begins. */
  {
    signature: 'is_named(text)',
    parameters: 'who text',
    returns: 'boolean',
    body: `begin
      return who <> '' and exists (select from named_person n where n.person_id = who::uuid);
    end`,
  },
  /** Restricted matters that the actor is named for, as far as they, or something in them, are among some ids. */
  {
    signature: 'restricted_among(uuid[])',
    parameters: 'ids uuid[]',
    returns: 'table(plan_id uuid, task_id uuid)',
    body: `begin
      return query with read(id) as materialized (
          select t.id from task t where t.id = any(ids)
          union select a.task_id from assignment a where a.id = any(ids)
          union select o.task_id from obligation o where o.id = any(ids))
        select distinct coalesce(n.plan_id, own.plan_id), n.task_id
        from named_person n left join task own on own.id = n.task_id
        where n.person_id = duban_person() and (n.plan_id = any(ids)
          or exists (select from read r join task t on t.id = r.id
            where n.task_id in (t.id, t.parent_id) or t.plan_id = n.plan_id));
    end`,
  },
  // Restricted matters (限知事项) that the actor is not named for, and for the government what units draft among themselves
  {
    signature: 'hidden_plans()',
    returns: 'uuid[]',
    body: `begin
      if not exists (select from named_person) and not (${IS_ABOVE} and exists (${DRAFTS_OF_UNITS})) then return '{}'; end if;
      return coalesce((select array_agg(distinct id) from (${NOT_NAMED('plan_id')}
        union select d.id from (${DRAFTS_OF_UNITS}) d where ${IS_ABOVE}) found(id)), '{}');
    end`,
  },
  ids(
    'hidden_tasks',
    `with own(id) as materialized (${NOT_NAMED('task_id')})
     select own.id from own
     union select t.id from own join task t on t.parent_id = own.id
     union select h.entity_id from own join history_event h
       on h.type = 'task.removed' and h.parent_id = own.id
     union select t.id from (${NOT_NAMED('plan_id')}) p(id) join task t on t.plan_id = p.id`,
  ),
  /** When it was approved that a file goes (销毁), to whoever sees the file: a large disposal is carried out after that. */
  {
    signature: 'disposal_begun(uuid)',
    parameters: 'file uuid',
    returns: 'timestamptz',
    body: `begin
      return (select c.decided_at from evidence_file f join report r on r.id = f.report_id
          join assignment a on a.id = r.assignment_id join task t on t.id = a.task_id
          join disposal d on d.plan_id = t.plan_id
          join disposal_decision c on c.disposal_id = d.id and c.decision = 'approved'
        where f.id = file limit 1);
    end`,
  },
  /** Plans of which the actor sees a part. */
  ids('cut_plans', `select t.plan_id from unnest(hidden_tasks()) h(id) join task t on t.id = h.id`),
  ids('hidden_assignments', `select a.id from unnest(hidden_tasks()) h(id) join assignment a on a.task_id = h.id`),
  ids('hidden_obligations', `select o.id from unnest(hidden_tasks()) h(id) join obligation o on o.task_id = h.id`),
  ids(
    'hidden_notifications',
    `select n.id from unnest(hidden_tasks()) h(id) join notification n on n.task_id = h.id
     union select n.id from unnest(hidden_plans()) p(id) join notification n on n.plan_id = p.id`,
  ),
  ids(
    'hidden_digests',
    `select i.digest_id from unnest(hidden_notifications()) h(id) join digest_item i on i.notification_id = h.id`,
  ),

  // What a unit sees: the tasks that it has a part in, with the task above; all of those that it leads
  idsOfUnit(
    'unit_tasks',
    `select distinct own.id from assignment a join task t on t.id = a.task_id
       cross join lateral (values (t.id), (t.parent_id)) own(id)
     where a.unit_id = duban_unit() and own.id is not null and ${SEEN('t.id')}`,
  ),
  idsOfUnit(
    'led_tasks',
    `select a.task_id from assignment a where a.unit_id = duban_unit() and a.role = 'lead' and ${SEEN('a.task_id')}`,
  ),
  idsOfUnit(
    'unit_plans',
    `select distinct t.plan_id from assignment a join task t on t.id = a.task_id
       where a.unit_id = duban_unit() and ${SEEN('t.id')}
     union select own_plans()
     union select t.plan_id from task t where t.id in (select lower_tasks())`,
  ),
  // Second-level breakdowns (二级分解): what the unit issues, and what hangs below that
  idsOfUnit('own_plans', `select p.id from plan p where p.unit_id = duban_unit() and not (p.id = any(hidden_plans()))`),
  idsOfUnit('own_plan_tasks', `select t.id from task t where t.plan_id in (select own_plans()) and ${SEEN('t.id')}`),
  idsOfUnit(
    'lower_tasks',
    `with recursive below(id, depth) as (
       select t.id, 0 from task t where t.plan_id in (select own_plans())
       union
       select part.id, b.depth + 1
       from below b
         join assignment a on a.task_id = b.id
         join task u on u.upper_assignment_id = a.id
         join plan p on p.id = u.plan_id and p.state <> 'draft'
         cross join lateral (select u.id union all select c.id from task c where c.parent_id = u.id) part(id)
       where b.depth < 4)
     select distinct below.id from below where depth > 0 and ${SEEN('below.id')}`,
    // Few units have plans of their own.
    'not exists (select from own_plans())',
  ),
  idsOfUnit('overseen_tasks', `select own_plan_tasks() union select lower_tasks()`),
  idsOfUnit('overseen_assignments', `select a.id from assignment a where a.task_id in (select overseen_tasks())`),
  /** Plans of units of which the actor, who stands above, sees no more than how it stands. */
  {
    signature: 'summary_plans()',
    returns: 'uuid[]',
    body: `begin
      if not exists (select from plan p where p.unit_id is not null) then return '{}'; end if;
      if ${IS_ABOVE} then
        return coalesce((select array_agg(p.id) from plan p where p.unit_id is not null and p.visibility = 'summary'), '{}');
      end if;
      if duban_unit() is null then return '{}'; end if;
      return coalesce((select array_agg(distinct p.id) from task t join plan p on p.id = t.plan_id
        where t.id in (select lower_tasks()) and p.unit_id is distinct from duban_unit() and p.visibility = 'summary'), '{}');
    end`,
  },
  /** All plans of units, which are not among the government's own. */
  {
    signature: 'plans_of_units()',
    returns: 'uuid[]',
    body: `begin return coalesce((select array_agg(p.id) from plan p where p.unit_id is not null), '{}'); end`,
  },
  /** Whether what is written of a part is for those of its plan alone. */
  {
    signature: 'is_internal(uuid)',
    parameters: 'assignment uuid',
    returns: 'boolean',
    body: `declare internal uuid[] := summary_plans(); begin
      return cardinality(internal) > 0 and exists (select from assignment a join task t on t.id = a.task_id
        where a.id = assignment and t.plan_id = any(internal));
    end`,
  },
  idsOfUnit(
    'unit_assignments',
    `select a.id from assignment a where a.unit_id = duban_unit() and ${SEEN('a.task_id')}`,
  ),
  idsOfUnit(
    'unit_obligations',
    `select o.id from obligation o where o.unit_id = duban_unit() and ${SEEN('o.task_id')}`,
  ),

  // Accounts
  /** Whoever holds a post of one of some kinds today, or will. */
  {
    signature: 'holders_of(text[])',
    parameters: 'kinds text[]',
    returns: 'uuid[]',
    body: `begin
      return coalesce((select array_agg(distinct h.person_id) from post_holding h join post p on p.id = h.post_id
        where p.kind = any(kinds) and (h.to_on is null
          or h.to_on > (coalesce((select instant from demonstration_clock), now()) at time zone 'Asia/Shanghai')::date)), '{}');
    end`,
  },
  /** Whether who opens an account would be who did before the statement: by the same password, and mailed to alike. */
  {
    signature: 'opens_as_before(uuid, text, text)',
    parameters: 'which uuid, mail text, hash text',
    returns: 'boolean',
    body: `begin
      return exists (select from person p where p.id = which
        and (p.email, p.password_hash) is not distinct from (mail, hash));
    end`,
  },
  /** Whether an account is called as it was before the statement. */
  {
    signature: 'is_called(uuid, text, text)',
    parameters: 'which uuid, account text, name text',
    returns: 'boolean',
    body: `begin
      return exists (select from person p where p.id = which and p.username = account and p.display_name = name);
    end`,
  },
  /** Whether somebody can sign in by a password at all; the hash is for the system alone. */
  {
    signature: 'has_password(uuid)',
    parameters: 'which uuid',
    returns: 'boolean',
    body: `begin return exists (select from person p where p.id = which and p.password_hash is not null); end`,
  },
  /**
   * Keys of persons (个人密钥), for whoever records and reads what history says of people: by themselves they tell nothing,
   * and which events one sees is for the policies. Null where it was destroyed; settled unless this transaction made it.
   */
  {
    signature: 'person_keys(uuid[])',
    parameters: 'wanted uuid[]',
    returns: 'table(person_id uuid, key bytea, is_settled boolean)',
    body: `begin
      return query select k.person_id, k.key, k.made_by is distinct from pg_current_xact_id_if_assigned()
        from person_key k where k.person_id = any(wanted);
    end`,
  },
  /** What failed sign-ins of one's own are counted under. */
  {
    signature: 'own_guesses()',
    returns: 'text[]',
    body: `begin
      return array(select unnest(array['factor ' || p.id,
          'account ' || rtrim(translate(encode(sha256(convert_to(p.username, 'UTF8')), 'base64'), '+/', '-_'), '=')])
        from person p where p.id = duban_person());
    end`,
  },

  /**
   * Whether there is such a thing that is not restricted: who asks for what is another's is told so, and of what is
   * restricted nothing. `kind`: task, assignment, supervision_notice, evidence_file, report, action_plan.
   */
  {
    signature: 'is_anothers(text, uuid)',
    parameters: 'kind text, which uuid',
    returns: 'boolean',
    body: `begin
      return case kind
        when 'task' then exists (select from task t where t.id = which and ${SEEN('t.id')})
        when 'assignment' then exists (select from assignment a where a.id = which and ${SEEN('a.task_id')})
        when 'supervision_notice' then exists (select from supervision_notice n join obligation o on o.id = n.obligation_id
          where n.id = which and ${SEEN('o.task_id')})
        when 'evidence_file' then exists (select from evidence_file f
          left join report r on r.id = f.report_id left join assignment a on a.id = r.assignment_id
          where f.id = which and (f.report_id is null or ${SEEN('a.task_id')}))
        when 'report' then exists (select from report r join assignment a on a.id = r.assignment_id
          where r.id = which and ${SEEN('a.task_id')})
        when 'action_plan' then exists (select from action_plan p where p.id = which and ${SEEN('p.task_id')})
        else false end;
    end`,
  },
  /**
   * Tasks whose words are like a pattern, or whose number is it: ids, of which the policies leave what one may see. A
   * condition that might tell of its rows is not looked up in an index before the policy was asked.
   */
  {
    signature: 'search_tasks(text, text)',
    parameters: 'pattern text, wanted text',
    returns: 'uuid[]',
    body: `begin
      return coalesce((select array_agg(t.id) from task t where t.content like pattern or t.number = wanted), '{}');
    end`,
  },
  /** Open tasks of a jurisdiction whose words are near some words, as far as they are not restricted, and how near. */
  {
    signature: 'near_tasks(uuid, text)',
    parameters: 'whose uuid, words text',
    returns: 'table(task_id uuid, likeness real)',
    body: `begin
      return query select t.id, greatest(similarity(t.content, words), word_similarity(words, t.content),
          case when char_length(t.content) >= 12 then word_similarity(t.content, words) else 0 end)
        from task t
        where (t.content % words or words <% t.content) and t.jurisdiction_id = whose
          and t.state not in ('verified', 'cancelled', 'not_implemented') and ${SEEN('t.id')};
    end`,
  },
];
