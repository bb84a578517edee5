import { Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { UnitGroupEntity } from './unit-group.entity';
import { UnitEntity } from './unit.entity';

/** A unit is in a group of units (集合单位). */
@Entity('unit_group_member')
export class UnitGroupMemberEntity {
  @PrimaryColumn('uuid', { name: 'group_id', primaryKeyConstraintName: 'pk_unit_group_member' })
  @ForeignKey(() => UnitGroupEntity, { name: 'fk_unit_group_member_group' })
  groupId!: string;

  @PrimaryColumn('uuid', { name: 'unit_id', primaryKeyConstraintName: 'pk_unit_group_member' })
  @ForeignKey(() => UnitEntity, { name: 'fk_unit_group_member_unit' })
  unitId!: string;
}
