import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique, VersionColumn } from 'typeorm';
import { JurisdictionEntity } from './jurisdiction.entity';
import { UnitGroupEntity } from './unit-group.entity';

/**
 * What a person has said that a name in a document means (名称认定): units, or a group. It counts as an alias, and is kept
 * apart from those of the import file, which a later import replaces.
 */
@Entity('settled_name')
@Check('ck_settled_name_meaning', `(group_id is null) = (cardinality(unit_ids) > 0)`)
@Unique('uq_settled_name_key', ['jurisdictionId', 'key'])
export class SettledNameEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_settled_name' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  @ForeignKey(() => JurisdictionEntity, { name: 'fk_settled_name_jurisdiction' })
  jurisdictionId!: string;

  /** As a document writes it. */
  @Column('text')
  name!: string;

  /** By which spellings of one name are the same. */
  @Column('text')
  key!: string;

  /** Units are never deleted; one that is closed is no longer meant. */
  @Column('uuid', { name: 'unit_ids', array: true })
  unitIds!: string[];

  @Column('uuid', { name: 'group_id', nullable: true })
  @ForeignKey(() => UnitGroupEntity, { name: 'fk_settled_name_group' })
  groupId!: string | null;

  @VersionColumn()
  version!: number;

  @Column('timestamptz', { name: 'settled_at' })
  settledAt!: Date;
}
