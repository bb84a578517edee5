import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { PersonEntity } from './person.entity';
import { PostEntity } from './post.entity';

/** A person holds a post (任职) from one day to another. */
@Entity('post_holding')
@Check('ck_post_holding_term', `to_on is null or to_on > from_on`)
@Index('ix_post_holding_post', ['postId'])
@Index('ix_post_holding_person', ['personId'])
@Index('ix_post_holding_handover', ['fromOn'], { where: 'handed_over_at is null' })
export class PostHoldingEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_post_holding' })
  id!: string;

  @Column('uuid', { name: 'post_id' })
  @ForeignKey(() => PostEntity, { name: 'fk_post_holding_post' })
  postId!: string;

  @Column('uuid', { name: 'person_id' })
  @ForeignKey(() => PersonEntity, { name: 'fk_post_holding_person' })
  personId!: string;

  /** The first day, `YYYY-MM-DD`. */
  @Column('date', { name: 'from_on' })
  fromOn!: string;

  /** The first day on which the post is no longer held; null while it is. */
  @Column('date', { name: 'to_on', nullable: true })
  toOn!: string | null;

  /** When the holder was told of what was open in the post; null until then. */
  @Column('timestamptz', { name: 'handed_over_at', nullable: true })
  handedOverAt!: Date | null;
}
