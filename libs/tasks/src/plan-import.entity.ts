import type { ChosenColumn } from '@duban/breakdown';
import { oneOf } from '@duban/database';
import { PLAN_IMPORT_STATES, type PlanImportState } from '@duban/domain';
import type { Actor } from '@duban/history';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** What the sender says beside the file. */
export interface PlanImportOptions {
  jurisdiction?: string;
  /** The plan under whose parts a unit's own hangs (二级分解), by number. */
  upperPlanId?: string;
  /** What a person says that columns of its tables are. */
  columns?: ChosenColumn[];
}

/** Why a document was refused: the problem that the same file gives when it is read at once. */
export interface PlanImportProblem {
  code: string;
  detail: string;
  [more: string]: unknown;
}

/** A document on its way to a draft (导入). */
@Entity('plan_import')
@Check('ck_plan_import_state', oneOf('state', PLAN_IMPORT_STATES))
@Check('ck_plan_import_file', `(file is null) = (state in ('drafted', 'refused'))`)
@Check('ck_plan_import_drafted', `(plan_id is not null) = (state = 'drafted')`)
@Check('ck_plan_import_refused', `(problem is not null) = (state = 'refused')`)
@ForeignKey('person', ['personId'], ['id'], { name: 'fk_plan_import_person' })
@ForeignKey('plan', ['planId'], ['id'], { name: 'fk_plan_import_plan' })
@Index('ix_plan_import_due', ['createdAt', 'id'], { where: `state in ('queued', 'reading')` })
@Index('ix_plan_import_created', ['createdAt', 'id'])
export class PlanImport {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_plan_import' })
  id!: string;

  @Column('uuid', { name: 'person_id' })
  personId!: string;

  /** Who sent it, in which post, by which request: the draft's history names them, not the worker. */
  @Column('jsonb')
  actor!: Actor;

  @Column('text', { name: 'file_name' })
  fileName!: string;

  @Column('bytea', { nullable: true, select: false })
  file!: Buffer | null;

  @Column('jsonb')
  options!: PlanImportOptions;

  @Column('text')
  state!: PlanImportState;

  /** How far the reader has come, in steps of its own: pages, sheets, paragraphs. */
  @Column('integer', { name: 'progress_done' })
  progressDone!: number;

  /** 0 until the reader knows. */
  @Column('integer', { name: 'progress_total' })
  progressTotal!: number;

  @Column('integer')
  attempts!: number;

  /** By the database's clock; after it another worker may read the document. */
  @Column('timestamptz', { name: 'claimed_until', nullable: true })
  claimedUntil!: Date | null;

  @Column('uuid', { name: 'plan_id', nullable: true })
  planId!: string | null;

  @Column('jsonb', { nullable: true })
  problem!: PlanImportProblem | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
