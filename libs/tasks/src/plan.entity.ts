import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, VersionColumn } from 'typeorm';
import { oneOf } from '@duban/database';
import { PLAN_STATES, type MatterKind, type PlanState } from '@duban/domain';
import type { TableColumn } from '@duban/breakdown';
import type { LocalDate } from '@duban/kernel';

/** A remark of the reader on the document, with its line. */
export interface PlanWarning {
  code: string;
  line: number;
  start?: number;
  message: string;
}

export const PLAN_SOURCES = ['document', 'register'] as const;
export type PlanSource = (typeof PLAN_SOURCES)[number];

/** How much of a unit's own plan the level above sees: content, units, states, dates and lights, or what is reported, too. */
export const VISIBILITIES = ['summary', 'full'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/**
 * A responsibility breakdown (责任分解方案): the government's, or the second-level one of a unit (二级分解); or a register
 * (台账) of matters of one kind in one year.
 */
@Entity('plan')
@Check('ck_plan_state', oneOf('state', PLAN_STATES))
@Check('ck_plan_issued', `state = 'draft' or (year is not null and issued_on is not null and policy_id is not null)`)
@Check('ck_plan_source', `source in ('document', 'register')`)
@Check(
  'ck_plan_register',
  `(source = 'register') = (matter_kind is not null) and (source = 'document' or state <> 'draft')`,
)
@Index('uq_plan_register', ['jurisdictionId', 'matterKind', 'year'], { unique: true, where: `source = 'register'` })
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_plan_jurisdiction' })
@Check('ck_plan_visibility', `visibility in ('summary', 'full')`)
@ForeignKey('unit', ['unitId'], ['id'], { name: 'fk_plan_unit' })
@ForeignKey('policy', ['policyId', 'policyVersion'], ['id', 'version'], { name: 'fk_plan_policy' })
export class Plan {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_plan' })
  id!: string;

  @Index('ix_plan_jurisdiction')
  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  /** The unit that issues it (二级分解); null for the government's office. */
  @Index('ix_plan_unit', { where: 'unit_id is not null' })
  @Column('uuid', { name: 'unit_id', nullable: true })
  unitId!: string | null;

  @Column('text', { default: 'summary' })
  visibility!: Visibility;

  @Column('text')
  title!: string;

  @Column('text', { name: 'document_number', nullable: true })
  documentNumber!: string | null;

  @Column('integer', { nullable: true })
  year!: number | null;

  @Column('text')
  state!: PlanState;

  @Column('date', { name: 'issued_on', nullable: true })
  issuedOn!: LocalDate | null;

  @Column('text', { name: 'policy_id', nullable: true })
  policyId!: string | null;

  @Column('integer', { name: 'policy_version', nullable: true })
  policyVersion!: number | null;

  @Column('text', { name: 'file_name' })
  fileName!: string;

  @Column('text', { name: 'source_text', select: false })
  sourceText!: string;

  /** Stretches of the source that went into no task: `[{start, end}]`. */
  @Column('jsonb', { name: 'left_out' })
  leftOut!: { start: number; end: number }[];

  @Column('jsonb')
  warnings!: PlanWarning[];

  /** The columns of the document's tables, and what each was read as. */
  @Column('jsonb', { default: [] })
  columns!: TableColumn[];

  /** A document that was imported, or matters that are registered one by one (事项登记). */
  @Column('text', { default: 'document' })
  source!: PlanSource;

  /** Of a register: what its matters are. */
  @Column('text', { name: 'matter_kind', nullable: true })
  matterKind!: MatterKind | null;

  @VersionColumn()
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
