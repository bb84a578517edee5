import { STANDS } from './conditions';

/**
 * Something that must always hold. `sql` gives a row for each thing of which it does not: `id`, and in `detail` what is
 * wrong in figures and codes, never text that people wrote. $1 is the business clock's instant.
 */
export interface SelfCheck {
  code: string;
  /** What must hold. */
  zh: string;
  en: string;
  sql: string;
}

/** Longer than a sweep, a digest and a try of a channel take: what is late by that much is not being done. */
const LATE = `interval '1 hour'`;

/** The words of an event are in the database, and not of a month that lies outside. */
const isHere = (event: string): string => `not coalesce((select p.is_outside from history_part p
  where p.month = ${event}.month order by p.version desc limit 1), false)`;

/** What history told last of an entity, held against its row; that a delivery was claimed it is not told. */
const toldOtherwise = (entity: string, columns: Readonly<Record<string, string>>): string => `
  select x.id, 'the row is ' || x.state || ', history tells ' || coalesce(told.state, 'nothing') as detail
  from ${entity} x left join lateral (
    select case when ${isHere('e')} then e.after end as after, not (${isHere('e')}) as is_outside, e.state
    from history_event e
    where e.entity = '${entity}' and e.entity_id = x.id and e.state is not null order by e.seq desc limit 1) told on true
  where x.state <> 'sending' and (${Object.entries(columns)
    .map(([key, column]) =>
      key === 'state'
        ? `told.state is distinct from x.${column}`
        : `told.is_outside is not true and told.after->>'${key}' is distinct from x.${column}::text`,
    )
    .join(' or ')})`;

const KEYS =
  `has_state state unit_id assignment_id obligation_id parent_id position due_on due_at role is_stopped colour
  post_unit_ids`.split(/\s+/);
const keysOf = (of: string): string => KEYS.map((key) => `${of}.${key}`).join(', ');

