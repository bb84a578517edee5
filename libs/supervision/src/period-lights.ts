import { postgresCode, Transactor } from '@duban/database';
import {
  type LightCause,
  type LightDecision,
  type LightFigure,
  lightOfCaughtUp,
  lightOfMissing,
  lightOfRedated,
  lightOfReport,
  lightOfRung,
  type LightRules,
  missingSteps,
  type PeriodLight,
  reportingRules,
} from '@duban/domain';
import { type Actor, type Change, HistoryService, systemActor } from '@duban/history';
import { addMonths, endOfLocalDay, newId } from '@duban/kernel';
import { PolicyService } from '@duban/tasks';
import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Cards } from './cards';
import { LIT, LightBook, type LitObligation } from './light-book';

/** How many obligations one transaction takes. */
const BATCH = 200;

/** A report that counts from now on, or one that stands in place of it. */
export interface CountedReport {
  obligationId: string;
  reportId: string;
  cause: Extract<LightCause, 'reported' | 'confirmed' | 'corrected'>;
}

/** A step of a ladder that gives a light to what it was about. */
export interface RungLight {
  obligation: LitObligation;
  rung: string;
  light: PeriodLight;
}

/**
 * Keeps the lights of periods (亮灯), each decision as a version that stays: when a report counts, in its transaction;
 * when one is missing, by the pointer on the obligation (`next_light_at`), as the sweep does it. Two that decide on parts
 * of one unit wait for each other, since cards count its lights.
 */
@Injectable()
export class PeriodLights {
  private readonly logger = new Logger(PeriodLights.name);

  constructor(
    private readonly transactor: Transactor,
    private readonly policies: PolicyService,
    private readonly history: HistoryService,
    private readonly cards: Cards,
  ) {}

  /** Reports that are missing by now. Those that fail stop no other, and are due still. */
  async run(now: Date): Promise<{ lights: number; failed: number }> {
    const failed: string[] = [];
    let lights = 0;
    for (let limit = BATCH; ;) {
      let first: string | undefined;
      try {
        const part = await this.transactor.run(async (tx) => {
          const rows: LitObligation[] = await tx.query(
            `${LIT} where o.next_light_at <= $1 and not (o.id = any($3::uuid[]))
             order by o.next_light_at, o.id limit $2 for no key update of o skip locked`,
            [now, limit, failed],
          );
          first = rows[0]?.id;
          return { rows: rows.length, lights: await this.ofMissing(tx, now, rows) };
        });
        lights += part.lights;
        if (part.rows < limit) break;
      } catch (error) {
        const isOfRow = /^(22|23|P0)/.test(postgresCode(error) ?? 'P0');
        if (!isOfRow || first === undefined) throw error;
        // The batch was rolled back; one at a time finds which row spoilt it.
        if (limit === 1) {
          failed.push(first);
          this.logger.error(`the light of obligation ${first} could not be given: ${String(error)}`);
        }
        limit = limit === 1 ? BATCH : 1;
      }
    }
    return { lights, failed: failed.length };
  }

  /** The light of a period whose report counts; the caller holds the part. */
  async ofReport(tx: EntityManager, actor: Actor, at: Date, report: CountedReport): Promise<void> {
    const [period]: LitObligation[] = await tx.query(`${LIT} where o.id = $1`, [report.obligationId]);
    if (!period || period.kind !== 'progress_report' || period.period === null) return;
    await this.cards.lock(tx, [period.unitId]);
    const rules = await this.rulesOf(tx, period);
    const book = await LightBook.of(tx, [period.assignmentId]);
    // What was missing when it was due is so, whether or not anybody has looked meanwhile.
    if (report.cause !== 'corrected') addMissing(book, period, rules, at);
    const said = await figuresOf(tx, period.taskId, report.reportId);
    const light = lightOfReport(rules, report.cause, said, book.of(period.id), book.neighboursOf(period));
    book.add(period, light, report.reportId);
    for (const earlier of book.before(period)) {
      const caughtUp = lightOfCaughtUp(rules, book.of(earlier.id), { period: period.period, light: light.light });
      if (caughtUp) book.add(earlier, caughtUp, book.of(earlier.id).at(-1)!.reportId);
    }
    await this.write(tx, actor, at, book);
  }

  /** Another date (延期): not missing any more; the light that was given stays in its version. */
  async ofRedated(tx: EntityManager, actor: Actor, at: Date, obligationIds: readonly string[]): Promise<void> {
    if (obligationIds.length === 0) return;
    const periods: LitObligation[] = await tx.query(
      `${LIT} where o.id = any($1) and o.due_at > $2
         and exists (select from period_light l where l.obligation_id = o.id)`,
      [obligationIds, at],
    );
    if (periods.length === 0) return;
    await this.cards.lock(
      tx,
      periods.map(({ unitId }) => unitId),
    );
    const book = await LightBook.of(
      tx,
      periods.map(({ assignmentId }) => assignmentId),
    );
    for (const period of periods) {
      const light = lightOfRedated(period.dueOn, book.of(period.id));
      if (light) book.add(period, light, null);
    }
    await this.write(tx, actor, at, book);
  }

  /** What steps of ladders give, in the sweep's transaction, which holds the units. */
  async ofRungs(tx: EntityManager, actor: Actor, at: Date, given: readonly RungLight[]): Promise<void> {
    if (given.length === 0) return;
    const book = await LightBook.of(
      tx,
      given.map(({ obligation }) => obligation.assignmentId),
    );
    for (const { obligation, rung, light } of given) {
      const decision = lightOfRung(light, rung, book.of(obligation.id));
      if (decision) book.add(obligation, decision, null);
    }
    await this.write(tx, actor, at, book);
  }

