import { oneOf } from '@duban/database';
import { ACTION_PLAN_STATES, type ActionPlanState } from '@duban/domain';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique, VersionColumn } from 'typeorm';

/** A version of an action plan (办理方案): what the unit will do, by when, and who is in charge. */
@Entity('action_plan')
@Check('ck_action_plan_state', oneOf('state', ACTION_PLAN_STATES))
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_action_plan_jurisdiction' })
@ForeignKey('task', ['taskId'], ['id'], { name: 'fk_action_plan_task' })
@ForeignKey('assignment', ['assignmentId'], ['id'], { name: 'fk_action_plan_assignment' })
@ForeignKey('obligation', ['obligationId'], ['id'], { name: 'fk_action_plan_obligation' })
@ForeignKey('report', ['reportId'], ['id'], { name: 'fk_action_plan_report' })
@ForeignKey('person', ['submittedBy'], ['id'], { name: 'fk_action_plan_submitted_by' })
@ForeignKey('person', ['submittedFor'], ['id'], { name: 'fk_action_plan_submitted_for' })
@ForeignKey('person', ['decidedBy'], ['id'], { name: 'fk_action_plan_decided_by' })
@Unique('uq_action_plan_number', ['assignmentId', 'number'])
@Index('ix_action_plan_task', ['taskId'])
@Index('ix_action_plan_state', ['state', 'id'])
export class ActionPlan {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_action_plan' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Column('uuid', { name: 'task_id' })
  taskId!: string;

  @Column('uuid', { name: 'assignment_id' })
  assignmentId!: string;

  /** What it was owed by. */
  @Column('uuid', { name: 'obligation_id', nullable: true })
  obligationId!: string | null;

  /** The report by which it was handed in. */
  @Column('uuid', { name: 'report_id' })
  reportId!: string;

  /** Of the versions of one part, from 1. */
  @Column('integer')
  number!: number;

  @Column('text')
  goals!: string;

  /** The leader in charge (责任领导) in the unit, by name or post. */
  @Column('text', { name: 'leader_in_charge', nullable: true })
  leaderInCharge!: string | null;

  /** Why it was revised; null where it was owed. */
  @Column('text', { name: 'revision_reason', nullable: true })
  revisionReason!: string | null;

  @Column('text')
  state!: ActionPlanState;

  @Column('uuid', { name: 'submitted_by' })
  submittedBy!: string;

  /** The holder of the post, where the person stood in for them (代行). */
  @Column('uuid', { name: 'submitted_for', nullable: true })
  submittedFor!: string | null;

  @Column('timestamptz', { name: 'submitted_at' })
  submittedAt!: Date;

  @Column('text', { name: 'decision_reason', nullable: true })
  decisionReason!: string | null;

  @Column('uuid', { name: 'decided_by', nullable: true })
  decidedBy!: string | null;

  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;

  @VersionColumn()
  version!: number;
}
