import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { Policy } from '@duban/domain';

/** One version of a rule set (督办规则); a version is never changed once a plan goes by it. */
@Entity('policy')
@ForeignKey('person', ['enabledBy'], ['id'], { name: 'fk_policy_enabled_by' })
export class PolicyVersion {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_policy' })
  id!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_policy' })
  version!: number;

  @Column('jsonb')
  body!: Policy;

  /** Who enabled it; null for a preset. */
  @Column('uuid', { name: 'enabled_by', nullable: true })
  enabledBy!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
