import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, VersionColumn } from 'typeorm';
import { oneOf } from '@duban/database';
import { ASSIGNMENT_STATES, type AssignmentMark, type AssignmentState } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';

export const ROLES = ['lead', 'responsible', 'cooperating'] as const;
export type Role = (typeof ROLES)[number];

/** One unit's part in one task (责任分工). Beside an open one, a unit may have parts in it that have ended. */
@Entity('assignment')
@Check('ck_assignment_role', `role in ('lead', 'responsible', 'cooperating')`)
@Check('ck_assignment_state', oneOf('state', ASSIGNMENT_STATES))
@Check('ck_assignment_marks', `marks <@ array['suspended', 'objected']::text[]`)
@Check('ck_assignment_resume_on', `('suspended' = any(marks)) = (resume_on is not null)`)
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_assignment_jurisdiction' })
@ForeignKey('task', ['taskId'], ['id'], { name: 'fk_assignment_task' })
@ForeignKey('unit', ['unitId'], ['id'], { name: 'fk_assignment_unit' })
@ForeignKey('unit_group', ['groupId'], ['id'], { name: 'fk_assignment_group' })
@ForeignKey('unit', ['originUnitId'], ['id'], { name: 'fk_assignment_origin_unit' })
@ForeignKey('reorganisation', ['reorganisationId'], ['id'], { name: 'fk_assignment_reorganisation' })
@Index('uq_assignment_task_unit', ['taskId', 'unitId'], {
  unique: true,
  where: `state not in ('verified', 'cancelled', 'not_implemented')`,
})
@Index('ix_assignment_task', ['taskId'])
@Index('ix_assignment_unit', ['unitId', 'state'])
@Index('ix_assignment_resume_on', ['resumeOn', 'id'], { where: 'resume_on is not null' })
export class Assignment {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_assignment' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Column('uuid', { name: 'task_id' })
  taskId!: string;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  /** The unit that it was handed to first, where a reorganisation (机构改革) has given it to another: documents name that one. */
  @Column('uuid', { name: 'origin_unit_id', nullable: true })
  originUnitId!: string | null;

  /** The reorganisation by which its unit has it; null where it was handed to the unit itself. */
  @Column('uuid', { name: 'reorganisation_id', nullable: true })
  reorganisationId!: string | null;

  @Column('text')
  role!: Role;

  /** The group (集合单位) through which the unit came to it, if any. */
  @Column('uuid', { name: 'group_id', nullable: true })
  groupId!: string | null;

  /** The document names no lead, so this responsible unit leads. */
  @Column('boolean', { name: 'is_lead_inferred' })
  isLeadInferred!: boolean;

  @Column('text')
  state!: AssignmentState;

  /** What stands beside the state: suspended (中止), objected to (异议). */
  @Column('text', { array: true, default: () => "'{}'" })
  marks!: AssignmentMark[];

  /** The day on which a suspension ends by itself. */
  @Column('date', { name: 'resume_on', nullable: true })
  resumeOn!: LocalDate | null;

  /** When its unit got it: at issue, or by a transfer (移交). */
  @Column('timestamptz', { name: 'assigned_at' })
  assignedAt!: Date;

  @VersionColumn()
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
