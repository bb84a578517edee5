import { oneOf } from '@duban/database';
import { REORGANISATION_STATES, type ReorganisationKind, type ReorganisationState } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, VersionColumn } from 'typeorm';
import type { ReorganisationPreview } from './reorganisation.preview';
import type { ReorganisationTerms } from './reorganisation.terms';

/** Why a reorganisation whose day has come could not be carried out. */
export interface ReorganisationProblem {
  code: string;
  message: string;
  at: string;
}

/** A reorganisation of units (机构改革) with the day from which it counts. */
@Entity('reorganisation')
@Check('ck_reorganisation_kind', `kind in ('rename', 'merge', 'split', 'abolish', 'transfer')`)
@Check('ck_reorganisation_state', oneOf('state', REORGANISATION_STATES))
@Check('ck_reorganisation_due', `(state = 'confirmed') = (due_at is not null)`)
@Check(
  'ck_reorganisation_carried_out',
  `(state = 'carried_out') = (carried_out_at is not null) and (state = 'carried_out') = (outcome is not null)`,
)
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_reorganisation_jurisdiction' })
@Index('ix_reorganisation_due', ['dueAt', 'id'], { where: 'due_at is not null' })
@Index('ix_reorganisation_state', ['state', 'id'])
export class Reorganisation {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_reorganisation' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Column('text')
  kind!: ReorganisationKind;

  /** The first day on which units are as it makes them. */
  @Column('date', { name: 'effective_on' })
  effectiveOn!: LocalDate;

  @Column('text', { nullable: true })
  reason!: string | null;

  /** Of the paper by which it was decided (批文). */
  @Column('text', { name: 'document_number', nullable: true })
  documentNumber!: string | null;

  @Column('jsonb')
  terms!: ReorganisationTerms;

  @Column('text')
  state!: ReorganisationState;

  /** When the round looks at it next: the beginning of its day, or of the next day after one on which it failed. */
  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt!: Date | null;

  @Column('jsonb', { nullable: true })
  problem!: ReorganisationProblem | null;

  /** What it has done, once it is carried out. */
  @Column('jsonb', { nullable: true })
  outcome!: ReorganisationPreview | null;

  @Column('uuid', { name: 'proposed_by', nullable: true })
  proposedBy!: string | null;

  @Column('timestamptz', { name: 'proposed_at' })
  proposedAt!: Date;

  @Column('uuid', { name: 'confirmed_by', nullable: true })
  confirmedBy!: string | null;

  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  confirmedAt!: Date | null;

  @Column('timestamptz', { name: 'carried_out_at', nullable: true })
  carriedOutAt!: Date | null;

  @VersionColumn()
  version!: number;
}
