import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { Comparator } from '@duban/domain';

/** Postgres gives numerics as text; every figure here fits a double. */
const numeric = {
  to: (value: number | null): number | null => value,
  from: (value: string | null): number | null => (value === null ? null : Number(value)),
};

/** A number that a task promises (量化指标). */
@Entity('target')
@Check('ck_target_comparator', `comparator in ('eq', 'gte', 'lte', 'gt', 'lt', 'approx', 'range')`)
@ForeignKey('task', ['taskId'], ['id'], { name: 'fk_target_task' })
@Unique('uq_target_position', ['taskId', 'position'])
export class Target {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_target' })
  id!: string;

  @Column('uuid', { name: 'task_id' })
  taskId!: string;

  @Column('integer')
  position!: number;

  @Column('text')
  text!: string;

  @Column('numeric', { transformer: numeric })
  value!: number;

  @Column('numeric', { nullable: true, transformer: numeric })
  upper!: number | null;

  @Column('text')
  unit!: string;

  @Column('text')
  comparator!: Comparator;
}
