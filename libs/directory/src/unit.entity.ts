import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { JurisdictionEntity } from './jurisdiction.entity';

/** A unit (单位): department, district government, party body, state firm. */
@Entity('unit')
@Unique('uq_unit_code', ['code'])
@Unique('uq_unit_name', ['jurisdictionId', 'name'])
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

  @Column('boolean', { name: 'is_active', default: true })
  isActive!: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
