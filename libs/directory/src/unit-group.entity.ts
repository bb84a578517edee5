import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { JurisdictionEntity } from './jurisdiction.entity';

/** A group of units (集合单位), such as 各区人民政府: in a document it stands for its members. */
@Entity('unit_group')
@Unique('uq_unit_group_code', ['jurisdictionId', 'code'])
@Unique('uq_unit_group_name', ['jurisdictionId', 'name'])
export class UnitGroupEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_unit_group' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  @ForeignKey(() => JurisdictionEntity, { name: 'fk_unit_group_jurisdiction' })
  jurisdictionId!: string;

  @Column('text')
  code!: string;

  @Column('text')
  name!: string;
}
