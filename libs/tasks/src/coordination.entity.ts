import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, VersionColumn } from 'typeorm';
import { oneOf } from '@duban/database';
import { COORDINATION_STATES, type CoordinationState } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';

/** What the office is told next of an answer that it owes: reminded on the day, urged the working day after. */
export type OfficeStep = 'remind' | 'urge';

/** A disagreement between the units of a task, which the office settles by a day (协调). */
@Entity('coordination')
@Check('ck_coordination_state', oneOf('state', COORDINATION_STATES))
@Check('ck_coordination_next_step', `next_step in ('remind', 'urge')`)
@Check('ck_coordination_settled', `(state = 'raised') = (settled_at is null)`)
@Check(
  'ck_coordination_pointer',
  `(next_step is null) = (next_step_at is null) and (state = 'raised' or next_step is null)`,
)
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_coordination_jurisdiction' })
@ForeignKey('task', ['taskId'], ['id'], { name: 'fk_coordination_task' })
@ForeignKey('assignment', ['assignmentId'], ['id'], { name: 'fk_coordination_assignment' })
@ForeignKey('unit', ['unitId'], ['id'], { name: 'fk_coordination_unit' })
@ForeignKey('person', ['raisedBy'], ['id'], { name: 'fk_coordination_raised_by' })
@ForeignKey('person', ['settledBy'], ['id'], { name: 'fk_coordination_settled_by' })
@Index('ix_coordination_due', ['dueOn', 'id'], { where: `state = 'raised'` })
@Index('ix_coordination_next', ['nextStepAt', 'id'], { where: 'next_step_at is not null' })
export class Coordination {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_coordination' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Index('ix_coordination_task')
  @Column('uuid', { name: 'task_id' })
  taskId!: string;

  /** The part of the unit that raised it. */
  @Column('uuid', { name: 'assignment_id' })
  assignmentId!: string;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  /** The units with which it disagrees. */
  @Column('uuid', { name: 'with_unit_ids', array: true })
  withUnitIds!: string[];

  @Column('text')
  about!: string;

  @Column('text')
  reason!: string;

  @Column('text')
  state!: CoordinationState;

  /** Day by which the office settles it. */
  @Column('date', { name: 'due_on' })
  dueOn!: LocalDate;

  /** What holds from then on. */
  @Column('text', { nullable: true })
  decision!: string | null;

  @Column('uuid', { name: 'raised_by' })
  raisedBy!: string;

  @Column('timestamptz', { name: 'raised_at' })
  raisedAt!: Date;

  /** Who settled or withdrew it. */
  @Column('uuid', { name: 'settled_by', nullable: true })
  settledBy!: string | null;

  @Column('timestamptz', { name: 'settled_at', nullable: true })
  settledAt!: Date | null;

  @Column('text', { name: 'next_step', nullable: true })
  nextStep!: OfficeStep | null;

  @Column('timestamptz', { name: 'next_step_at', nullable: true })
  nextStepAt!: Date | null;

  @VersionColumn()
  version!: number;
}

/** What history keeps of it, and the API shows. What the office is told next follows from the rest. */
export type CoordinationSnapshot = Omit<Coordination, 'raisedAt' | 'settledAt' | 'nextStep' | 'nextStepAt'> & {
  raisedAt: string;
  settledAt: string | null;
};

export const coordinationSnapshot = ({
  nextStep: _step,
  nextStepAt: _stepAt,
  ...coordination
}: Coordination): CoordinationSnapshot => ({
  ...coordination,
  raisedAt: coordination.raisedAt.toISOString(),
  settledAt: coordination.settledAt?.toISOString() ?? null,
});
