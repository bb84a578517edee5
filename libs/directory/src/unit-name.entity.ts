import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { UnitEntity } from './unit.entity';

/** What a unit was called from a day to a day (名称沿革); the last is what it is called now. */
@Entity('unit_name')
@Check('ck_unit_name_term', `to_on is null or to_on > from_on`)
export class UnitNameEntity {
  @PrimaryColumn('uuid', { name: 'unit_id', primaryKeyConstraintName: 'pk_unit_name' })
  @ForeignKey(() => UnitEntity, { name: 'fk_unit_name_unit' })
  unitId!: string;

  @PrimaryColumn('date', { name: 'from_on', primaryKeyConstraintName: 'pk_unit_name' })
  fromOn!: string;

  @Column('date', { name: 'to_on', nullable: true })
  toOn!: string | null;

  @Column('text')
  name!: string;

  @Column('text', { name: 'official_name' })
  officialName!: string;
}
