import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique, VersionColumn } from 'typeorm';
import { oneOf } from '@duban/database';
import { NOTICE_COLOURS, NOTICE_STATES, type NoticeColour, type NoticeState } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import type { OfficeStep } from '@duban/tasks';

/** A numbered slip in a colour (督办单), sent when a date was missed or is about to be. */
@Entity('supervision_notice')
@Check('ck_supervision_notice_colour', oneOf('colour', NOTICE_COLOURS))
@Check('ck_supervision_notice_state', oneOf('state', NOTICE_STATES))
@Check('ck_supervision_notice_next_step', `next_step in ('remind', 'urge')`)
@Check(
  'ck_supervision_notice_pointer',
  `(next_step is null) = (next_step_at is null) and (state = 'answered' or next_step is null)`,
)
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_supervision_notice_jurisdiction' })
@ForeignKey('obligation', ['obligationId'], ['id'], { name: 'fk_supervision_notice_obligation' })
@Unique('uq_supervision_notice_number', ['jurisdictionId', 'number'])
@Unique('uq_supervision_notice_colour', ['obligationId', 'deadlineVersion', 'colour'])
@Index('ix_supervision_notice_next', ['nextStepAt', 'id'], { where: 'next_step_at is not null' })
@Index('ix_supervision_notice_issued', ['issuedAt', 'id'])
@Index('ix_supervision_notice_standing', ['colour', 'obligationId'], {
  where: `state in ('issued', 'acknowledged', 'answered')`,
})
export class SupervisionNotice {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_supervision_notice' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  /** 督办蓝〔2023〕1号: counted by jurisdiction, colour and year. */
  @Column('text')
  number!: string;

  @Column('uuid', { name: 'obligation_id' })
  obligationId!: string;

  @Column('integer', { name: 'deadline_version' })
  deadlineVersion!: number;

  @Column('text')
  colour!: NoticeColour;

  @Column('text')
  state!: NoticeState;

  @Column('timestamptz', { name: 'issued_at' })
  issuedAt!: Date;

  @Column('date', { name: 'answer_due_on', nullable: true })
  answerDueOn!: LocalDate | null;

  @Column('text', { nullable: true })
  answer!: string | null;

  @Column('timestamptz', { name: 'answered_at', nullable: true })
  answeredAt!: Date | null;

  @Column('boolean', { name: 'in_next_bulletin' })
  inNextBulletin!: boolean;

  /** By when an answer that waits is judged; null while none does. */
  @Column('date', { name: 'judge_by', nullable: true })
  judgeBy!: LocalDate | null;

  @Column('text', { name: 'next_step', nullable: true })
  nextStep!: OfficeStep | null;

  @Column('timestamptz', { name: 'next_step_at', nullable: true })
  nextStepAt!: Date | null;

  @VersionColumn()
  version!: number;
}

/** By when an answer is judged, and what is told of it next, follow from the rest. */
export type NoticeSnapshot = Omit<
  SupervisionNotice,
  'issuedAt' | 'answeredAt' | 'jurisdictionId' | 'judgeBy' | 'nextStep' | 'nextStepAt'
> & {
  issuedAt: string;
  answeredAt: string | null;
};

export const noticeSnapshot = (notice: SupervisionNotice): NoticeSnapshot => ({
  id: notice.id,
  number: notice.number,
  obligationId: notice.obligationId,
  deadlineVersion: notice.deadlineVersion,
  colour: notice.colour,
  state: notice.state,
  issuedAt: notice.issuedAt.toISOString(),
  answerDueOn: notice.answerDueOn,
  answer: notice.answer,
  answeredAt: notice.answeredAt?.toISOString() ?? null,
  inNextBulletin: notice.inNextBulletin,
  version: notice.version,
});