/** One entry an invariant; whoever makes another rule that rows keep among them adds it here. */
export const SELF_CHECKS: readonly SelfCheck[] = [
  {
    code: 'obligation.no_next_rung',
    zh: '未办结的应办事项，督办规则还有后续步骤的，必有下一步',
    en: 'an open obligation whose ladder goes on has a next rung',
    // An answer that waits to be judged, or was accepted, stops the ladder; a reminder of a past date is not made up for.
    sql: `
      select o.id, 'deadline version ' || o.deadline_version || ', after ' || coalesce(o.last_rung, 'none') as detail
      from obligation o join policy p on p.id = o.policy_id and p.version = o.policy_version
        cross join lateral (select coalesce(max(r.place), 0) as place
          from jsonb_array_elements(p.body->'ladders'->o.ladder->'rungs') with ordinality r(rung, place)
          where r.rung->>'id' = o.last_rung) climbed
      where o.state = 'open' and o.next_rung is null
        and exists (select from jsonb_array_elements(p.body->'ladders'->o.ladder->'rungs') with ordinality r(rung, place)
          where r.place > climbed.place and not (r.rung ? 'when')
            and (r.rung->>'kind' in ('notice', 'talk') or coalesce(r.rung->'offset'->>'workingDays', r.rung->'offset'->>'calendarDays', '0')::int > 0))
        and not exists (select from supervision_notice n where n.obligation_id = o.id
          and n.deadline_version >= o.ladder_since and n.state in ('answered', 'closed'))`,
  },
  {
    code: 'obligation.unknown_rung',
    zh: '应办事项的下一步必在其督办规则之中',
    en: 'the next rung of an obligation is one of its ladder',
    sql: `
      select o.id, o.next_rung || ' is not in ' || o.ladder as detail
      from obligation o join policy p on p.id = o.policy_id and p.version = o.policy_version
      where o.next_rung is not null and not exists (
        select from jsonb_array_elements(p.body->'ladders'->o.ladder->'rungs') rung where rung->>'id' = o.next_rung)`,
  },
  {
    code: 'obligation.late_rung',
    zh: '到期的步骤一小时内必已执行',
    en: 'a due rung fires within the hour',
    sql: `
      select o.id, o.next_rung || ' has been due since ' || o.next_rung_at as detail
      from obligation o where o.next_rung_at < $1::timestamptz - ${LATE}`,
  },
  {
    code: 'obligation.pointer_on_settled',
    zh: '已了结或中止的应办事项没有下一步',
    en: 'an obligation that is settled or suspended has no next rung',
    sql: `select o.id, o.state || ', next ' || o.next_rung as detail
      from obligation o where o.state <> 'open' and o.next_rung_at is not null`,
  },
  {
    code: 'obligation.of_ended_part',
    zh: '已撤销、未能办成的责任分工不再有应办事项',
    en: 'nothing is owed of a part that was cancelled or not implemented',
    sql: `select o.id, o.kind || ' is ' || o.state || ', the part ' || a.state as detail
      from obligation o join assignment a on a.id = o.assignment_id
      where o.state in ('open', 'suspended') and a.state in ('cancelled', 'not_implemented')`,
  },
  {
    code: 'obligation.of_another_unit',
    zh: '应办事项属于承担该责任分工的单位',
    en: 'what is owed is owed by the unit that has the part',
    sql: `select o.id, 'unit ' || o.unit_id || ', the part has ' || a.unit_id as detail
      from obligation o join assignment a on a.id = o.assignment_id
      where o.state in ('open', 'suspended') and (o.unit_id <> a.unit_id or o.task_id <> a.task_id)`,
  },
  {
    code: 'obligation.of_ended_unit',
    zh: '已撤并的单位不再有应办事项',
    en: 'a unit that has ended owes nothing',
    sql: `select o.id, 'unit ' || u.code || ' ended on ' || u.to_on as detail
      from obligation o join unit u on u.id = o.unit_id join jurisdiction j on j.id = o.jurisdiction_id
      where o.state in ('open', 'suspended') and u.to_on < ($1::timestamptz at time zone j.time_zone)::date`,
  },
  {
    code: 'obligation.clock_and_marks',
    zh: '责任分工中止或有异议时应办事项停钟，否则走钟',
    en: 'the clock of an obligation stands while its part is suspended or objected to, and then only',
    sql: `select o.id, o.state || ', marks: ' || array_to_string(a.marks, ' ') as detail
      from obligation o join assignment a on a.id = o.assignment_id
      where o.state in ('open', 'suspended') and (o.state = 'suspended') <> (a.marks <> '{}')`,
  },
  {
    code: 'deadline.not_current',
    zh: '应办事项的期限与其现行期限版本一致',
    en: 'the date of an obligation is that of its current deadline version',
    sql: `select o.id, case when v.obligation_id is null then 'version ' || o.deadline_version || ' is missing'
        else 'due at ' || o.due_at || ', the version says ' || v.due_at end as detail
      from obligation o left join deadline_version v on v.obligation_id = o.id and v.version = o.deadline_version
      where v.obligation_id is null
        or (v.recorded_on, v.effective_on, v.due_at) is distinct from (o.due_on, o.effective_on, o.due_at)`,
  },
  {
    code: 'deadline.gap',
    zh: '期限版本自一起连续编号，至现行版本止',
    en: 'deadline versions are numbered from one to the current one',
    sql: `select o.id, count(v.*) || ' versions up to ' || coalesce(max(v.version), 0) || ', the current one is '
        || o.deadline_version as detail
      from obligation o left join deadline_version v on v.obligation_id = o.id
      group by o.id having count(v.*) <> o.deadline_version or max(v.version) is distinct from o.deadline_version`,
  },
  {
    code: 'notice.stands_on_settled',
    zh: '应办事项了结后，其督办单必已办结',
    en: 'no supervision notice stands about what is settled',
    sql: `select n.id, n.colour || ' is ' || n.state || ', the obligation ' || o.state as detail
      from supervision_notice n join obligation o on o.id = n.obligation_id
      where ${STANDS} and o.state in ('discharged', 'lapsed')`,
  },
  {
    code: 'notice.two_stand',
    zh: '同一应办事项同时至多一张有效督办单',
    en: 'at most one supervision notice stands about an obligation',
    sql: `select n.obligation_id as id, string_agg(n.colour || ' ' || n.state, ', ' order by n.issued_at) as detail
      from supervision_notice n where ${STANDS} group by n.obligation_id having count(*) > 1`,
  },
  {
    code: 'notice.number_gap',
    zh: '督办单编号连续，与编号序列一致',
    en: 'supervision notices are numbered without a gap',
    sql: `select s.jurisdiction_id as id, s.series || ' ' || s.year || ': ' || count(n.*) || ' of ' || s.last as detail
      from number_series s left join supervision_notice n on n.jurisdiction_id = s.jurisdiction_id
        and 'supervision_notice.' || n.colour = s.series and substring(n.number from '〔(\\d+)〕')::int = s.year
      where s.series like 'supervision_notice.%'
      group by s.jurisdiction_id, s.series, s.year, s.last having count(n.*) <> s.last`,
  },
  {
    code: 'matter.number_gap',
    zh: '登记事项编号连续，与编号序列一致',
    en: 'registered matters are numbered without a gap',
    sql: `select s.jurisdiction_id as id, s.series || ' ' || s.year || ': ' || count(m.*) || ' of ' || s.last as detail
      from number_series s left join matter m on m.jurisdiction_id = s.jurisdiction_id
        and 'matter.' || m.kind = s.series and m.year = s.year
      where s.series like 'matter.%'
      group by s.jurisdiction_id, s.series, s.year, s.last having count(m.*) <> s.last`,
  },
  {
    code: 'follow_up.nothing_said',
    zh: '每次催办必有消息',
    en: 'of every follow-up something is to be said',
    sql: `select f.id, f.rung || ' fired at ' || f.fired_at as detail from follow_up f
      where not exists (select from notification n where n.follow_up_id = f.id)`,
  },
  {
    code: 'follow_up.not_recorded',
    zh: '每次催办必有留痕',
    en: 'history tells of every follow-up',
    sql: `select f.id, f.rung || ' fired at ' || f.fired_at as detail
      from follow_up f join obligation o on o.id = f.obligation_id
      where not exists (select from history_event e
        where e.task_id = o.task_id and e.type = 'follow_up.fired' and e.obligation_id = f.obligation_id
          and case when ${isHere('e')} then e.after->>'rung' = f.rung
            and (e.after->>'deadlineVersion')::int = f.deadline_version else true end)`,
  },
  {
    code: 'history.keys_differ',
    zh: '留痕的检索列与其内容一致',
    en: 'what events are found by is what their words say',
    // No hash has these columns: they follow from the words, which are hashed.
    sql: `select h.id, h.type || ' of ' || h.month || case when w.seq is null then ' has no words' else ' is found by others' end as detail
      from history_entry h left join history_words w on w.month = h.month and w.seq = h.seq and w.id = h.id
        left join lateral history_keys_of(h.entity, w.before, w.after) k on true
      where ${isHere('h')} and (w.seq is null or h.month <> date_trunc('month', h.recorded_at at time zone 'UTC')::date
        or (${keysOf('h')}) is distinct from (${keysOf('k')}))`,
  },
  {
    code: 'history.words_of_nothing',
    zh: '留痕的内容必有其记录',
    en: 'words of history are of an event',
    sql: `select w.id, 'number ' || w.seq || ' of ' || w.month as detail from history_words w
      where not exists (select from history_entry h where h.month = w.month and h.seq = w.seq and h.id = w.id)`,
  },
  {
    code: 'task.state',
    zh: '事项状态等于其牵头单位或子项中进展最慢者',
    en: 'the state of a task is that of its least advanced lead or part',
    sql: `select t.id, t.state || ', but of its leads and parts ' || least.state as detail
      from task t join (
        select c.id, case
          when count(*) filter (where c.place > 0) = 0
            then case when bool_or(c.state = 'not_implemented') then 'not_implemented' else 'cancelled' end
          when min(c.place) filter (where c.place > 0) = 4 and bool_or(c.state = 'not_implemented') then 'not_implemented'
          else (array['assigned', 'in_progress', 'reported', 'verified'])[min(c.place) filter (where c.place > 0)]
          end as state
        from (select s.id, s.state,
            coalesce(array_position(array['assigned', 'in_progress', 'reported', 'verified'], s.state), 0) as place
          from (select task_id as id, state from assignment where role = 'lead'
            union all select parent_id, state from task where parent_id is not null and state is not null) s) c
        group by c.id) least on least.id = t.id
      where t.state is not null and t.state <> least.state`,
  },
  ...(
    [
      ['obligation', '应办事项', { state: 'state', deadlineVersion: 'deadline_version', unitId: 'unit_id' }],
      ['assignment', '责任分工', { state: 'state' }],
      ['supervision_notice', '督办单', { state: 'state' }],
      ['delivery', '投递', { state: 'state' }],
    ] as const
  ).map(([entity, chinese, columns]) => ({
    code: `${entity}.told_otherwise`,
    zh: `${chinese}与留痕的最后记录一致`,
    en: `history’s last word on ${entity === 'supervision_notice' ? 'a supervision notice' : `an ${entity}`.replace('an d', 'a d')} agrees with its row`,
    sql: toldOtherwise(entity, columns),
  })),
  {
    code: 'application.on_settled',
    zh: '应办事项了结后，没有待批的申请',
    en: 'no application waits about what is settled',
    sql: `select a.id, a.kind || ' waits, the obligation is ' || o.state as detail
      from application a join obligation o on o.id = a.obligation_id
      where a.state = 'requested' and o.state in ('discharged', 'lapsed')`,
  },
  {
    code: 'notification.not_composed',
    zh: '可发的消息一小时内必已汇总',
    en: 'what may be said is composed within the hour',
    sql: `select n.id, n.kind || ' could be sent from ' || n.send_from as detail
      from notification n where n.composed_at is null and n.send_from < $1::timestamptz - ${LATE}`,
  },
  {
    code: 'notification.lost',
    zh: '每条消息要么已写入汇总，要么记有未送达的原因',
    en: 'a message stands in a digest, or it is recorded why it does not',
    sql: `select n.id, n.kind || case when n.composed_at is null then ' waits' else ' is dealt with' end as detail
      from notification n
      where (n.composed_at is not null and not exists (select from digest_item i where i.notification_id = n.id)
          or n.composed_at is null and n.looked_at is not null)
        and not exists (select from message_outcome o where o.notification_id = n.id and o.ended_at is null)`,
  },
  {
    code: 'notification.said_twice',
    zh: '同一消息经同一渠道对同一人（或推送目的地）只说一次',
    en: 'a message is told to a person or a destination once by a channel',
    sql: `select i.notification_id as id, count(*) || ' times by ' || g.channel as detail
      from digest_item i join digest g on g.id = i.digest_id
      group by i.notification_id, g.person_id, g.destination_id, g.channel having count(*) > 1`,
  },
  {
    code: 'digest.not_delivered',
    zh: '每份消息汇总必有投递',
    en: 'every digest has a delivery',
    sql: `select g.id, g.channel || ' composed at ' || g.composed_at as detail from digest g
      where not exists (select from delivery d where d.digest_id = g.id)`,
  },
  {
    code: 'delivery.stuck',
    zh: '投递不会停在发送中',
    en: 'no delivery stays in sending',
    // A lease measures machines: by the database's clock.
    sql: `select d.id, d.channel || ', claimed until ' || coalesce(d.claimed_until::text, 'never') as detail
      from delivery d where d.state = 'sending' and (d.claimed_until is null or d.claimed_until < now() - ${LATE})`,
  },
  {
    code: 'delivery.late',
    zh: '到时的投递一小时内必已发送',
    en: 'a delivery whose time has come is tried within the hour',
    sql: `select d.id, d.channel || ' has been due since ' || coalesce(d.next_attempt_at::text, 'ever') as detail
      from delivery d where d.state = 'queued'
        and (d.next_attempt_at is null or d.next_attempt_at < $1::timestamptz - ${LATE})`,
  },
];
