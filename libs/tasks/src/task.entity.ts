import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique, VersionColumn } from 'typeorm';
import { oneOf } from '@duban/database';
import { ASSIGNMENT_STATES, type AssignmentState } from '@duban/domain';
import type { Mark } from '@duban/breakdown';
import type { LocalDate } from '@duban/kernel';

/** Units as the document names them, one name each, before they are looked up in the directory. */
export interface DraftedUnits {
  lead: string[];
  responsible: string[];
  cooperating: string[];
  supervising: string[];
}

/** A task (责任事项), or a part of one. Its state is that of its lead, null while the plan is a draft. */
@Entity('task')
@Check('ck_task_state', oneOf('state', ASSIGNMENT_STATES))
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_task_jurisdiction' })
@ForeignKey('plan', ['planId'], ['id'], { name: 'fk_task_plan' })
@ForeignKey('task', ['parentId'], ['id'], { name: 'fk_task_parent' })
@ForeignKey('task', ['carriedFromTaskId'], ['id'], { name: 'fk_task_carried_from' })
@ForeignKey('plan_revision', ['sourceRevisionId'], ['id'], { name: 'fk_task_source_revision' })
@ForeignKey('assignment', ['upperAssignmentId'], ['id'], { name: 'fk_task_upper_assignment' })
@Check('ck_task_upper_assignment', `upper_assignment_id is null or parent_id is null`)
@Unique('uq_task_position', ['planId', 'position'])
@Index('ix_task_state', ['state', 'planId', 'position'])
@Index('ix_task_content', { synchronize: false })
@Index('ix_task_due', { synchronize: false })
export class Task {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_task' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Column('uuid', { name: 'plan_id' })
  planId!: string;

  @Index('ix_task_parent')
  @Column('uuid', { name: 'parent_id', nullable: true })
  parentId!: string | null;

  /** The upper part that it carries out (二级分解), of the unit whose plan it is in; its own parts go with it. */
  @Index('ix_task_upper_assignment', { where: 'upper_assignment_id is not null' })
  @Column('uuid', { name: 'upper_assignment_id', nullable: true })
  upperAssignmentId!: string | null;

  @Index('ix_task_number')
  @Column('text', { nullable: true })
  number!: string | null;

  /** Order in the plan, with gaps; parts follow their parent. */
  @Column('integer')
  position!: number;

  /** Headings above it, outermost first. */
  @Column('text', { array: true })
  path!: string[];

  @Column('text')
  content!: string;

  @Column('jsonb', { name: 'drafted_units' })
  draftedUnits!: DraftedUnits;

  @Column('text', { name: 'open_ended', nullable: true })
  openEnded!: string | null;

  @Column('text', { array: true })
  leaders!: string[];

  @Column('boolean', { name: 'is_lead_inferred' })
  isLeadInferred!: boolean;

  @Column('text', { name: 'deadline_text', nullable: true })
  deadlineText!: string | null;

  /** The date that the document gives the task, if it follows from the words. */
  @Column('date', { name: 'deadline_due', nullable: true })
  deadlineDue!: LocalDate | null;

  /** The day by which its lead completes it; set at issue. */
  @Column('date', { name: 'due_on', nullable: true })
  dueOn!: LocalDate | null;

  @Column('jsonb')
  milestones!: { text: string; due: LocalDate | null }[];

  /** The revised document (修订) that the source is a stretch of; null for the plan's own. */
  @Column('uuid', { name: 'source_revision_id', nullable: true })
  sourceRevisionId!: string | null;

  /** The task of an earlier year that this one carries on (结转). */
  @Index('ix_task_carried_from')
  @Column('uuid', { name: 'carried_from_task_id', nullable: true })
  carriedFromTaskId!: string | null;

  @Column('integer', { name: 'source_start' })
  sourceStart!: number;

  @Column('integer', { name: 'source_end' })
  sourceEnd!: number;

  /** From which words of the document each value was read; what is edited later changes nothing in it. */
  @Column('jsonb', { default: () => "'[]'" })
  marks!: Mark[];

  /** The day on which a registered matter came (收到日期); its dates run from it. */
  @Column('date', { name: 'received_on', nullable: true })
  receivedOn!: LocalDate | null;

  /** How urgent or hard it is (等级), one of its policy's levels. */
  @Column('text', { nullable: true })
  level!: string | null;

  @Column('text', { nullable: true })
  state!: AssignmentState | null;

  @VersionColumn()
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
