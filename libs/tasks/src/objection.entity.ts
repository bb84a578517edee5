import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ObjectionOutcome } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import type { OfficeStep } from './coordination.entity';

/** A unit says that a matter is not its own (异议); the office answers. While it does, the clock of the part stands. */
@Entity('objection')
@Check('ck_objection_outcome', `outcome in ('withdrawn', 'rejected', 'transferred', 'cancelled')`)
@Check('ck_objection_settled', `(outcome is null) = (settled_at is null)`)
@Check('ck_objection_next_step', `next_step in ('remind', 'urge')`)
@Check(
  'ck_objection_pointer',
  `(next_step is null) = (next_step_at is null) and (outcome is null or next_step is null)`,
)
@ForeignKey('assignment', ['assignmentId'], ['id'], { name: 'fk_objection_assignment' })
@ForeignKey('unit', ['unitId'], ['id'], { name: 'fk_objection_unit' })
@ForeignKey('person', ['raisedBy'], ['id'], { name: 'fk_objection_raised_by' })
@ForeignKey('person', ['settledBy'], ['id'], { name: 'fk_objection_settled_by' })
@Index('uq_objection_open', ['assignmentId'], { unique: true, where: 'outcome is null' })
@Index('ix_objection_due', ['answerDueOn', 'id'], { where: 'outcome is null' })
@Index('ix_objection_next', ['nextStepAt', 'id'], { where: 'next_step_at is not null' })
export class Objection {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_objection' })
  id!: string;

  @Index('ix_objection_assignment')
  @Column('uuid', { name: 'assignment_id' })
  assignmentId!: string;

  /** Which raised it: the part may be another's since. */
  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('text')
  reason!: string;

  @Column('uuid', { name: 'raised_by' })
  raisedBy!: string;

  @Column('timestamptz', { name: 'raised_at' })
  raisedAt!: Date;

  /** Day by which the office answers. */
  @Column('date', { name: 'answer_due_on' })
  answerDueOn!: LocalDate;

  @Column('text', { nullable: true })
  outcome!: ObjectionOutcome | 'withdrawn' | null;

  @Column('text', { nullable: true })
  answer!: string | null;

  @Column('uuid', { name: 'settled_by', nullable: true })
  settledBy!: string | null;

  @Column('timestamptz', { name: 'settled_at', nullable: true })
  settledAt!: Date | null;

  /** What the office is told next of the answer that it owes. */
  @Column('text', { name: 'next_step', nullable: true })
  nextStep!: OfficeStep | null;

  @Column('timestamptz', { name: 'next_step_at', nullable: true })
  nextStepAt!: Date | null;
}
