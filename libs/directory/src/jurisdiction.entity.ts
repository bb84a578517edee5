import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** The government (辖区) whose office supervises; every unit and every plan belongs to one. */
@Entity('jurisdiction')
@Unique('uq_jurisdiction_name', ['name'])
export class JurisdictionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_jurisdiction' })
  id!: string;

  @Column('text')
  name!: string;

  /** IANA name, such as Asia/Shanghai. */
  @Column('text', { name: 'time_zone' })
  timeZone!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
