import type { MatterKind } from '@duban/domain';
import { HistoryService } from '@duban/history';
import { Client } from 'pg';
import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { refuses } from '../../supervision/test/refuses';
import { until } from '@duban/testing';
import { MatterCorrections, type MatterCorrection } from './matter-corrections.service';
import type { MatterInput } from './matter-input';
import type { MatterSnapshot } from './matter-records';
import { MatterService, type Registered } from './matter.service';
import { PlanRevisionService } from './plan-revision.service';
import { readPlanFile } from './plan-draft';
import { RestrictionService } from './restriction.service';

/** Words of which no two are near each other. */
const SUBJECTS = [
  '抓紧疏通滨河路排水管网，汛期前完工。',
  '核实东溪区供暖温度不达标情况并答复群众。',
  '制定科技成果转化三年行动计划。',
  '研究解决职业学校实训基地用地。',
  '排查老旧电梯安全隐患，建立更新清单。',
  '整治机场高速沿线广告牌。',
  '答复关于增设公交线路的建议。',
  '通报节假日值班抽查结果，落实整改。',
  '回应关于图书馆闭馆时间的报道。',
  '筹备秋季农产品展销会，组织企业参展。',
];
const SOURCES: Record<MatterKind, MatterInput['source']> = {
  leader_instruction: { leader: '林某' },
  meeting_decision: { meeting: '市政府常务会议', session: '第12次' },
  higher_document: { issuer: '省政府办公厅', documentNumber: '溪政办〔2023〕8号' },
  telegram: { issuer: '省应急厅' },
  proposal: { proposer: '王代表', reference: '第17号' },
  inspection: { issuer: '省督查组' },
  petition: {},
  hotline: {},
  media: { medium: '溪城日报' },
  key_matter: {},
};

