import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { GroupRule } from './group-rules';
import { JurisdictionEntity } from './jurisdiction.entity';

/** A group of units (集合单位), such as 各区人民政府: in a document it stands for its members. */
@Entity('unit_group')
@Unique('uq_unit_group_code', ['jurisdictionId', 'code'])
@Unique('uq_unit_group_name', ['jurisdictionId', 'name'])
@Check('ck_unit_group_rule', `rule is null or jsonb_typeof(rule) = 'object'`)
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

  /** Whom it has as members beside those that are listed in it; null where nobody. */
  @Column('jsonb', { nullable: true })
  rule!: GroupRule | null;
}
