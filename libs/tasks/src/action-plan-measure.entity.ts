import { oneOf } from '@duban/database';
import { MEASURE_STATES, type MeasureState } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique, VersionColumn } from 'typeorm';

/** A measure (措施) of an action plan, with the day by which it is taken; closed item by item (逐项销号). */
@Entity('action_plan_measure')
@Check('ck_action_plan_measure_state', oneOf('state', MEASURE_STATES))
@Check('ck_action_plan_measure_closed', `(state = 'closed') = (closed_at is not null)`)
@ForeignKey('action_plan', ['actionPlanId'], ['id'], { name: 'fk_action_plan_measure_plan' })
@ForeignKey('obligation', ['obligationId'], ['id'], { name: 'fk_action_plan_measure_obligation' })
@ForeignKey('person', ['closedBy'], ['id'], { name: 'fk_action_plan_measure_closed_by' })
@Unique('uq_action_plan_measure_position', ['actionPlanId', 'position'])
@Index('ix_action_plan_measure_obligation', ['obligationId'], { where: 'obligation_id is not null' })
export class ActionPlanMeasure {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_action_plan_measure' })
  id!: string;

  @Column('uuid', { name: 'action_plan_id' })
  actionPlanId!: string;

  @Column('integer')
  position!: number;

  @Column('text')
  text!: string;

  @Column('date', { name: 'due_on' })
  dueOn!: LocalDate;

  /** Who is responsible (责任人), by name or post. */
  @Column('text')
  person!: string;

  /** The section responsible (责任科室). */
  @Column('text', { nullable: true })
  section!: string | null;

  @Column('boolean', { name: 'is_milestone' })
  isMilestone!: boolean;

  /** What is owed of it, of a milestone in a version that holds. */
  @Column('uuid', { name: 'obligation_id', nullable: true })
  obligationId!: string | null;

  @Column('text')
  state!: MeasureState;

  @Column('text', { name: 'closing_text', nullable: true })
  closingText!: string | null;

  @Column('uuid', { name: 'closed_by', nullable: true })
  closedBy!: string | null;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  @VersionColumn()
  version!: number;
}
