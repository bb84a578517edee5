import { definePolicy, annualReport } from '@duban/domain';
import { FigureService } from '@duban/tasks';
import { planOf } from '../../supervision/test/city';
import { useOffice } from '../../supervision/test/office';
import { BurdenReader, type UnitBurden } from './burden.reader';

/** An urge, and the day after a talk with the head. */
const POLICY = definePolicy({
  ...annualReport,
  id: 'talking',
  ladders: {
    talking: {
      at: '09:00',
      rungs: [
        { id: 'urge', offset: { workingDays: 1 }, kind: 'urge', to: ['contact'] },
        { id: 'talk', offset: { workingDays: 2 }, kind: 'talk', to: ['head'], copyTo: ['office'] },
      ],
    },
  },
  obligations: [
    { kind: 'action_plan', owedBy: 'lead', ladder: 'talking', due: [{ by: 'day_of_year', day: '02-10' }] },
    { kind: 'completion', owedBy: 'lead', ladder: 'talking', due: [{ by: 'task_deadline', otherwise: '12-31' }] },
  ],
  rectification: { workingDays: 5, ladder: 'talking' },
  instruction: { days: { urgent: 5, ordinary: 15, hard: 30 } },
});

describe('a talk (约谈) that a step of the rules names', () => {
  const t = useOffice('2023-01-12T09:30:00+08:00');
  const ledger = async (username: string): Promise<UnitBurden[]> => {
    const reader = new BurdenReader(t.office.get(FigureService));
    const { items } = await t.office.as(username, (tx, actor) =>
      reader.read(tx, actor, { from: '2023-01', to: '2023-12' }),
    );
    return items;
  };
  const talks = async (username = 'office'): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await ledger(username)).filter((row) => row.talks > 0).map((row) => [`${row.month} ${row.unitCode}`, row.talks]),
    );

  beforeAll(async () => {
    const { office } = t;
    await office.query(`insert into policy (id, version, body) values ($1, 1, $2)`, [
      POLICY.id,
      JSON.stringify(POLICY),
    ]);
    await office.begin(planOf('完成老旧小区改造260个。（牵头单位：市住建局）'), { policy: POLICY.id });
    await office.passTo('2023-03-01T10:00:00+08:00');
  });

  it('is said once to each recipient, and is in the history', async () => {
    const said = await t.office.query(
      `select to_char(f.fired_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI') as at, f.kind, p.kind as post, f.is_copy as "isCopy",
         f.notice_id as "noticeId", n.parameters->>'followUpKind' as told
       from follow_up f join post p on p.id = f.recipient_post_id join notification n on n.follow_up_id = f.id
       where f.rung = 'talk' order by f.is_copy`,
    );
    expect(said).toEqual([
      { at: '02-14 09:00', kind: 'talk', post: 'head', isCopy: false, noticeId: null, told: 'talk' },
      { at: '02-14 09:00', kind: 'talk', post: 'office', isCopy: true, noticeId: null, told: 'talk' },
    ]);
    const events = await t.office.query(
      `select after->>'kind' as kind from history_event where type = 'follow_up.fired' and after->>'rung' = 'talk'`,
    );
    expect(events).toEqual([{ kind: 'talk' }]);
  });

  it('counts once in the ledger of burdens, however many were told, for the unit that was called', async () => {
    expect(await talks()).toEqual({ '2023-02 S03': 1 });
    expect(await talks('S03.head')).toEqual({ '2023-02 S03': 1 });
    expect(await talks('S04.head')).toEqual({});
  });

  it('counts beside those that cards bring, but not of a card that was withdrawn', async () => {
    const { office } = t;
    await office.query(
      `insert into card (id, jurisdiction_id, plan_id, task_id, assignment_id, unit_id, obligation_id, rule, cause, points,
         measures, why, policy_id, policy_version, given_at)
       select gen_random_uuid(), o.jurisdiction_id, k.plan_id, o.task_id, o.assignment_id, o.unit_id, o.id, one.rule, one.rule, 0,
         one.measures, '{}', o.policy_id, o.policy_version, '2023-02-20T02:00:00Z'
       from obligation o join task k on k.id = o.task_id,
         (values ('red', '{talk}'::text[]), ('three-red', '{talk_with_leader,written_report}'), ('yellow', '{letter}')) one(rule, measures)
       where o.kind = 'action_plan'`,
    );
    expect(await talks()).toEqual({ '2023-02 S03': 3 });
    await office.query(
      `insert into card_withdrawal (card_id, reason, person_id, withdrawn_at)
       select c.id, '数据核实有误', p.id, '2023-02-21T02:00:00Z' from card c, person p where c.rule = 'red' and p.username = 'office'`,
    );
    expect(await talks()).toEqual({ '2023-02 S03': 2 });
  });
});
