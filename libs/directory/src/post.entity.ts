import { oneOf } from '@duban/database';
import { POST_KINDS, type PostKind, UNIT_POSTS } from '@duban/domain';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { UnitEntity } from './unit.entity';

/** A post (岗位): duties and rights belong to it, whoever holds it. */
@Entity('post')
@Check('ck_post_kind', oneOf('kind', POST_KINDS))
@Check('ck_post_unit', `(${oneOf('kind', UNIT_POSTS)}) = (unit_id is not null)`)
@Check('ck_post_title', `(kind in ('deputy', 'handler')) = (title is not null)`)
@Unique('uq_post_kind_unit', ['kind', 'unitId', 'title'])
@Index('ix_post_unit', ['unitId'])
export class PostEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_post' })
  id!: string;

  @Column('text')
  kind!: PostKind;

  /** Null for the posts of the government itself. */
  @Column('uuid', { name: 'unit_id', nullable: true })
  @ForeignKey(() => UnitEntity, { name: 'fk_post_unit' })
  unitId!: string | null;

  /** What tells a unit's deputies and handlers apart, such as 分管城建; null for posts of which there is one. */
  @Column('text', { nullable: true })
  title!: string | null;

  /** The day from which there is no such post any more, `YYYY-MM-DD`; null while there is. */
  @Column('date', { name: 'closed_on', nullable: true })
  closedOn!: string | null;
}
