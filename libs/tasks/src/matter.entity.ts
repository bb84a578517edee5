import type { MatterKind, SourceField } from '@duban/domain';
import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique, VersionColumn } from 'typeorm';

/** What is known of where a matter came from. */
export type MatterSource = Partial<Record<SourceField, string>>;

/** A matter from elsewhere (事项登记): what its task does not say of it. */
@Entity('matter')
@ForeignKey('task', ['taskId'], ['id'], { name: 'fk_matter_task' })
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_matter_jurisdiction' })
@ForeignKey('task', ['sameAs'], ['id'], { name: 'fk_matter_same_as' })
@Unique('uq_matter_task', ['taskId'])
@Unique('uq_matter_serial', ['jurisdictionId', 'kind', 'year', 'serial'])
@Index('ix_matter_registered', ['registeredAt', 'taskId'])
@Index('ix_matter_reference', { synchronize: false })
export class RegisteredMatter {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_matter' })
  id!: string;

  @Column('uuid', { name: 'task_id' })
  taskId!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Column('text')
  kind!: MatterKind;

  /** Of its receipt; its number counts within it. */
  @Column('integer')
  year!: number;

  @Column('integer')
  serial!: number;

  @Column('jsonb')
  source!: MatterSource;

  /** Who asked for it, masked (张**); the name itself is in {@link Petitioner}. */
  @Column('text', { nullable: true })
  petitioner!: string | null;

  /** Why the office gave it another date than its policy's. */
  @Column('text', { name: 'due_reason', nullable: true })
  dueReason!: string | null;

  /** The task that it is the same as (重复); its own parts are cancelled. */
  @Column('uuid', { name: 'same_as', nullable: true })
  sameAs!: string | null;

  @VersionColumn()
  version!: number;

  @Column('timestamptz', { name: 'registered_at' })
  registeredAt!: Date;
}

/** Somebody private who asked for a matter (信访人、来电人): for the office and those who answer them, never in history. */
@Entity('petitioner')
@ForeignKey('matter', ['taskId'], ['taskId'], { name: 'fk_petitioner_matter' })
export class Petitioner {
  @PrimaryColumn('uuid', { name: 'task_id', primaryKeyConstraintName: 'pk_petitioner' })
  taskId!: string;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  phone!: string | null;
}
