import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, VersionColumn } from 'typeorm';
import type { PlanWarning } from './plan.entity';

/**
 * A task of the revised document, in its order, with the task of the plan that it is; null where the plan has none yet.
 * What was moved does not stand at its place in the plan until that is taken.
 */
export interface OutlineEntry {
  taskId: string | null;
  number: string | null;
  path: string[];
  isMoved: boolean;
}

/** A revised document (修订) of a plan, whose differences are taken item by item; one at a time is open. */
@Entity('plan_revision')
@Check('ck_plan_revision_state', `state in ('open', 'closed', 'abandoned')`)
@Check('ck_plan_revision_closed', `(state = 'open') = (closed_at is null)`)
@ForeignKey('plan', ['planId'], ['id'], { name: 'fk_plan_revision_plan' })
@Index('ix_plan_revision_plan', ['planId', 'createdAt'])
@Index('uq_plan_revision_open', ['planId'], { unique: true, where: `state = 'open'` })
export class PlanRevision {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_plan_revision' })
  id!: string;

  @Column('uuid', { name: 'plan_id' })
  planId!: string;

  @Column('text', { name: 'file_name' })
  fileName!: string;

  @Column('text', { name: 'source_text', select: false })
  sourceText!: string;

  @Column('jsonb')
  warnings!: PlanWarning[];

  @Column('jsonb')
  outline!: OutlineEntry[];

  /** Abandoned where items were left undecided. */
  @Column('text')
  state!: 'open' | 'closed' | 'abandoned';

  /** Why it was abandoned. */
  @Column('text', { nullable: true })
  reason!: string | null;

  @VersionColumn()
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;
}
