import type { CitedFile } from '@duban/evidence';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

export const REPORT_KINDS = ['action_plan', 'progress_report', 'milestone', 'completion', 'instruction'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** What was handed in as proof: a title and where it is to be found, which may be a file that was uploaded. */
export interface Evidence extends Partial<CitedFile> {
  title: string;
  location?: string;
}

/** What a unit handed in: an action plan (办理方案), a periodic report, the answer to an instruction, or the completion. */
@Entity('report')
@Check('ck_report_kind', `kind in ('action_plan', 'progress_report', 'milestone', 'completion', 'instruction')`)
@ForeignKey('assignment', ['assignmentId'], ['id'], { name: 'fk_report_assignment' })
@ForeignKey('obligation', ['obligationId'], ['id'], { name: 'fk_report_obligation' })
@ForeignKey('person', ['personId'], ['id'], { name: 'fk_report_person' })
@ForeignKey('person', ['forPersonId'], ['id'], { name: 'fk_report_for_person' })
@ForeignKey('post', ['postId'], ['id'], { name: 'fk_report_post' })
@ForeignKey('report', ['correctsId'], ['id'], { name: 'fk_report_corrects' })
@Check('ck_report_correction', `(corrects_id is null) = (correction_reason is null)`)
@Index('ix_report_assignment', ['assignmentId', 'reportedAt'])
@Index('uq_report_corrects', ['correctsId'], { unique: true })
@Index('ix_report_obligation', ['obligationId'], { where: 'obligation_id is not null' })
export class Report {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_report' })
  id!: string;

  @Column('uuid', { name: 'assignment_id' })
  assignmentId!: string;

  @Column('uuid', { name: 'obligation_id', nullable: true })
  obligationId!: string | null;

  @Column('text')
  kind!: ReportKind;

  @Column('text')
  text!: string;

  @Column('text', { nullable: true })
  difficulties!: string | null;

  @Column('text', { name: 'next_steps', nullable: true })
  nextSteps!: string | null;

  @Column('jsonb')
  evidence!: Evidence[];

  @Column('text', { name: 'shortfall_reason', nullable: true })
  shortfallReason!: string | null;

  @Column('text', { name: 'go_ahead_reason', nullable: true })
  goAheadReason!: string | null;

  /** The period that it is about, `2026Q1`; null where it is about none. */
  @Column('text', { nullable: true })
  period!: string | null;

  /** Why figures are behind the plan (序时进度). */
  @Column('text', { name: 'behind_reason', nullable: true })
  behindReason!: string | null;

  /** The version before, which this one corrects. */
  @Column('uuid', { name: 'corrects_id', nullable: true })
  correctsId!: string | null;

  @Column('text', { name: 'correction_reason', nullable: true })
  correctionReason!: string | null;

  @Column('uuid', { name: 'person_id' })
  personId!: string;

  /** The holder of the post, where the person stood in for them (代行). */
  @Column('uuid', { name: 'for_person_id', nullable: true })
  forPersonId!: string | null;

  @Column('uuid', { name: 'post_id' })
  postId!: string;

  @Column('timestamptz', { name: 'reported_at' })
  reportedAt!: Date;
}
