import type { DifferenceKind, DraftTask, FieldDifference } from '@duban/breakdown';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique, VersionColumn } from 'typeorm';

/** One difference of a revised document, to be taken or declined. */
@Entity('plan_revision_item')
@Check('ck_plan_revision_item_state', `state in ('open', 'taken', 'declined')`)
@Check('ck_plan_revision_item_kinds', `cardinality(kinds) > 0 and kinds <@ array['new', 'gone', 'changed', 'moved']`)
@Check('ck_plan_revision_item_decided', `(state = 'open') = (decided_at is null)`)
@ForeignKey('plan_revision', ['revisionId'], ['id'], { name: 'fk_plan_revision_item_revision' })
@ForeignKey('person', ['decidedBy'], ['id'], { name: 'fk_plan_revision_item_person' })
@Unique('uq_plan_revision_item_position', ['revisionId', 'position'])
export class PlanRevisionItem {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_plan_revision_item' })
  id!: string;

  @Column('uuid', { name: 'revision_id' })
  revisionId!: string;

  @Column('integer')
  position!: number;

  @Column('text', { array: true })
  kinds!: Exclude<DifferenceKind, 'same'>[];

  /** The plan's task; of a new one set when it is taken. No foreign key: a draft's task may be taken out meanwhile. */
  @Index('ix_plan_revision_item_task')
  @Column('uuid', { name: 'task_id', nullable: true })
  taskId!: string | null;

  /** Where it stands in the outline of the revised document; null for what is gone. */
  @Column('integer', { nullable: true })
  place!: number | null;

  /** As the revised document has it; null for what is gone. */
  @Column('jsonb', { nullable: true })
  draft!: DraftTask | null;

  /** What differed when the document was imported. */
  @Column('jsonb')
  fields!: FieldDifference[];

  @Column('text')
  state!: 'open' | 'taken' | 'declined';

  @Column('uuid', { name: 'decided_by', nullable: true })
  decidedBy!: string | null;

  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;

  @Column('text', { nullable: true })
  reason!: string | null;

  @VersionColumn()
  version!: number;
}
