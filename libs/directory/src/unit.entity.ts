import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { JurisdictionEntity } from './jurisdiction.entity';

/** A unit (单位): department, district government, party body, state firm, or a section of one; as it is now. */
@Entity('unit')
@Unique('uq_unit_code', ['code'])
@Index('uq_unit_name', ['jurisdictionId', 'name'], { unique: true, where: 'to_on is null' })
@Index('ix_unit_parent', ['parentId'])
@Check('ck_unit_term', `to_on is null or to_on >= from_on`)
@Check('ck_unit_parent', `parent_id <> id`)
export class UnitEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_unit' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  @ForeignKey(() => JurisdictionEntity, { name: 'fk_unit_jurisdiction' })
  jurisdictionId!: string;

  /** Unique in the installation and never given to another unit: accounts are named after it. */
  @Column('text')
  code!: string;

  /** The short name that documents use (市教育局). */
  @Column('text')
  name!: string;

  @Column('text', { name: 'official_name' })
  officialName!: string;

  @Column('text')
  kind!: string;

  /** Place in the order in which a government lists its units; counts from 1. */
  @Column('integer')
  position!: number;

  /** The unit above it (上级单位) within the jurisdiction; null for those directly under the government. */
  @Column('uuid', { name: 'parent_id', nullable: true })
  @ForeignKey(() => UnitEntity, { name: 'fk_unit_parent' })
  parentId!: string | null;

  /** The first day on which there was such a unit, `YYYY-MM-DD`. */
  @Column('date', { name: 'from_on' })
  fromOn!: string;

  /** The first day on which it was gone (撤销); null while it is there. Never a day to come. */
  @Column('date', { name: 'to_on', nullable: true })
  toOn!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