  private async ofMissing(tx: EntityManager, now: Date, rows: readonly LitObligation[]): Promise<number> {
    if (rows.length === 0) return 0;
    await this.cards.lock(
      tx,
      rows.map(({ unitId }) => unitId),
    );
    const book = await LightBook.of(
      tx,
      rows.map(({ assignmentId }) => assignmentId),
    );
    const pointers: { id: string; at: Date | null }[] = [];
    for (const row of rows) {
      const rules = await this.rulesOf(tx, row);
      addMissing(book, row, rules, now);
      const next = stepsOf(rules, row).find(({ at }) => at > now);
      pointers.push({ id: row.id, at: next?.at ?? null });
    }
    await tx.query(
      `update obligation o set next_light_at = p.at
       from jsonb_to_recordset($1::jsonb) as p(id uuid, at timestamptz) where o.id = p.id`,
      [JSON.stringify(pointers)],
    );
    return this.write(tx, systemActor(`lights-${now.toISOString()}`), now, book);
  }

  private async write(tx: EntityManager, actor: Actor, at: Date, book: LightBook): Promise<number> {
    const added = book.added.map((one) => ({ ...one, id: newId() }));
    if (added.length === 0) return 0;
    await tx.query(
      `insert into period_light (id, jurisdiction_id, plan_id, task_id, assignment_id, unit_id, obligation_id, number,
         light, cause, rule, why, figures, behind, behind_days, achieved, not_started, report_id, deadline_version,
         policy_id, policy_version, recorded_at)
       select r.id, r."jurisdictionId", r."planId", r."taskId", r."assignmentId", r."unitId", r."obligationId", r.number,
         r.light, r.cause, r.rule, r.why, r.figures, r.behind, r."behindDays", r.achieved, r."notStarted", r."reportId",
         r."deadlineVersion", r."policyId", r."policyVersion", $2
       from jsonb_to_recordset($1::jsonb) as r(id uuid, "jurisdictionId" uuid, "planId" uuid, "taskId" uuid,
         "assignmentId" uuid, "unitId" uuid, "obligationId" uuid, number int, light text, cause text, rule text,
         why jsonb, figures jsonb, behind numeric, "behindDays" int, achieved numeric, "notStarted" boolean,
         "reportId" uuid, "deadlineVersion" int, "policyId" text, "policyVersion" int)`,
      [
        JSON.stringify(
          added.map(({ obligation, light, ...rest }) => ({
            ...obligation,
            ...light,
            ...rest,
            obligationId: obligation.id,
          })),
        ),
        at,
      ],
    );
    await this.history.append(tx, actor, at, added.map(changeOf));
    await this.cards.byLights(
      tx,
      actor,
      at,
      added.map(({ id, obligation }) => ({ lightId: id, obligation })),
    );
    return added.length;
  }

  private async rulesOf(tx: EntityManager, { policyId, policyVersion }: LitObligation): Promise<LightRules> {
    return reportingRules(await this.policies.version(tx, policyId, policyVersion)).lights;
  }
}

/** When a missing report gets which light. */
const stepsOf = (
  rules: LightRules,
  { effectiveOn, dueAt, timeZone }: LitObligation,
): { at: Date; afterMonths: number; light: PeriodLight }[] =>
  missingSteps(rules).map((step) => ({
    ...step,
    at: step.afterMonths === 0 ? dueAt : endOfLocalDay(addMonths(effectiveOn, step.afterMonths), timeZone),
  }));

/** After a standstill the last of the steps that have passed is given alone. */
function addMissing(book: LightBook, obligation: LitObligation, rules: LightRules, at: Date): void {
  const own = book.of(obligation.id);
  if (own.at(-1)?.isReported) return;
  const step = stepsOf(rules, obligation).findLast((one) => one.at <= at);
  const light = step ? lightOfMissing(step, own) : null;
  if (light) book.add(obligation, light, null);
}

/** The figures of a report by the targets of its task, and whether it says why they are behind. */
async function figuresOf(
  tx: EntityManager,
  taskId: string,
  reportId: string,
): Promise<{ figures: LightFigure[]; isExplained: boolean }> {
  const figures: LightFigure[] = await tx.query(
    `select g.id as "targetId", g.text, g.unit, m.value::float, m.planned_value::float as planned,
       m.planned_share::float as "plannedShare", m.actual_share::float as "actualShare", m.behind::float,
       m.behind_days as "behindDays", m.light
     from target g left join measurement m on m.target_id = g.id and m.report_id = $2
     where g.task_id = $1 order by g.position`,
    [taskId, reportId],
  );
  const [report]: { isExplained: boolean }[] = await tx.query(
    `select behind_reason is not null as "isExplained" from report where id = $1`,
    [reportId],
  );
  return { figures, isExplained: report!.isExplained };
}

function changeOf({ obligation, number, light, reportId, before }: (typeof LightBook.prototype.added)[number]): Change {
  const snapshot = (of: LightDecision): Record<string, unknown> => ({
    obligationId: obligation.id,
    assignmentId: obligation.assignmentId,
    unitId: obligation.unitId,
    period: obligation.period,
    light: of.light,
    cause: of.cause,
    rule: of.rule,
    why: of.why,
    behind: of.behind,
    behindDays: of.behindDays,
    policyId: obligation.policyId,
    policyVersion: obligation.policyVersion,
  });
  return {
    type: number === 1 ? 'period_light.given' : 'period_light.recoloured',
    entity: 'period_light',
    entityId: obligation.id,
    jurisdictionId: obligation.jurisdictionId,
    planId: obligation.planId,
    taskId: obligation.taskId,
    before: before && snapshot(before),
    after: { ...snapshot(light), number, reportId },
  };
}
