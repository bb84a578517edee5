import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An obligation (应办事项) goes by rules of its own: when its plan changes its policy, what is open may stay with the
 * version under which it was made.
 */
export class ObligationPolicy1796100000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`alter table obligation add policy_id text, add policy_version integer`);
    await q.query(`
      update obligation o set policy_id = p.policy_id, policy_version = p.policy_version
      from task t join plan p on p.id = t.plan_id where t.id = o.task_id`);
    await q.query(`
      alter table obligation
        alter policy_id set not null,
        alter policy_version set not null,
        add constraint fk_obligation_policy foreign key (policy_id, policy_version) references policy`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`alter table obligation drop policy_version, drop policy_id`);
  }
}
