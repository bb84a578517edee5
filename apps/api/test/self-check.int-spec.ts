import { SELF_CHECKS } from '@duban/reporting';
import type { TestDatabase } from '@duban/testing';
import { Client } from 'pg';
import { type Json, useEdge, Edge } from './edge';

const SOME_OPEN = `(select id from obligation where state = 'open' order by id limit 1)`;
const someOpen = (offset: number): string =>
  `(select id from obligation where state = 'open' order by id offset ${offset} limit 1)`;
const someOf = (table: string, where = 'true'): string =>
  `(select id from ${table} where ${where} order by id limit 1)`;

/** How each invariant is broken by whoever owns the database: the last statement gives the id that is to be named. */
const BREAKS: Readonly<Record<string, readonly string[]>> = {
  'history.keys_differ': [
    `update history_entry set state = 'verified' where seq = (select max(seq) from history_entry where entity = 'task') returning id`,
  ],
  'history.words_of_nothing': [
    `insert into history_words (month, seq, id) select month, -1, gen_random_uuid() from history_words limit 1 returning id`,
  ],
  'obligation.no_next_rung': [
    `delete from supervision_notice where obligation_id = ${SOME_OPEN}`,
    `update obligation set next_rung = null, next_rung_at = null, last_rung = null where id = ${SOME_OPEN} returning id`,
  ],
  'obligation.unknown_rung': [
    `update obligation set next_rung = 'nowhere', next_rung_at = '2090-01-01' where id = ${someOpen(1)} returning id`,
  ],
  'obligation.late_rung': [
    `update obligation set next_rung = 'remind', next_rung_at = '2023-01-20' where id = ${someOpen(2)} returning id`,
  ],
  'obligation.pointer_on_settled': [
    `alter table obligation drop constraint ck_obligation_settled`,
    `update obligation set next_rung = 'remind', next_rung_at = '2090-01-01'
     where id = ${someOf('obligation', `state = 'discharged'`)} returning id`,
  ],
  'obligation.of_ended_part': [
    `update assignment set state = 'cancelled' where id = (select assignment_id from obligation where id = ${someOpen(3)})`,
    `select ${someOpen(3)} as id`,
  ],
  'obligation.of_another_unit': [
    `update obligation o set unit_id = (select id from unit where id <> o.unit_id order by id limit 1)
     where id = ${someOpen(4)} returning id`,
  ],
  'obligation.of_ended_unit': [
    `update unit set to_on = '2023-02-01' where id = (select unit_id from obligation where id = ${someOpen(5)})`,
    `select id from obligation where state = 'open' and unit_id = (select unit_id from obligation where id = ${someOpen(5)})
     order by id limit 1`,
  ],
  'obligation.clock_and_marks': [
    `update obligation set state = 'suspended', next_rung = null, next_rung_at = null
     where id = ${someOpen(6)} returning id`,
  ],
  'deadline.not_current': [
    `update deadline_version set due_at = due_at + interval '1 day' where obligation_id = ${someOpen(7)} returning obligation_id as id`,
  ],
  'deadline.gap': [`delete from deadline_version where obligation_id = ${someOpen(8)} returning obligation_id as id`],
  'notice.stands_on_settled': [
    `update supervision_notice set state = 'issued' where id = (select n.id from supervision_notice n
       join obligation o on o.id = n.obligation_id where o.state in ('discharged', 'lapsed') order by n.id limit 1)
     returning id`,
  ],
  'notice.two_stand': [
    `update supervision_notice set state = 'issued' where obligation_id = (
       select obligation_id from supervision_notice group by 1 having count(*) > 1 order by 1 limit 1)
     returning obligation_id as id`,
  ],
  'notice.number_gap': [
    `update number_series set last = last + 1 where series = 'supervision_notice.blue' returning jurisdiction_id as id`,
  ],
  'matter.number_gap': [
    `insert into number_series select id, 'matter.petition', 2023, 3 from jurisdiction returning jurisdiction_id as id`,
  ],
  'follow_up.nothing_said': [
    `delete from notification where id = ${someOf('notification', 'follow_up_id is not null')} returning follow_up_id as id`,
  ],
  'follow_up.not_recorded': [
    `delete from history_entry where type = 'follow_up.fired' and entity_id = ${someOf('follow_up')} returning entity_id as id`,
  ],
  'task.state': [`update task set state = 'verified' where id = ${someOf('task', `state = 'assigned'`)} returning id`],
  'obligation.told_otherwise': [
    `update obligation set state = 'lapsed', next_rung = null, next_rung_at = null
     where id = ${someOpen(9)} returning id`,
  ],
  'assignment.told_otherwise': [
    `update assignment set state = 'reported' where id = ${someOf('assignment', `state = 'assigned'`)} returning id`,
  ],
  'supervision_notice.told_otherwise': [
    `update supervision_notice set state = 'acknowledged' where id = ${someOf('supervision_notice', `state = 'raised'`)}
     returning id`,
  ],
  'delivery.told_otherwise': [
    `update delivery set state = 'failed' where id = ${someOf('delivery', `state in ('delivered', 'sent')`)} returning id`,
  ],
  'application.on_settled': [
    `insert into application (id, jurisdiction_id, task_id, assignment_id, unit_id, obligation_id, kind, state, reason,
       progress, asked_due_on, requested_by, requested_at, version)
     select gen_random_uuid(), jurisdiction_id, task_id, assignment_id, unit_id, id, 'extension', 'requested', '暂缓',
       '过半', '2024-12-01', (select id from person order by id limit 1), now(), 1
     from obligation where id = ${someOf('obligation', `state = 'discharged'`)} returning id`,
  ],
  'notification.not_composed': [
    `update notification set composed_at = null where id = ${someOf('notification', 'composed_at is not null')} returning id`,
  ],
  'notification.lost': [
    `delete from digest_item where notification_id = (select n.id from notification n where n.composed_at is not null
       and exists (select from digest_item i where i.notification_id = n.id)
       and not exists (select from message_outcome o where o.notification_id = n.id) order by n.id desc limit 1)
     returning notification_id as id`,
  ],
  'notification.said_twice': [
    `insert into digest_item (digest_id, position, notification_id, text)
     select digest_id, 9999, notification_id, text from digest_item order by digest_id, position limit 1
     returning notification_id as id`,
  ],
  'digest.not_delivered': [`delete from delivery where digest_id = ${someOf('digest')} returning digest_id as id`],
  'delivery.stuck': [
    `update delivery set state = 'sending', claimed_until = now() - interval '1 day'
     where id = (select id from delivery order by id desc limit 1) returning id`,
  ],
  'delivery.late': [
    `update delivery set state = 'queued', next_attempt_at = '2023-02-01'
     where id = (select id from delivery order by id desc offset 1 limit 1) returning id`,
  ],
};

