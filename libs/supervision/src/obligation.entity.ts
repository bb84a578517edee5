import {
  Check,
  Column,
  Entity,
  type EntityManager,
  ForeignKey,
  Index,
  PrimaryColumn,
  Unique,
  VersionColumn,
} from 'typeorm';
import type { ObligationKind } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';

export type ObligationState = 'open' | 'suspended' | 'discharged' | 'lapsed';

/** What is still owed: its clock runs, or stands while the part is suspended (中止) or objected to (异议). */
export const OWED: readonly ObligationState[] = ['open', 'suspended'];

/**
 * Something a unit owes by a date (应办事项). `dueOn` is the date as recorded, `effectiveOn` the working day on which
 * it takes effect, `dueAt` the end of that day. `nextRung` and `nextRungAt` say which step of its ladder comes next:
 * the sweep finds what is due by them alone.
 */
@Entity('obligation')
@Check(
  'ck_obligation_kind',
  `kind in ('sign_for', 'action_plan', 'progress_report', 'milestone', 'completion', 'rectification', 'instruction')`,
)
@Check('ck_obligation_state', `state in ('open', 'suspended', 'discharged', 'lapsed')`)
@Check('ck_obligation_pointer', `(next_rung is null) = (next_rung_at is null)`)
@Check('ck_obligation_settled', `state = 'open' or next_rung_at is null`)
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_obligation_jurisdiction' })
@ForeignKey('task', ['taskId'], ['id'], { name: 'fk_obligation_task' })
@ForeignKey('assignment', ['assignmentId'], ['id'], { name: 'fk_obligation_assignment' })
@ForeignKey('unit', ['unitId'], ['id'], { name: 'fk_obligation_unit' })
@ForeignKey('policy', ['policyId', 'policyVersion'], ['id', 'version'], { name: 'fk_obligation_policy' })
// In the database nulls are not distinct, which TypeORM cannot say.
@Unique('uq_obligation_subject', ['assignmentId', 'kind', 'subject'])
@Index('ix_obligation_next_rung', ['nextRungAt', 'id'], { where: 'next_rung_at is not null' })
@Index('ix_obligation_next_light', ['nextLightAt', 'id'], { where: 'next_light_at is not null' })
@Index('ix_obligation_unit_due', ['unitId', 'dueAt'])
@Index('ix_obligation_due', ['dueAt', 'id'])
@Index('ix_obligation_calendar', ['calendarPosition', 'id'], { where: `state in ('open', 'suspended')` })
@Index('ix_obligation_open_due', ['dueAt', 'id'], { where: `state = 'open'` })
export class Obligation {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_obligation' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Index('ix_obligation_task')
  @Column('uuid', { name: 'task_id' })
  taskId!: string;

  @Column('uuid', { name: 'assignment_id' })
  assignmentId!: string;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('text')
  kind!: ObligationKind;

  /** What it speaks of: `2023Q1`, the milestone's words, the number of the return; null where the kind says it all. */
  @Column('text', { nullable: true })
  subject!: string | null;

  @Column('text')
  state!: ObligationState;

  /** The rules (督办规则) by which it is followed up: those under which it was made, until a change of its plan's takes it along. */
  @Column('text', { name: 'policy_id' })
  policyId!: string;

  @Column('integer', { name: 'policy_version' })
  policyVersion!: number;

  @Column('text')
  ladder!: string;

  @Column('integer', { name: 'deadline_version' })
  deadlineVersion!: number;

  /** The version of its deadline with which its ladder began: one that is only counted anew goes on with it. */
  @Column('integer', { name: 'ladder_since', default: 1 })
  ladderSince!: number;

  /** Of the calendar by which its dates and its next rung were computed; older than the newest, it is counted anew. */
  @Column('integer', { name: 'calendar_position', default: 8 })
  calendarPosition!: number;

  @Column('date', { name: 'due_on' })
  dueOn!: LocalDate;

  @Column('date', { name: 'effective_on' })
  effectiveOn!: LocalDate;

  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;

  @Column('text', { name: 'next_rung', nullable: true })
  nextRung!: string | null;

  @Column('timestamptz', { name: 'next_rung_at', nullable: true })
  nextRungAt!: Date | null;

  /** When its period gets a light (亮灯) for a report that is missing; kept by the database with the state and the date. */
  @Column('timestamptz', { name: 'next_light_at', nullable: true })
  nextLightAt!: Date | null;

  /** The last rung that fired. */
  @Column('text', { name: 'last_rung', nullable: true })
  lastRung!: string | null;

  @Column('timestamptz', { name: 'settled_at', nullable: true })
  settledAt!: Date | null;

  @VersionColumn()
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** What history keeps of an obligation. The pointer is not part of it: it follows from the rest. */
export type ObligationSnapshot = Pick<
  Obligation,
  | 'id'
  | 'taskId'
  | 'assignmentId'
  | 'unitId'
  | 'kind'
  | 'subject'
  | 'state'
  | 'policyId'
  | 'policyVersion'
  | 'ladder'
  | 'deadlineVersion'
  | 'dueOn'
  | 'effectiveOn'
> & { dueAt: string; settledAt: string | null };

export const obligationSnapshot = (obligation: Obligation): ObligationSnapshot => ({
  id: obligation.id,
  taskId: obligation.taskId,
  assignmentId: obligation.assignmentId,
  unitId: obligation.unitId,
  kind: obligation.kind,
  subject: obligation.subject,
  state: obligation.state,
  policyId: obligation.policyId,
  policyVersion: obligation.policyVersion,
  ladder: obligation.ladder,
  deadlineVersion: obligation.deadlineVersion,
  dueOn: obligation.dueOn,
  effectiveOn: obligation.effectiveOn,
  dueAt: obligation.dueAt.toISOString(),
  settledAt: obligation.settledAt?.toISOString() ?? null,
});

/** Obligations by their ids, read without the cost that the mapper has for each: there may be thousands. */
export async function readObligations(tx: EntityManager, ids: readonly string[]): Promise<Map<string, Obligation>> {
  const columns = tx.dataSource.getMetadata(Obligation).columns.map(({ databaseName, propertyName, type }) => {
    return `${databaseName}${type === 'date' ? '::text' : ''} as "${propertyName}"`;
  });
  const rows: Obligation[] = await tx.query(`select ${columns.join(', ')} from obligation where id = any($1::uuid[])`, [
    ids,
  ]);
  return new Map(rows.map((row) => [row.id, Object.assign(new Obligation(), row)]));
}
