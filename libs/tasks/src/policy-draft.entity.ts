import { Column, Entity, ForeignKey, PrimaryColumn, VersionColumn } from 'typeorm';

/**
 * Rules (督办规则) that are being written: they bind nobody, and may have faults, until they are enabled as the next
 * version of their policy. Then, or when it is discarded, the draft is gone; history has what became of it.
 */
@Entity('policy_draft')
@ForeignKey('policy', ['basedOnId', 'basedOnVersion'], ['id', 'version'], { name: 'fk_policy_draft_based_on' })
@ForeignKey('person', ['writtenBy'], ['id'], { name: 'fk_policy_draft_written_by' })
export class PolicyDraft {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_policy_draft' })
  id!: string;

  /** The policy of which it will be a version; there may be none of the id yet. */
  @Column('text', { name: 'policy_id' })
  policyId!: string;

  /** The version of which it was a copy; null for a preset's, or one written anew. */
  @Column('text', { name: 'based_on_id', nullable: true })
  basedOnId!: string | null;

  @Column('integer', { name: 'based_on_version', nullable: true })
  basedOnVersion!: number | null;

  /** Without the id and the number of the version, which follow from where it is enabled. */
  @Column('jsonb')
  rules!: Record<string, unknown>;

  @Column('uuid', { name: 'written_by' })
  writtenBy!: string;

  @Column('timestamptz', { name: 'written_at' })
  writtenAt!: Date;

  @VersionColumn()
  version!: number;
}
