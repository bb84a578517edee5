import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { CheckedItem, Sample, VerificationMethod } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';

/** How a completion was judged (核查): what was looked at, and with what conclusion it was verified or returned. */
@Entity('verification')
@Check('ck_verification_event', `event in ('verify', 'return')`)
@Check('ck_verification_method', `method in ('documents', 'sample', 'call_back', 'visit')`)
@ForeignKey('assignment', ['assignmentId'], ['id'], { name: 'fk_verification_assignment' })
@ForeignKey('person', ['personId'], ['id'], { name: 'fk_verification_person' })
@ForeignKey('person', ['forPersonId'], ['id'], { name: 'fk_verification_for_person' })
@ForeignKey('post', ['postId'], ['id'], { name: 'fk_verification_post' })
@Index('ix_verification_assignment', ['assignmentId', 'recordedAt'])
export class Verification {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_verification' })
  id!: string;

  @Column('uuid', { name: 'assignment_id' })
  assignmentId!: string;

  /** What was decided by it. */
  @Column('text')
  event!: 'verify' | 'return';

  @Column('text')
  method!: VerificationMethod;

  @Column('jsonb')
  checklist!: CheckedItem[];

  @Column('jsonb', { nullable: true })
  sample!: Sample | null;

  @Column('text')
  conclusion!: string;

  @Column('text', { nullable: true })
  place!: string | null;

  @Column('date', { name: 'looked_on', nullable: true })
  lookedOn!: LocalDate | null;

  @Column('uuid', { name: 'person_id' })
  personId!: string;

  /** The holder of the post, where the person stood in for them (代行). */
  @Column('uuid', { name: 'for_person_id', nullable: true })
  forPersonId!: string | null;

  @Column('uuid', { name: 'post_id' })
  postId!: string;

  @Column('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;
}
