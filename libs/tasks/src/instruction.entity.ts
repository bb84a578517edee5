import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Urgency } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';

/** What a leader says of a task (领导批示). It is acted on and answered, and never counted in a score. */
@Entity('instruction')
@Check('ck_instruction_urgency', `urgency in ('urgent', 'ordinary', 'hard')`)
@ForeignKey('jurisdiction', ['jurisdictionId'], ['id'], { name: 'fk_instruction_jurisdiction' })
@ForeignKey('task', ['taskId'], ['id'], { name: 'fk_instruction_task' })
@ForeignKey('post', ['leaderPostId'], ['id'], { name: 'fk_instruction_leader_post' })
@ForeignKey('person', ['personId'], ['id'], { name: 'fk_instruction_person' })
@ForeignKey('person', ['forPersonId'], ['id'], { name: 'fk_instruction_for_person' })
@ForeignKey('post', ['postId'], ['id'], { name: 'fk_instruction_post' })
@Unique('uq_instruction_number', ['taskId', 'number'])
@Index('ix_instruction_given', ['givenAt', 'id'])
export class Instruction {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_instruction' })
  id!: string;

  @Column('uuid', { name: 'jurisdiction_id' })
  jurisdictionId!: string;

  @Column('uuid', { name: 'task_id' })
  taskId!: string;

  /** The first, second … of its task: what is owed for it is named by it. */
  @Column('integer')
  number!: number;

  @Column('text')
  text!: string;

  /** As it was when it was given. */
  @Column('text', { name: 'leader_name' })
  leaderName!: string;

  /** Null for a leader whom only the document names. */
  @Column('uuid', { name: 'leader_post_id', nullable: true })
  leaderPostId!: string | null;

  @Column('text')
  urgency!: Urgency;

  @Column('date', { name: 'due_on' })
  dueOn!: LocalDate;

  /** Who recorded it: the leader, or somebody of the office. */
  @Column('uuid', { name: 'person_id' })
  personId!: string;

  /** The holder of the post, where the person stood in for them (代行). */
  @Column('uuid', { name: 'for_person_id', nullable: true })
  forPersonId!: string | null;

  @Column('uuid', { name: 'post_id' })
  postId!: string;

  @Column('timestamptz', { name: 'given_at' })
  givenAt!: Date;
}

/** A unit to which an instruction goes, by its part in the task, with what it owes for it. */
@Entity('instruction_unit')
@ForeignKey('instruction', ['instructionId'], ['id'], { name: 'fk_instruction_unit_instruction' })
@ForeignKey('assignment', ['assignmentId'], ['id'], { name: 'fk_instruction_unit_assignment' })
@ForeignKey('unit', ['unitId'], ['id'], { name: 'fk_instruction_unit_unit' })
@ForeignKey('obligation', ['obligationId'], ['id'], { name: 'fk_instruction_unit_obligation' })
@Unique('uq_instruction_unit', ['instructionId', 'assignmentId'])
export class InstructionUnit {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_instruction_unit' })
  id!: string;

  @Column('uuid', { name: 'instruction_id' })
  instructionId!: string;

  @Index('ix_instruction_unit_assignment')
  @Column('uuid', { name: 'assignment_id' })
  assignmentId!: string;

  /** Which had the part when it was given: it may be another's since. */
  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('uuid', { name: 'obligation_id' })
  obligationId!: string;
}