describe('MatterService', () => {
  // A Thursday.
  const t = useOffice('2023-03-09T10:00:00+08:00');
  let office: Office;
  let used = 0;
  beforeAll(() => {
    office = t.office;
  });

  const matter = (input: Partial<MatterInput> = {}): MatterInput => {
    const kind = input.kind ?? 'leader_instruction';
    used++;
    return {
      kind,
      // Words of nobody’s, and no two alike.
      content: Array.from({ length: 14 }, (_, i) =>
        String.fromCodePoint(0x4e00 + ((used * 7919 + i * 104_729 + i * i * used * 31) % 5000)),
      ).join(''),
      units: { lead: ['S03'], responsible: ['市水务局'] },
      source: SOURCES[kind] ?? {},
      ...input,
    };
  };
  const register = (input: Partial<MatterInput> = {}, username = 'officer'): Promise<Registered> => {
    const whole = matter(input);
    return office.as(username, (tx, actor, at) => office.get(MatterService).register(tx, actor, at, whole));
  };
  const correct = (taskId: string, correction: Partial<MatterCorrection>, username = 'officer') =>
    office.as(username, (tx, actor, at) =>
      office.get(MatterCorrections).correct(tx, actor, at, taskId, { reason: '更正', ...correction }),
    );
  const owed = (taskId: string) =>
    office.query<{ unit: string; kind: string; subject: string | null; dueOn: string; state: string }>(
      `select u.code as unit, o.kind, o.subject, o.due_on::text as "dueOn", o.state
       from obligation o join unit u on u.id = o.unit_id join task t on t.id = o.task_id
       where $1 in (t.id, t.parent_id) order by u.code, o.due_on, o.kind`,
      [taskId],
    );
  const dueOf = async (taskId: string, kind = 'completion', unit = 'S03') =>
    (await owed(taskId)).filter((one) => one.kind === kind && one.unit === unit).map(({ dueOn }) => dueOn);

  describe('register', () => {
    it('makes a task of the register with assignments, obligations, its source and its history', async () => {
      const { taskId, number, assignments, obligations, skipped } = await register({
        title: '排水管网',
        content: SUBJECTS[0]!,
        receivedOn: '2023-03-08',
      });
      expect([number, assignments, obligations, skipped]).toEqual(['批示〔2023〕1号', 2, 4, []]);
      const [task] = await office.query<object>(
        `select p.title, p.source, p.matter_kind as kind, p.year, p.state as plan, t.number, t.path, t.content, t.state,
           t.level, t.received_on::text as "receivedOn", t.due_on::text as "dueOn", m.source as said
         from task t join plan p on p.id = t.plan_id join matter m on m.task_id = t.id where t.id = $1`,
        [taskId],
      );
      expect(task).toEqual({
        title: '领导批示台账（2023年）',
        source: 'register',
        kind: 'leader_instruction',
        year: 2023,
        plan: 'issued',
        number: '批示〔2023〕1号',
        path: ['排水管网'],
        content: SUBJECTS[0],
        state: 'assigned',
        level: 'ordinary',
        receivedOn: '2023-03-08',
        dueOn: '2023-03-23',
        said: { leader: '林某' },
      });
      expect(await owed(taskId)).toEqual(
        ['S03', 'S04'].flatMap((unit) => [
          { unit, kind: 'sign_for', subject: null, dueOn: '2023-03-10', state: 'open' },
          { unit, kind: 'completion', subject: null, dueOn: '2023-03-23', state: 'open' },
        ]),
      );
      const events = await office.query<{ type: string; name: string }>(
        `select type, coalesce((select p.display_name from person p where p.id = actor_person_id), actor_name) as name from history_event where task_id = $1 order by seq`,
        [taskId],
      );
      expect(events.map(({ type }) => type)).toEqual([
        'task.registered',
        'matter.registered',
        'assignment.assigned',
        'assignment.assigned',
        ...Array.from({ length: 4 }, () => 'obligation.opened'),
      ]);
      const [why] = await office.query<object>(
        `select d.rule, d.base from deadline_version d join obligation o on o.id = d.obligation_id
         where o.task_id = $1 and o.kind = 'completion' limit 1`,
        [taskId],
      );
      expect(why).toEqual({ rule: '15 days after receipt', base: { receivedOn: '2023-03-08', days: 15 } });
    });

    it.each<[MatterKind, string | undefined, Record<string, string>, Record<string, string>]>([
      ['leader_instruction', 'urgent', { completion: '2023-03-13' }, { completion: '2023-03-13' }],
      ['leader_instruction', 'ordinary', { completion: '2023-03-23' }, { completion: '2023-03-23' }],
      ['leader_instruction', 'hard', { completion: '2023-04-07' }, { completion: '2023-04-07' }],
      // 30 working days: 5 April was a holiday.
      ['meeting_decision', undefined, { completion: '2023-04-20' }, { completion: '2023-04-20' }],
      ['meeting_decision', 'minutes', { completion: '2023-03-28' }, { completion: '2023-03-28' }],
      ['meeting_decision', 'first_class', { completion: '2023-03-15' }, { completion: '2023-03-15' }],
      ['higher_document', undefined, { completion: '2023-04-07' }, { completion: '2023-04-07' }],
      ['telegram', 'immediate', { completion: '2023-03-09' }, { sign_for: '2023-03-09' }],
      ['telegram', 'most_urgent', { completion: '2023-03-11' }, { completion: '2023-03-11' }],
      ['telegram', 'urgent', { completion: '2023-03-13' }, { completion: '2023-03-13' }],
      ['telegram', 'ordinary', { completion: '2023-03-18' }, { completion: '2023-03-18' }],
      // The lead three months, the others one, an objection of whom it does not concern within ten days.
      ['proposal', undefined, { completion: '2023-06-08', sign_for: '2023-03-18' }, { completion: '2023-04-08' }],
      ['inspection', undefined, { completion: '2023-04-07' }, { completion: '2023-04-07' }],
      ['petition', undefined, { completion: '2023-05-07', sign_for: '2023-03-23' }, { completion: '2023-05-07' }],
      ['hotline', 'consultation', { completion: '2023-03-09' }, {}],
      ['hotline', 'help', { completion: '2023-03-13' }, {}],
      ['hotline', 'complaint', { completion: '2023-03-18' }, {}],
      ['media', undefined, { completion: '2023-03-13' }, { completion: '2023-03-13' }],
      // The last two digits of 13710 are 1 and 0: seven days and a month, and never ten days.
      [
        'key_matter',
        'ordinary',
        { sign_for: '2023-03-09', progress_report: '2023-03-11', completion: '2023-03-15' },
        { completion: '2023-03-15' },
      ],
      [
        'key_matter',
        'major',
        { progress_report: '2023-03-11', action_plan: '2023-03-15', completion: '2023-04-08' },
        { completion: '2023-04-08' },
      ],
    ])('owes by the policy of its kind, from the day of receipt: %s %s', async (kind, level, lead, other) => {
      const { taskId } = await register({ kind, ...(level ? { level } : {}), receivedOn: '2023-03-08' });
      const rows = await owed(taskId);
      const datesOf = (unit: string, kinds: object) =>
        Object.fromEntries(
          rows.filter((one) => one.unit === unit && one.kind in kinds).map((one) => [one.kind, one.dueOn]),
        );
      expect(datesOf('S03', lead)).toEqual(lead);
      expect(datesOf('S04', other)).toEqual(other);
      expect(rows.filter(({ kind: one }) => one === 'completion')).toHaveLength(2);
    });

    it('has parts for units of their own, with one number and one source', async () => {
      const { taskId, assignments } = await register({
        kind: 'meeting_decision',
        units: undefined,
        parts: [
          { content: '由市住建局编制整治方案甲一甲一甲一。', units: { lead: ['S03'] } },
          { content: '由各区组织施工乙二乙二乙二。', units: { responsible: ['各区人民政府'] } },
        ],
      });
      expect(assignments).toBe(3);
      const tasks = await office.query<object>(
        `select t.number, t.received_on::text as "receivedOn", t.is_lead_inferred as inferred,
           (select count(*)::int from assignment a where a.task_id = t.id) as units
         from task t where $1 in (t.id, t.parent_id) order by t.position`,
        [taskId],
      );
      expect(tasks).toEqual([
        { number: expect.stringMatching(/^会议〔2023〕\d+号$/), receivedOn: '2023-03-09', inferred: true, units: 0 },
        { number: null, receivedOn: '2023-03-09', inferred: false, units: 1 },
        { number: null, receivedOn: '2023-03-09', inferred: true, units: 2 },
      ]);
      expect((await owed(taskId)).filter(({ kind }) => kind === 'completion')).toHaveLength(3);
    });

    it('takes the office’s date with its reason in the place of the policy’s, and says why', async () => {
      const { taskId } = await register({ dueOn: '2023-03-14', dueReason: '要求下周二前报结果' });
      expect(await dueOf(taskId)).toEqual(['2023-03-14']);
      const [task] = await office.query<object>(
        `select t.deadline_text as text, t.due_on::text as "dueOn", m.due_reason as reason, d.rule
         from task t join matter m on m.task_id = t.id join obligation o on o.task_id = t.id and o.kind = 'completion'
           join deadline_version d on d.obligation_id = o.id where t.id = $1 limit 1`,
        [taskId],
      );
      const reason = '要求下周二前报结果';
      expect(task).toEqual({ text: reason, dueOn: '2023-03-14', reason, rule: "the task's own deadline" });
    });

    it('has leaders, targets and milestones as a task of a plan has', async () => {
      const { taskId } = await register({
        leaders: ['陈某'],
        targets: [{ text: '新增泵站3座', value: 3, unit: '座', comparator: 'gte' }],
        milestones: [{ text: '完成勘测', due: '2023-03-16' }],
      });
      expect(await dueOf(taskId, 'milestone')).toEqual(['2023-03-16']);
      const [row] = await office.query<object>(
        `select t.leaders, g.text, g.value::float from task t join target g on g.task_id = t.id where t.id = $1`,
        [taskId],
      );
      expect(row).toEqual({ leaders: ['陈某'], text: '新增泵站3座', value: 3 });
    });

    it('tells each unit what it is, with its number and dates', async () => {
      const { taskId, number } = await register({ kind: 'media' });
      const told = await office.query<{ kind: string; parameters: object }>(
        `select n.kind, n.parameters from notification n where n.task_id = $1 and n.kind <> 'follow_up' order by n.id`,
        [taskId],
      );
      expect(told.map(({ kind }) => kind)).toEqual(['matter_registered', 'matter_registered']);
      expect(told[0]!.parameters).toMatchObject({
        taskNumber: number,
        unitName: '市住建局',
        signForBy: '2023-03-10',
        dueOn: '2023-03-14',
      });
    });

    it('is supervised as other tasks are: signed for, completed, verified', async () => {
      const { taskId } = await register({ units: { lead: ['S02'] } });
      const [part] = await office.query<{ id: string }>(`select id from assignment where task_id = $1`, [taskId]);
      await office.move('S02.contact', part!.id, 'sign_for');
      await office.move('S02.contact', part!.id, 'report', { text: '办结。', evidence: [{ title: '验收单' }] });
      await office.move('office', part!.id, 'verify');
      const [task] = await office.query<object>(`select state from task where id = $1`, [taskId]);
      expect(task).toEqual({ state: 'verified' });
    });
  });

  describe('numbers', () => {
    const numbersOf = async (kind: MatterKind) => {
      const rows = await office.query<{ serial: number }>(
        `select m.serial from matter m where m.kind = $1 and m.year = 2023 order by m.serial`,
        [kind],
      );
      return rows.map(({ serial }) => serial);
    };

    it('have no gaps, whatever is refused on the way', async () => {
      const before = (await numbersOf('media')).length;
      await register({ kind: 'media' });
      await refuses(office, 'UNIT.UNKNOWN', () => register({ kind: 'media', units: { lead: ['市某某局'] } }));
      await refuses(office, 'MATTER.UNKNOWN_LEVEL', () => register({ kind: 'media', level: 'hard' }));
      await register({ kind: 'media' });
      const numbers = await numbersOf('media');
      expect(numbers).toEqual(Array.from({ length: before + 2 }, (_, i) => i + 1));
    });

    it('count by year of receipt', async () => {
      const { number } = await register({
        kind: 'higher_document',
        receivedOn: '2022-12-30',
        dueOn: '2023-03-31',
        dueReason: '补登',
      });
      expect(number).toBe('文件〔2022〕1号');
    });

    it('two register the first matter of a kind at once: one register, numbers 1 and 2, and places of their own', async () => {
      const at = { kind: 'inspection' as const, receivedOn: '2020-05-06', dueOn: '2023-04-28', dueReason: '历史事项' };
      const made = await Promise.all(Array.from({ length: 8 }, () => register(at)));
      expect(made.map(({ number }) => number).toSorted()).toEqual(
        Array.from({ length: 8 }, (_, i) => `督查〔2020〕${i + 1}号`),
      );
      const plans = await office.query<object>(
        `select count(*)::int as registers, (select count(distinct t.position)::int from task t join matter m on m.task_id = t.id
           where m.kind = 'inspection' and m.year = 2020) as places
         from plan where matter_kind = 'inspection' and year = 2020`,
      );
      expect(plans).toEqual([{ registers: 1, places: 8 }]);
    });
  });

  describe('what is refused', () => {
    it.each<[string, Partial<MatterInput>, string, string]>([
      ['a day of receipt in the future', { receivedOn: '2023-03-10' }, 'MATTER.RECEIVED_IN_FUTURE', 'receivedOn'],
      ['a day that there is not', { receivedOn: '2023-02-30' }, 'REQUEST.NO_SUCH_DATE', 'receivedOn'],
      [
        'a date before the receipt',
        { receivedOn: '2023-03-08', dueOn: '2023-03-07', dueReason: 'x' },
        'MATTER.DUE_BEFORE_RECEIPT',
        'dueOn',
      ],
      [
        'a date that is over',
        { receivedOn: '2023-03-01', dueOn: '2023-03-08', dueReason: 'x' },
        'MATTER.DUE_ALREADY',
        'dueOn',
      ],
      ['a policy’s date that is over', { receivedOn: '2023-02-01' }, 'MATTER.DUE_ALREADY', 'dueOn'],
      ['a date without a reason', { dueOn: '2023-03-20' }, 'MATTER.DUE_REASON_REQUIRED', 'dueReason'],
      ['no unit', { units: { lead: [] } }, 'MATTER.NO_UNIT', 'units'],
      ['no units at all', { units: undefined }, 'MATTER.NO_UNIT', 'units'],
      [
        'a part without a unit',
        {
          units: undefined,
          parts: [
            { content: '甲', units: { lead: ['S03'] } },
            { content: '乙', units: {} },
          ],
        },
        'MATTER.NO_UNIT',
        'parts[1].units',
      ],
      [
        'units of the whole and of parts',
        { parts: [{ content: '甲', units: { lead: ['S03'] } }] },
        'MATTER.UNITS_OF_PARTS',
        'units',
      ],
      ['a unit that there is not', { units: { lead: ['市园林处'] } }, 'UNIT.UNKNOWN', 'units.lead[0]'],
      [
        'a group without members',
        { units: { responsible: ['各开发区管委会'] } },
        'UNIT.UNKNOWN',
        'units.responsible[0]',
      ],
      ['a level that the kind has not', { level: 'major' }, 'MATTER.UNKNOWN_LEVEL', 'level'],
      ['an instruction without its leader', { source: {} }, 'MATTER.SOURCE', 'source.leader'],
      ['what the kind has not', { source: { leader: '林某', medium: '报' } }, 'MATTER.SOURCE', 'source.medium'],
      ['a petitioner of an instruction', { petitioner: { name: '张三' } }, 'MATTER.NO_PETITIONER', 'petitioner'],
      ['a state secret', { content: '机密★1年\n处理某事。' }, 'PLAN.SECRET', 'content'],
      ['a secret title', { title: '秘密' }, 'PLAN.SECRET', 'title'],
      ['a secret source', { source: { leader: '绝密★' } }, 'PLAN.SECRET', 'source.leader'],
      [
        'a milestone on no day',
        { milestones: [{ text: '一期', due: '2023-04-31' }] },
        'REQUEST.NO_SUCH_DATE',
        'milestones[0].due',
      ],
    ])('%s', async (_, input, code, field) => {
      const error = await refuses(office, code, () => register(input));
      expect(error).toMatchObject({ kind: 'invalid', details: { field } });
    });

    it('names whom an unknown unit may mean', async () => {
      const error = await refuses(office, 'UNIT.UNKNOWN', () => register({ units: { lead: ['市水务监察支队'] } }));
      expect(error.faults).toEqual([
        expect.objectContaining({ field: 'units.lead[0]', message: expect.stringContaining('perhaps 市水务局') }),
      ]);
    });

    it.each(['leader', 'auditor', 'admin', 'S03.head'])('%s registers nothing', async (username) => {
      await refuses(office, 'RIGHTS.NOT_ALLOWED', () => register({}, username));
    });
  });

  describe('duplicates', () => {
    it('are near words among open matters and tasks of plans, with their score; nothing is written', async () => {
      const planId = await office.begin(planOf('完成松林片区雨污分流改造工程。（牵头单位：市住建局）'));
      const error = await refuses(office, 'MATTER.LIKELY_DUPLICATE', () =>
        register({ kind: 'media', content: '完成松林片区的雨污分流改造工程' }),
      );
      const { duplicates } = error.details as unknown as { duplicates: { taskId: string }[] };
      expect(duplicates).toEqual([
        expect.objectContaining({ planId, number: '1', state: 'assigned', leads: ['市住建局'], likely: true }),
      ]);
      const { taskId } = await register({
        kind: 'media',
        content: '完成松林片区的雨污分流改造工程',
        confirmDuplicates: [duplicates[0]!.taskId],
      });
      const near = await office.as('officer', (tx, actor) =>
        office.get(MatterService).duplicates(tx, actor, { content: '松林片区雨污分流改造工程' }),
      );
      expect(near.map((one) => one.taskId).toSorted()).toEqual([taskId, duplicates[0]!.taskId].toSorted());
      expect(near.every(({ score }) => score >= 0.4 && score <= 1)).toBe(true);
      expect(near.map(({ score }) => score)).toEqual(near.map(({ score }) => score).toSorted((a, b) => b - a));
    });

    it('are not what is about something else', async () => {
      for (const [i, content] of SUBJECTS.slice(1).entries()) {
        await register({ kind: 'key_matter', content, ...(i === 0 ? { title: '供暖' } : {}) });
      }
    });

    it('are what has the same number where it came from, by kind, as long as it is open', async () => {
      const ticket = { kind: 'hotline' as const, source: { reference: 'RX-20230309-7' } };
      const { taskId } = await register(ticket);
      const error = await refuses(office, 'MATTER.LIKELY_DUPLICATE', () => register(ticket));
      expect(error.details).toMatchObject({ duplicates: [{ taskId, sameReference: true, score: 1 }] });
      await register({ kind: 'petition', source: { reference: 'RX-20230309-7' } });
    });

    it('of two that register the same words at once, the second hears of the first', async () => {
      const same = { kind: 'media' as const, content: '城西菜市场棚顶漏雨多日无人维修' };
      const outcomes = await Promise.allSettled([register(same), register(same), register(same)]);
      const refused = outcomes.flatMap((one) =>
        one.status === 'rejected' ? [(one.reason as { code: string }).code] : [],
      );
      expect(refused).toEqual(['MATTER.LIKELY_DUPLICATE', 'MATTER.LIKELY_DUPLICATE']);
    });

    it('tell nobody of a restricted matter (限知事项) who is not named for it', async () => {
      const content = '核查滨江仓库违规储存问题线索';
      const { taskId } = await register({ kind: 'inspection', content });
      await office.as('office', (tx, actor, at) =>
        office
          .get(RestrictionService)
          .set(tx, actor, at, { kind: 'task', id: taskId }, ['office', 'S03.head', 'S03.contact', 'S04.head']),
      );
      const ask = (username: string) =>
        office.as(username, (tx, actor) => office.get(MatterService).duplicates(tx, actor, { content }));
      expect(await ask('officer')).toEqual([]);
      expect((await ask('office')).map((one) => one.taskId)).toEqual([taskId]);
      // The register is as open as before, and the next number counts the restricted one.
      const { number } = await register({ kind: 'inspection', content });
      const [last] = await office.query<{ last: number }>(
        `select last from number_series where series = 'matter.inspection' and year = 2023`,
      );
      expect(number).toBe(`督查〔2023〕${last!.last}号`);
    });

    it('are linked: the parts of one are cancelled as duplicates, and the other goes on', async () => {
      const first = await register({});
      const second = await register({});
      const link = (taskId: string, sameAs: string) =>
        office.as('officer', (tx, actor, at) =>
          office.get(MatterCorrections).linkAsSame(tx, actor, at, taskId, { sameAs }),
        );
      await refuses(office, 'MATTER.SAME_AS_ITSELF', () => link(second.taskId, second.taskId));
      await refuses(office, 'MATTER.SAME_AS_UNKNOWN', () =>
        link(second.taskId, '00000000-0000-4000-8000-000000000000'),
      );
      await link(second.taskId, first.taskId);
      const rows = await office.query<object>(
        `select t.state, m.same_as as "sameAs", (select count(*)::int from obligation o where o.task_id = t.id and o.state = 'open') as open
         from task t join matter m on m.task_id = t.id where t.id = any($1) order by m.serial`,
        [[first.taskId, second.taskId]],
      );
      expect(rows).toEqual([
        { state: 'assigned', sameAs: null, open: 4 },
        { state: 'cancelled', sameAs: first.taskId, open: 0 },
      ]);
      const [event] = await office.query<{ reason: string }>(
        `select reason from history_event where type = 'matter.linked' and task_id = $1`,
        [second.taskId],
      );
      expect(event!.reason).toBe(`与${first.number}重复`);
      await refuses(office, 'MATTER.ENDED', () => link(second.taskId, first.taskId));
      await refuses(office, 'MATTER.SAME_AS_ENDED', () => link(first.taskId, second.taskId));
    });
  });

  describe('petitioners', () => {
    it('are masked in the matter and its history, and read by the office and the unit that leads', async () => {
      const { taskId } = await register({
        kind: 'hotline',
        petitioner: { name: '欧阳若兰', phone: '13900000001' },
      });
      const events = await office.query<{ text: string }>(
        `select coalesce(before::text, '') || coalesce(after::text, '') || coalesce(reason, '') as text
         from history_event where task_id = $1`,
        [taskId],
      );
      const text = events.map((one) => one.text).join();
      expect(text).toContain('欧**');
      expect(text).not.toMatch(/阳若兰|13900000001/);
      const [kept] = await office.query<object>(`select name, phone from petitioner where task_id = $1`, [taskId]);
      expect(kept).toEqual({ name: '欧阳若兰', phone: '13900000001' });
      const seenBy = async (username: string) => {
        const rows = await office.as(username, (tx) =>
          tx.query(`select name from petitioner where task_id = $1`, [taskId]),
        );
        return (rows as unknown[]).length;
      };
      expect([await seenBy('officer'), await seenBy('S03.contact'), await seenBy('S04.contact')]).toEqual([1, 1, 0]);
      for (const username of ['leader', 'auditor', 'admin']) {
        await expect(seenBy(username)).rejects.toMatchObject({ driverError: { code: '42501' } });
      }
      await correct(taskId, { petitioner: null });
      expect(await seenBy('officer')).toBe(0);
    });
  });

  describe('corrections', () => {
    it('keep what was said before, and give a date that changes a new version', async () => {
      const { taskId } = await register({ kind: 'key_matter', receivedOn: '2023-03-09' });
      const result = await correct(taskId, {
        level: 'major',
        content: '补充后的文字一二三四五六。',
        reason: '定为重大事项',
      });
      expect(result).toMatchObject({ obligations: 1, rescheduled: 2, skipped: [] });
      expect(await dueOf(taskId)).toEqual(['2023-04-09']);
      expect(await dueOf(taskId, 'action_plan')).toEqual(['2023-03-16']);
      const versions = await office.query<object>(
        `select d.version, d.recorded_on::text as "on", d.base->>'months' as months
         from deadline_version d join obligation o on o.id = d.obligation_id join unit u on u.id = o.unit_id
         where o.task_id = $1 and o.kind = 'completion' and u.code = 'S03' order by d.version`,
        [taskId],
      );
      expect(versions).toEqual([
        { version: 1, on: '2023-03-16', months: null },
        { version: 2, on: '2023-04-09', months: '1' },
      ]);
      await correct(taskId, { level: 'ordinary' });
      expect((await owed(taskId)).filter(({ kind }) => kind === 'action_plan').map(({ state }) => state)).toEqual([
        'lapsed',
      ]);
      const at = office.clock.now();
      const [now] = await office.as('officer', (tx) =>
        office.get(HistoryService).statesAt<MatterSnapshot>(tx, { taskIds: [taskId] }, 'matter', at),
      );
      expect(now).toMatchObject({ level: 'ordinary', version: 3 });
    });

    it('count what runs from the handing out from the day of that, not of the register', async () => {
      const { taskId } = await register({});
      await correct(taskId, { dueOn: '2023-03-30', dueReason: '补充材料' });
      expect(await dueOf(taskId, 'sign_for')).toEqual(['2023-03-10']);
      expect(await dueOf(taskId)).toEqual(['2023-03-30']);
      await correct(taskId, { dueOn: null });
      expect(await dueOf(taskId)).toEqual(['2023-03-24']);
    });

    it('are refused where they say nothing, are stale, change the year, or come too late', async () => {
      const { taskId } = await register({});
      await refuses(office, 'MATTER.NOTHING_CHANGED', () => correct(taskId, { level: 'ordinary' }));
      await refuses(office, 'MATTER.STALE', () => correct(taskId, { title: '新题', expectedVersion: 7 }));
      await refuses(office, 'MATTER.OTHER_YEAR', () => correct(taskId, { receivedOn: '2022-12-31' }));
      await refuses(office, 'MATTER.DUE_ALREADY', () => correct(taskId, { receivedOn: '2023-01-03' }));
      await refuses(office, 'MATTER.DUE_REASON_REQUIRED', () => correct(taskId, { dueOn: '2023-03-30' }));
      await refuses(office, 'MATTER.SOURCE', () => correct(taskId, { source: {} }));
      await refuses(office, 'PLAN.SECRET', () => correct(taskId, { content: '秘密★长期\n某事' }));
      await refuses(office, 'RIGHTS.NOT_ALLOWED', () => correct(taskId, { title: '新题' }, 'S03.contact'));
      const planId = await office.begin(planOf('建成两处口袋公园并开放。（牵头单位：市水务局）'));
      const [task] = await office.query<{ id: string }>(`select id from task where plan_id = $1`, [planId]);
      await refuses(office, 'MATTER.UNKNOWN', () => correct(task!.id, { title: '新题' }));
    });
  });

  describe('a register', () => {
    const planOfKind = async () => {
      const [plan] = await office.query<{ id: string }>(
        `select id from plan where matter_kind = 'leader_instruction' and year = 2023`,
      );
      return plan!.id;
    };

    it('is no document: it is not revised', async () => {
      const planId = await planOfKind();
      const read = await readPlanFile({
        name: 'plan.txt',
        bytes: Buffer.from(planOf('建设充电桩。（牵头单位：市发改委）')),
      });
      await refuses(office, 'PLAN.IS_REGISTER', () =>
        office.as('office', (tx, actor, at) => office.get(PlanRevisionService).import(tx, actor, at, planId, read)),
      );
    });

    it('is not restricted as a whole, since more comes into it', async () => {
      const planId = await planOfKind();
      await refuses(office, 'PLAN.IS_REGISTER', () =>
        office.as('office', (tx, actor, at) =>
          office.get(RestrictionService).set(tx, actor, at, { kind: 'plan', id: planId }, ['office']),
        ),
      );
    });

    it('waits for who is registering in the same jurisdiction', async () => {
      const client = new Client({ connectionString: t.database.url });
      await client.connect();
      try {
        const [{ id }] = (await office.query(`select id from jurisdiction`)) as [{ id: string }];
        await client.query('begin');
        await client.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`matters ${id}`]);
        let isDone = false;
        const registering = register({}).then(() => (isDone = true));
        const waiting = `select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`;
        await until(async () => (await client.query(waiting)).rows.length > 0);
        expect(isDone).toBe(false);
        await client.query('commit');
        await registering;
      } finally {
        await client.end();
      }
    });
  });
});
