import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { SatisfactionMethod, SatisfactionRating } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';

/** What somebody from the public thought of what was done (满意度), or that they were not reached. Every try is kept. */
@Entity('satisfaction')
@Check('ck_satisfaction_rating', `rating in ('satisfied', 'basically', 'unsatisfied', 'not_reached')`)
@Check('ck_satisfaction_method', `method in ('call_back', 'message', 'visit')`)
@Check('ck_satisfaction_remark', `rating <> 'unsatisfied' or remark is not null`)
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_satisfaction_jurisdiction' })
@ForeignKey('task', ['taskId'], ['id'], { name: 'fk_satisfaction_task' })
@ForeignKey('person', ['personId'], ['id'], { name: 'fk_satisfaction_person' })
@ForeignKey('person', ['forPersonId'], ['id'], { name: 'fk_satisfaction_for_person' })
@ForeignKey('post', ['postId'], ['id'], { name: 'fk_satisfaction_post' })
@Index('ix_satisfaction_task', ['taskId', 'recordedAt'])
export class Satisfaction {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_satisfaction' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Column('uuid', { name: 'task_id' })
  taskId!: string;

  @Column('text')
  rating!: SatisfactionRating;

  @Column('text')
  method!: SatisfactionMethod;

  @Column('text', { nullable: true })
  remark!: string | null;

  @Column('date', { name: 'asked_on' })
  askedOn!: LocalDate;

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
