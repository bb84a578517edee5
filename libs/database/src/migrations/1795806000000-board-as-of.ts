import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Indexes by which the board of a past instant is read off history a page at a time. All are partial: events of
 * follow-ups, deliveries and sign-ins, by far the most, are in none of them. An expand step: older code does not mind.
 */
export class BoardAsOf1795806000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    for (const { name, on } of INDEXES) await q.query(`create index ${name} on history_event ${on}`);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const { name } of [...INDEXES].reverse()) await q.query(`drop index if exists ${name}`);
  }
}

const INDEXES = [
  // The two orders of the board, over the states that tasks were in.
  {
    name: 'ix_history_event_task_position',
    on: `(plan_id, ((after->>'position')::int)) where entity = 'task' and after is not null`,
  },
  {
    name: 'ix_history_event_task_due',
    on: `((coalesce(after->>'dueOn', '9999-12-31') collate "C"), entity_id) where entity = 'task' and after is not null`,
  },
  // The parts that a unit had.
  {
    name: 'ix_history_event_assignment_unit',
    on: `((after->>'unitId'), task_id) where entity = 'assignment' and after is not null`,
  },
  // Tasks that may have been red.
  {
    name: 'ix_history_event_grave_notice',
    on: `(task_id) where entity = 'supervision_notice' and after->>'colour' in ('orange', 'red')`,
  },
  // What a line of the board tells of its task.
  {
    name: 'ix_history_event_task_thing',
    on: `(task_id, entity, entity_id, seq desc) where entity in ('assignment', 'obligation', 'supervision_notice')`,
  },
];