describe('The self-check (自检)', () => {
  let database: TestDatabase;
  const edge = useEdge(async (given) => {
    database = given;
    return (await Edge.open(given)).issue();
  });
  const asked = async (): Promise<Json> => (await edge().as('admin')).get('/self-check');

  it('finds nothing in a year that was played: reminded, urged, noticed, answered, done and not done', async () => {
    const office = await edge().as('office');
    for (const day of ['01-20', '02-10', '04-24', '07-24']) {
      await edge().passTo(`2023-${day}T10:00:00+08:00`);
      // Some sign, so that there is something settled, and something that goes on.
      const waiting = await edge().query(
        `select a.id, u.code from assignment a join unit u on u.id = a.unit_id
         where a.state = 'assigned' order by a.id limit 10`,
      );
      for (const { id, code } of waiting) {
        const contact = await edge().as(`${code}.contact`);
        await contact.post(`/assignments/${id}/transitions`, { event: 'sign_for' });
      }
      expect([day, (await asked()).findings]).toEqual([day, []]);
    }
    const [part] = await edge().query(
      `select id from assignment where role <> 'lead' and state = 'in_progress' order by id limit 1`,
    );
    await office.post(`/assignments/${part!.id}/transitions`, {
      event: 'cancel',
      cancelReason: 'merged',
      reason: '并入其他事项',
    });
    await edge().passTo('2024-01-31T10:00:00+08:00');
    expect(await asked()).toEqual({ checks: SELF_CHECKS.length, findings: [] });
    const [many] = await edge().query(
      `select (select count(*)::int from follow_up) as "followUps", (select count(*)::int from supervision_notice) as notices`,
    );
    expect(many!.followUps).toBeGreaterThan(500);
    expect(many!.notices).toBeGreaterThan(100);
  }, 300_000);

  it('has a way to break each of its invariants', () => {
    expect(Object.keys(BREAKS).toSorted()).toEqual(SELF_CHECKS.map(({ code }) => code).toSorted());
    for (const { zh, en } of SELF_CHECKS) expect([zh, en]).not.toContain('');
  });

  describe('names what somebody broke behind its back', () => {
    let owner: Client;
    beforeAll(async () => {
      owner = new Client({ connectionString: database.url });
      await owner.connect();
      // Neither triggers nor foreign keys: as whoever restores a backup by halves.
      await owner.query(`set session_replication_role = replica`);
    });
    afterAll(() => owner.end());

    it.each(Object.entries(BREAKS))('%s', async (code, statements) => {
      let id: string | undefined;
      for (const statement of statements) {
        const { rows } = await owner.query<{ id: string }>(statement);
        id = rows[0]?.id;
      }
      expect(id).toBeDefined();
      const { findings } = await asked();
      const found = findings.find((finding: Json) => finding.code === code);
      expect([code, found?.examples.map((example: Json) => example.id)]).toEqual([code, expect.arrayContaining([id])]);
    });
  });
});
