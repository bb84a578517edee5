import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, VersionColumn } from 'typeorm';
import { oneOf } from '@duban/database';
import { CONTRIBUTION_STATES, type ContributionState } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import type { MeasurementInput } from './measurements';

/** What a co-unit writes for the report of the lead (供稿), asked for by a day. */
@Entity('contribution')
@Check('ck_contribution_state', oneOf('state', CONTRIBUTION_STATES))
@Check('ck_contribution_submitted', `submission = 0 or (submitted_by is not null and submitted_at is not null)`)
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_contribution_jurisdiction' })
@ForeignKey('task', ['taskId'], ['id'], { name: 'fk_contribution_task' })
@ForeignKey('assignment', ['leadAssignmentId'], ['id'], { name: 'fk_contribution_lead' })
@ForeignKey('assignment', ['assignmentId'], ['id'], { name: 'fk_contribution_assignment' })
@ForeignKey('unit', ['unitId'], ['id'], { name: 'fk_contribution_unit' })
@ForeignKey('obligation', ['obligationId'], ['id'], { name: 'fk_contribution_obligation' })
@ForeignKey('person', ['askedBy'], ['id'], { name: 'fk_contribution_asked_by' })
@ForeignKey('person', ['submittedBy'], ['id'], { name: 'fk_contribution_submitted_by' })
@ForeignKey('person', ['submittedFor'], ['id'], { name: 'fk_contribution_submitted_for' })
@ForeignKey('person', ['decidedBy'], ['id'], { name: 'fk_contribution_decided_by' })
@Index('ix_contribution_lead', ['leadAssignmentId', 'state'])
@Index('ix_contribution_assignment', ['assignmentId', 'state'])
export class Contribution {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_contribution' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Index('ix_contribution_task')
  @Column('uuid', { name: 'task_id' })
  taskId!: string;

  /** The lead's part, for whose report it is. */
  @Column('uuid', { name: 'lead_assignment_id' })
  leadAssignmentId!: string;

  /** The co-unit's part. Where that is transferred (移交), whoever has it then writes. */
  @Column('uuid', { name: 'assignment_id' })
  assignmentId!: string;

  /** The unit that was asked, and once it is handed in, the one that did. */
  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  /** What the lead owes, for which it is. */
  @Column('uuid', { name: 'obligation_id', nullable: true })
  obligationId!: string | null;

  /** What it speaks of: a period, a subject. */
  @Column('text', { nullable: true })
  subject!: string | null;

  @Column('text', { nullable: true })
  question!: string | null;

  @Column('date', { name: 'due_on' })
  dueOn!: LocalDate;

  /** The end of that day. */
  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;

  @Column('text')
  state!: ContributionState;

  /** How often it was handed in. */
  @Column('integer')
  submission!: number;

  /** As they were handed in last. */
  @Column('text', { array: true })
  sentences!: string[];

  @Column('jsonb')
  figures!: MeasurementInput[];

  /** Why it was returned last. */
  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('uuid', { name: 'asked_by' })
  askedBy!: string;

  @Column('timestamptz', { name: 'asked_at' })
  askedAt!: Date;

  @Column('uuid', { name: 'submitted_by', nullable: true })
  submittedBy!: string | null;

  /** The holder of the post, where the person stood in for them (代行). */
  @Column('uuid', { name: 'submitted_for', nullable: true })
  submittedFor!: string | null;

  @Column('timestamptz', { name: 'submitted_at', nullable: true })
  submittedAt!: Date | null;

  /** Who accepted, returned or withdrew it last. */
  @Column('uuid', { name: 'decided_by', nullable: true })
  decidedBy!: string | null;

  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;

  @VersionColumn()
  version!: number;
}

/** What history keeps of it, and the API shows. */
export type ContributionSnapshot = Omit<Contribution, 'dueAt' | 'askedAt' | 'submittedAt' | 'decidedAt'> & {
  dueAt: string;
  askedAt: string;
  submittedAt: string | null;
  decidedAt: string | null;
};

export const contributionSnapshot = (contribution: Contribution): ContributionSnapshot => ({
  ...contribution,
  dueAt: contribution.dueAt.toISOString(),
  askedAt: contribution.askedAt.toISOString(),
  submittedAt: contribution.submittedAt?.toISOString() ?? null,
  decidedAt: contribution.decidedAt?.toISOString() ?? null,
});
