import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';

/** A sentence of a composed report: who wrote it, and what of a contribution (供稿) it quotes. Recorded once. */
@Entity('report_sentence')
@Check(
  'ck_report_sentence_quoted',
  `(contribution_id is null) = (sentence is null) and (contribution_id is null) = (submission is null)
            and (original is null or contribution_id is not null)`,
)
@ForeignKey('report', ['reportId'], ['id'], { name: 'fk_report_sentence_report' })
@ForeignKey('unit', ['unitId'], ['id'], { name: 'fk_report_sentence_unit' })
@ForeignKey('person', ['personId'], ['id'], { name: 'fk_report_sentence_person' })
@ForeignKey('contribution', ['contributionId'], ['id'], { name: 'fk_report_sentence_contribution' })
@Unique('uq_report_sentence_position', ['reportId', 'position'])
export class ReportSentence {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_report_sentence' })
  id!: string;

  @Column('uuid', { name: 'report_id' })
  reportId!: string;

  @Column('integer')
  position!: number;

  @Column('text')
  text!: string;

  /** The unit whose words these are, or were before the lead edited them. */
  @Column('uuid', { name: 'unit_id', nullable: true })
  unitId!: string | null;

  @Column('uuid', { name: 'person_id' })
  personId!: string;

  @Column('uuid', { name: 'contribution_id', nullable: true })
  contributionId!: string | null;

  /** Which handing-in of the contribution, and which sentence of it, counted from 1. */
  @Column('integer', { nullable: true })
  submission!: number | null;

  @Column('integer', { nullable: true })
  sentence!: number | null;

  /** What the co-unit wrote, where the lead edited it. */
  @Column('text', { nullable: true })
  original!: string | null;
}
