import { assertMay, type ExportFormat, unitScope, writeCsv, writeWorkbook } from '@duban/directory';
import type { Actor } from '@duban/history';
import { invalid } from '@duban/kernel';
import { FigureService } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What was demanded from a unit in a month. */
export interface UnitBurden {
  /** `YYYY-MM`, in which it was due, or said. */
  month: string;
  unitId: string;
  unitCode: string;
  unitName: string;
  /** Reports of any kind: action plans, periodic reports, milestones, completions, rectifications, answers. */
  reports: number;
  /** Figures (数据) that periodic reports ask for. */
  figures: number;
  /** Of these, those that the unit had been asked for already in the same period. */
  figuresAskedAgain: number;
  /** Half hours in which the unit was written to. */
  messages: number;
  /** Supervision notices (督办单). */
  notices: number;
  /** Talks (约谈) to which it was called, by a step of the rules or by a card (督办牌) that stands. */
  talks: number;
}

/** From a month to a month, both included, of one unit or of all that the reader sees. */
export interface BurdenFilter {
  from: string;
  to: string;
  unitId?: string;
}

/** Months that one ledger shows at most. */
const MOST_MONTHS = 36;

const COLUMNS = [
  ['month', '月份'],
  ['unitCode', '单位代码'],
  ['unitName', '单位名称'],
  ['reports', '报送事项（项）'],
  ['figures', '报送数据（个）'],
  ['figuresAskedAgain', '其中重复要求（个）'],
  ['messages', '消息（次）'],
  ['notices', '督办单（份）'],
  ['talks', '约谈（次）'],
] as const satisfies readonly (readonly [keyof UnitBurden, string])[];

/** The ledger of burdens (负担台账): what the office demanded from each unit, month by month, and what of it twice. */
@Injectable()
export class BurdenReader {
  constructor(private readonly figures: FigureService) {}

  /** @throws DomainError `RIGHTS.NOT_ALLOWED`, invalid `BURDEN.BAD_RANGE` with the field */
  async read(tx: EntityManager, actor: Actor, { from, to, unitId }: BurdenFilter): Promise<{ items: UnitBurden[] }> {
    const scope = unitScope(actor);
    if (unitId !== undefined) assertMay(actor, 'read.own', unitId);
    const months = monthsFrom(from, to);
    if (months < 1 || months > MOST_MONTHS) {
      throw invalid('BURDEN.BAD_RANGE', `From a month to the same or a later one, at most ${MOST_MONTHS} in all.`, {
        field: 'to',
      });
    }
    await this.figures.nameAll(tx);
    const items: UnitBurden[] = await tx.query(LEDGER, [`${from}-01`, months, unitId ?? scope]);
    return { items };
  }

  /** The same as a spreadsheet or CSV. */
  async file(
    tx: EntityManager,
    actor: Actor,
    filter: BurdenFilter,
    format: Exclude<ExportFormat, 'json'>,
  ): Promise<Buffer> {
    const { items } = await this.read(tx, actor, filter);
    const rows = [COLUMNS.map(([, head]) => head as string), ...items.map((item) => COLUMNS.map(([key]) => item[key]))];
    return format === 'csv' ? writeCsv(rows) : writeWorkbook([['负担台账', rows]]);
  }
}

const monthsFrom = (from: string, to: string): number =>
  (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5)) - Number(from.slice(5)) + 1;

/** From the day $1, $2 months, of the unit $3 or of all. What lapsed is owed no more, and counts not. */
const LEDGER = `
  with span as (select $1::date as first, ($1::date + $2::int * interval '1 month')::date as after),
  owed as (
    select o.* from obligation o, span
    where o.due_on >= span.first and o.due_on < span.after and o.state <> 'lapsed' and o.kind <> 'sign_for'
      and ($3::uuid is null or o.unit_id = $3)),
  periods as (select distinct unit_id, subject from owed where kind = 'progress_report'),
  asked as (
    select o.unit_id, o.due_on, row_number() over (
      partition by o.unit_id, coalesce(l.indicator_id, g.id), o.subject order by o.due_on, o.id, g.id) as time
    from obligation o
      join periods p on p.unit_id = o.unit_id and p.subject is not distinct from o.subject
      join target g on g.task_id = o.task_id left join target_indicator l on l.target_id = g.id
    where o.kind = 'progress_report' and o.state <> 'lapsed'),
  counted as (
    select unit_id, to_char(due_on, 'YYYY-MM') as month, 1 as reports, 0 as figures, 0 as again, 0 as messages,
      0 as notices, 0 as talks from owed
    union all
    select a.unit_id, to_char(a.due_on, 'YYYY-MM'), 0, 1, (a.time > 1)::int, 0, 0, 0 from asked a, span
    where a.due_on >= span.first and a.due_on < span.after
    union all
    select w.unit_id, to_char(w.window_start at time zone j.time_zone, 'YYYY-MM'), 0, 0, 0, 1, 0, 0
    from unit_told w join unit u on u.id = w.unit_id join jurisdiction j on j.id = u.jurisdiction_id, span
    where w.window_start >= span.first::timestamp at time zone j.time_zone
      and w.window_start < span.after::timestamp at time zone j.time_zone and ($3::uuid is null or w.unit_id = $3)
    union all
    select o.unit_id, to_char(n.issued_at at time zone j.time_zone, 'YYYY-MM'), 0, 0, 0, 0, 1, 0
    from supervision_notice n join obligation o on o.id = n.obligation_id
      join jurisdiction j on j.id = o.jurisdiction_id, span
    where n.issued_at >= span.first::timestamp at time zone j.time_zone
      and n.issued_at < span.after::timestamp at time zone j.time_zone and ($3::uuid is null or o.unit_id = $3)
    union all
    select called.unit_id, to_char(called.at at time zone j.time_zone, 'YYYY-MM'), 0, 0, 0, 0, 0, 1
    from (
      select distinct o.unit_id, o.jurisdiction_id, f.obligation_id as about, f.deadline_version::text, f.rung as by, f.fired_at as at
      from follow_up f join obligation o on o.id = f.obligation_id where f.kind = 'talk'
      union all
      select c.unit_id, c.jurisdiction_id, c.id, '', c.rule, c.given_at from card c
      where c.measures && '{talk,talk_with_leader}' and not exists (select from card_withdrawal w where w.card_id = c.id)
    ) called join jurisdiction j on j.id = called.jurisdiction_id, span
    where called.at >= span.first::timestamp at time zone j.time_zone
      and called.at < span.after::timestamp at time zone j.time_zone and ($3::uuid is null or called.unit_id = $3))
  select c.month, u.id as "unitId", u.code as "unitCode", u.name as "unitName", sum(c.reports)::int as reports,
    sum(c.figures)::int as figures, sum(c.again)::int as "figuresAskedAgain", sum(c.messages)::int as messages,
    sum(c.notices)::int as notices, sum(c.talks)::int as talks
  from counted c join unit u on u.id = c.unit_id
  group by c.month, u.id, u.code, u.name, u.position order by c.month, u.position, u.code`;
