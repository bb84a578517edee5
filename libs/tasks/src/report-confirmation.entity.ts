import { oneOf } from '@duban/database';
import { REPORT_CONFIRMATION_STATES, type ReportConfirmationState } from '@duban/domain';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, VersionColumn } from 'typeorm';

/** Where a report stands that counts when the head of its unit has confirmed it; others have none. */
@Entity('report_confirmation')
@Check('ck_report_confirmation_state', oneOf('state', REPORT_CONFIRMATION_STATES))
@ForeignKey('report', ['reportId'], ['id'], { name: 'fk_report_confirmation_report' })
@ForeignKey('assignment', ['assignmentId'], ['id'], { name: 'fk_report_confirmation_assignment' })
@ForeignKey('person', ['decidedBy'], ['id'], { name: 'fk_report_confirmation_decided_by' })
@ForeignKey('person', ['decidedFor'], ['id'], { name: 'fk_report_confirmation_decided_for' })
@Index('ix_report_confirmation_waiting', ['assignmentId'], { where: `state = 'submitted'` })
export class ReportConfirmation {
  @PrimaryColumn('uuid', { name: 'report_id', primaryKeyConstraintName: 'pk_report_confirmation' })
  reportId!: string;

  @Column('uuid', { name: 'assignment_id' })
  assignmentId!: string;

  @Column('text')
  state!: ReportConfirmationState;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('uuid', { name: 'decided_by', nullable: true })
  decidedBy!: string | null;

  /** The holder of the post, where the person stood in for them (代行). */
  @Column('uuid', { name: 'decided_for', nullable: true })
  decidedFor!: string | null;

  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;

  @VersionColumn()
  version!: number;
}
