import { consequences } from '@duban/database';
import type { CardColour, NoticeColour, Words } from '@duban/domain';
import type { EntityManager } from 'typeorm';
import { STANDS } from '../conditions';
import { OF_GOVERNMENT } from '../second-level';

/** What a bulletin (通报) says, as it stood when it was made. */
export interface BulletinContent {
  /** Tasks that carry assignments, by state. */
  tasks: Record<string, number>;
  /** Tasks whose work has not ended without success, by light (亮灯). */
  lights: Record<string, number>;
  obligations: { open: number; overdue: number };
  redTasks: { taskId: string; planTitle: string; number: string | null; content: string; leads: string[] }[];
  /** Units with something overdue, most first. */
  overdueUnits: { unitId: string; unitName: string; overdue: number; standingNotices: number }[];
  /** Supervision notices (督办单) of the span, and those to be named in the next bulletin that no bulletin has named. */
  notices: {
    noticeId: string;
    number: string;
    colour: NoticeColour;
    unitName: string;
    taskNumber: string | null;
    obligationKind: string;
    subject: string | null;
    issuedAt: string;
    state: string;
    isToBeNamed: boolean;
  }[];
  /** Cards (督办牌) of the span that were not taken back. */
  cards: {
    cardId: string;
    unitName: string;
    taskNumber: string | null;
    colour: CardColour | null;
    points: number;
    why: Words;
    givenAt: string;
  }[];
  /** The newest signed checkpoint (存证): what was known until then goes back to it. */
  checkpoint: { number: number; size: number; root: string; signedAt: string } | null;
}

/**
 * Of the government's own plans in force: what units hand on among themselves, and restricted matters (限知事项), which
 * whoever writes a bulletin may be named for, are in no bulletin.
 */
const TOLD = `${OF_GOVERNMENT} and p.state = 'issued'
  and not exists (select from named_person s where s.plan_id = t.plan_id or s.task_id in (t.id, t.parent_id))`;
const ISO = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** @param from the first day, @param to the last day of the span, by the calendar of the jurisdiction */
export async function bulletinContent(
  tx: EntityManager,
  at: Date,
  { from, to }: { from: string; to: string },
): Promise<BulletinContent> {
  const [row]: { content: Omit<BulletinContent, 'checkpoint'> }[] = await tx.query(CONTENT, [at, from, to]);
  // A root tells nothing of what it is the root of, and history itself is the auditors'.
  const [checkpoint]: NonNullable<BulletinContent['checkpoint']>[] = await consequences(tx, () => tx.query(CHECKPOINT));
  return { ...row!.content, checkpoint: checkpoint ?? null };
}

const CONTENT = `
  with told as materialized (
      select t.id, t.parent_id, t.number, t.content, t.state, t.position, t.plan_id, p.title, p.created_at, j.time_zone
      from task t join plan p on p.id = t.plan_id join jurisdiction j on j.id = t.jurisdiction_id where ${TOLD}),
    owed as materialized (
      select o.id, o.task_id, o.unit_id, o.kind, o.subject, o.state, o.due_at <= $1 as is_past
      from obligation o where o.task_id in (select id from told)),
    lit as materialized (
      select t.id, case when bool_or(n.colour in ('orange', 'red')) then 'red'
          when bool_or(n.colour = 'yellow' or o.state = 'open' and o.is_past) then 'yellow' else 'green' end as light
      from told t left join owed o on o.task_id = t.id
        left join supervision_notice n on n.obligation_id = o.id and ${STANDS}
      where t.state not in ('cancelled', 'not_implemented') group by t.id)
  select jsonb_build_object(
    'tasks', (select coalesce(jsonb_object_agg(state, count), '{}') from (
      select state, count(*) as count from told where state is not null group by state) s),
    'lights', (select coalesce(jsonb_object_agg(light, count), '{}') from (
      select light, count(*) as count from lit group by light) s),
    'obligations', (select jsonb_build_object('open', count(*) filter (where state = 'open'),
      'overdue', count(*) filter (where state = 'open' and is_past)) from owed),
    'redTasks', (select coalesce(jsonb_agg(jsonb_build_object('taskId', t.id, 'planTitle', t.title,
        'number', coalesce(t.number, (select number from task where id = t.parent_id)), 'content', t.content,
        'leads', (select coalesce(jsonb_agg(u.name order by u.position), '[]')
          from assignment a join unit u on u.id = a.unit_id where a.task_id = t.id and a.role = 'lead'))
        order by t.created_at, t.plan_id, t.position), '[]')
      from lit l join told t on t.id = l.id where l.light = 'red'),
    'overdueUnits', (select coalesce(jsonb_agg(jsonb_build_object('unitId', s.unit_id, 'unitName', u.name,
        'overdue', s.overdue, 'standingNotices', s.notices) order by s.overdue desc, u.position), '[]')
      from (select o.unit_id, count(distinct o.id) as overdue, count(n.id) as notices
        from owed o left join supervision_notice n on n.obligation_id = o.id and ${STANDS}
        where o.state = 'open' and o.is_past group by o.unit_id) s join unit u on u.id = s.unit_id),
    'notices', (select coalesce(jsonb_agg(jsonb_build_object('noticeId', n.id, 'number', n.number, 'colour', n.colour,
        'unitName', u.name, 'taskNumber', coalesce(t.number, (select number from task where id = t.parent_id)),
        'obligationKind', o.kind, 'subject', o.subject, 'issuedAt', ${ISO('n.issued_at')}, 'state', n.state,
        'isToBeNamed', n.in_next_bulletin) order by n.issued_at, n.id), '[]')
      from supervision_notice n join owed o on o.id = n.obligation_id join told t on t.id = o.task_id
        join unit u on u.id = o.unit_id
      where (n.issued_at at time zone t.time_zone)::date between $2::date and $3::date
        or n.in_next_bulletin and not exists (
          select from bulletin b where b.content->'notices' @> jsonb_build_array(jsonb_build_object('noticeId', n.id)))),
    'cards', (select coalesce(jsonb_agg(jsonb_build_object('cardId', c.id, 'unitName', u.name,
        'taskNumber', coalesce(t.number, (select number from task where id = t.parent_id)), 'colour', c.colour,
        'points', c.points, 'why', c.why, 'givenAt', ${ISO('c.given_at')}) order by c.given_at, c.id), '[]')
      from card c join told t on t.id = c.task_id join unit u on u.id = c.unit_id
      where (c.given_at at time zone t.time_zone)::date between $2::date and $3::date
        and not exists (select from card_withdrawal w where w.card_id = c.id))) as content`;

const CHECKPOINT = `
  select number::int, size::int, encode(root, 'base64') as root, ${ISO('signed_at')} as "signedAt"
  from history_checkpoint order by number desc limit 1`;
