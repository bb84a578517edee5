import { Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { JurisdictionEntity } from './jurisdiction.entity';
import { UnitEntity } from './unit.entity';

/** Another name (别称) by which documents of one jurisdiction call a unit. */
@Entity('unit_alias')
export class UnitAliasEntity {
  @PrimaryColumn('uuid', { name: 'jurisdiction_id', primaryKeyConstraintName: 'pk_unit_alias' })
  @ForeignKey(() => JurisdictionEntity, { name: 'fk_unit_alias_jurisdiction' })
  jurisdictionId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_unit_alias' })
  name!: string;

  @PrimaryColumn('uuid', { name: 'unit_id', primaryKeyConstraintName: 'pk_unit_alias' })
  @ForeignKey(() => UnitEntity, { name: 'fk_unit_alias_unit' })
  unitId!: string;
}
