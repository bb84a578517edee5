import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique, VersionColumn } from 'typeorm';

/** With which of its members a group (集合单位) has done its part of a task, where it is not with all. */
@Entity('group_completion')
@Check('ck_group_completion_rule', `rule in ('all', 'any', 'at_least')`)
@Check('ck_group_completion_at_least', `(rule = 'at_least') = (at_least is not null) and at_least > 0`)
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_group_completion_jurisdiction' })
@ForeignKey('task', ['taskId'], ['id'], { name: 'fk_group_completion_task' })
@ForeignKey('unit_group', ['groupId'], ['id'], { name: 'fk_group_completion_group' })
@ForeignKey('person', ['setBy'], ['id'], { name: 'fk_group_completion_set_by' })
@Unique('uq_group_completion', ['taskId', 'groupId'])
export class GroupCompletion {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_group_completion' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Column('uuid', { name: 'task_id' })
  taskId!: string;

  @Column('uuid', { name: 'group_id' })
  groupId!: string;

  @Column('text')
  rule!: 'all' | 'any' | 'at_least';

  @Column('integer', { name: 'at_least', nullable: true })
  atLeast!: number | null;

  @Column('uuid', { name: 'set_by' })
  setBy!: string;

  @Column('timestamptz', { name: 'set_at' })
  setAt!: Date;

  @VersionColumn()
  version!: number;
}
