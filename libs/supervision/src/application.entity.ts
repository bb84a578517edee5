import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, VersionColumn } from 'typeorm';
import { oneOf } from '@duban/database';
import {
  APPLICATION_STATES,
  type ApplicationKind,
  type ApplicationState,
  type UnimplementedReason,
} from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import type { OfficeStep } from '@duban/tasks';

/** An application (申请) about a part, and what was decided of it. */
@Entity('application')
@Check('ck_application_kind', `kind in ('extension', 'close_unimplemented', 'review')`)
@Check('ck_application_state', oneOf('state', APPLICATION_STATES))
@Check('ck_application_decided', `(state = 'requested') = (decided_at is null)`)
@Check(
  'ck_application_terms',
  `(kind = 'extension') = (obligation_id is not null and asked_due_on is not null and progress is not null)
          and (kind = 'close_unimplemented') = (unimplemented_reason is not null)`,
)
@Check('ck_application_granted', `granted_due_on is null or kind = 'extension' and state = 'approved'`)
@Check('ck_application_next_step', `next_step in ('remind', 'urge')`)
@Check(
  'ck_application_pointer',
  `(next_step is null) = (next_step_at is null) and (state = 'requested' or next_step is null)`,
)
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_application_jurisdiction' })
@ForeignKey('task', ['taskId'], ['id'], { name: 'fk_application_task' })
@ForeignKey('assignment', ['assignmentId'], ['id'], { name: 'fk_application_assignment' })
@ForeignKey('unit', ['unitId'], ['id'], { name: 'fk_application_unit' })
@ForeignKey('obligation', ['obligationId'], ['id'], { name: 'fk_application_obligation' })
@ForeignKey('unit', ['approverUnitId'], ['id'], { name: 'fk_application_approver' })
@ForeignKey('unit', ['askedByUnitId'], ['id'], { name: 'fk_application_asked_by' })
@ForeignKey('person', ['requestedBy'], ['id'], { name: 'fk_application_requested_by' })
@ForeignKey('person', ['requestedFor'], ['id'], { name: 'fk_application_requested_for' })
@ForeignKey('person', ['decidedBy'], ['id'], { name: 'fk_application_decided_by' })
@Index('uq_application_open_extension', ['obligationId'], {
  unique: true,
  where: `state = 'requested' and kind = 'extension'`,
})
@Index('uq_application_open', ['assignmentId', 'kind'], {
  unique: true,
  where: `state = 'requested' and kind <> 'extension'`,
})
@Index('ix_application_next', ['nextStepAt', 'id'], { where: 'next_step_at is not null' })
@Index('ix_application_requested', ['requestedAt', 'id'])
export class Application {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_application' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Index('ix_application_task')
  @Column('uuid', { name: 'task_id' })
  taskId!: string;

  @Index('ix_application_assignment')
  @Column('uuid', { name: 'assignment_id' })
  assignmentId!: string;

  /** Whose part it was when it was asked. */
  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Index('ix_application_obligation')
  @Column('uuid', { name: 'obligation_id', nullable: true })
  obligationId!: string | null;

  @Column('text')
  kind!: ApplicationKind;

  @Column('text')
  state!: ApplicationState;

  @Column('text')
  reason!: string;

  /** How far the work is: with an extension (延期). */
  @Column('text', { nullable: true })
  progress!: string | null;

  /** The date as it took effect when another one was asked for. */
  @Column('date', { name: 'present_due_on', nullable: true })
  presentDueOn!: LocalDate | null;

  @Column('date', { name: 'asked_due_on', nullable: true })
  askedDueOn!: LocalDate | null;

  /** The exact new date, which need not be the one that was asked for. */
  @Column('date', { name: 'granted_due_on', nullable: true })
  grantedDueOn!: LocalDate | null;

  @Column('text', { name: 'unimplemented_reason', nullable: true })
  unimplementedReason!: UnimplementedReason | null;

  /** The lead that set the date; null where the office decides. */
  @Column('uuid', { name: 'approver_unit_id', nullable: true })
  approverUnitId!: string | null;

  /** Null where the office asked. */
  @Column('uuid', { name: 'asked_by_unit_id', nullable: true })
  askedByUnitId!: string | null;

  @Column('uuid', { name: 'requested_by' })
  requestedBy!: string;

  /** The holder of the post, where the person stood in for them (代行). */
  @Column('uuid', { name: 'requested_for', nullable: true })
  requestedFor!: string | null;

  @Column('timestamptz', { name: 'requested_at' })
  requestedAt!: Date;

  /** Null where it was withdrawn since what it is about was settled otherwise. */
  @Column('uuid', { name: 'decided_by', nullable: true })
  decidedBy!: string | null;

  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;

  /** Why it was decided so. */
  @Column('text', { nullable: true })
  decision!: string | null;

  /** By when whoever decides has to; null where it was made before that was kept. */
  @Column('date', { name: 'decide_by', nullable: true })
  decideBy!: LocalDate | null;

  @Column('text', { name: 'next_step', nullable: true })
  nextStep!: OfficeStep | null;

  @Column('timestamptz', { name: 'next_step_at', nullable: true })
  nextStepAt!: Date | null;

  @VersionColumn()
  version!: number;
}

/** What is told of it next follows from the rest. */
export type ApplicationSnapshot = Omit<
  Application,
  'requestedAt' | 'decidedAt' | 'jurisdictionId' | 'nextStep' | 'nextStepAt'
> & {
  requestedAt: string;
  decidedAt: string | null;
};

/** What history keeps of an application, and the API answers. */
export function applicationSnapshot(application: Application): ApplicationSnapshot {
  const {
    jurisdictionId: _jurisdiction,
    nextStep: _step,
    nextStepAt: _stepAt,
    requestedAt,
    decidedAt,
    ...rest
  } = application;
  return { ...rest, requestedAt: requestedAt.toISOString(), decidedAt: decidedAt?.toISOString() ?? null };
}
