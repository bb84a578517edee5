import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Policy } from '@duban/domain';

/** One version of a rule set (督办规则); a version is never changed once a plan goes by it. */
@Entity('policy')
export class PolicyVersion {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_policy' })
  id!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_policy' })
  version!: number;

  @Column('jsonb')
  body!: Policy;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
