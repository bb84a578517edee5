import type { ReorganisationView } from '@duban/tasks';
import { Logger } from '@nestjs/common';
import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { Owner } from '../../supervision/test/owner';
import { Reorganising } from '../test/reorganising';

const DAY = '2023-03-01';
const MIDNIGHT = new Date(`${DAY}T00:00:00+08:00`);

describe('A reorganisation whose day is to come', () => {
  const t = useOffice();
  let office: Office;
  let reorganising: Reorganising;
  beforeAll(() => {
    office = t.office;
    reorganising = new Reorganising(office);
  });
  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'error').mockImplementation();
  });
  afterEach(() => jest.restoreAllMocks());

  /** A merger that is bound for the day, of a unit with one task. */
  const bound = async (): Promise<{ id: string; a: string; c: string; planId: string }> => {
    const [a] = await reorganising.units(1);
    const c = reorganising.fresh();
    const planId = await office.begin(planOf(`做好甲事。（牵头单位：${a.name}）`));
    const { id } = await reorganising.do({ units: [a.code], successors: [c], effectiveOn: DAY });
    return { id, a: a.code, c: c.code, planId };
  };
  const run = (at = MIDNIGHT) => reorganising.service.carryOutDue(at);
  const partOf = async (planId: string): Promise<string> => (await reorganising.parts(planId)).join();
  const eventsOf = (id: string): Promise<{ type: string; at: Date }[]> =>
    office.query(`select type, occurred_at as at from history_event where entity_id = $1 order by seq`, [id]);
  const told = (): Promise<{ parameters: object; post: string }[]> =>
    office.query(
      `select n.parameters, p.kind as post from notification n join post p on p.id = n.post_id
       where n.kind = 'reorganisation_failed' order by n.id`,
    );
  const states = async (...ids: string[]): Promise<string[]> => {
    const views: ReorganisationView[] = await Promise.all(ids.map((id) => reorganising.get(id)));
    return views.map(({ state }) => state);
  };

  it('is carried out when its day begins where it is, and not before', async () => {
    const { id, a, c, planId } = await bound();
    const before = new Date(MIDNIGHT.getTime() - 1);
    expect(await run(before)).toEqual({ carriedOut: 0, problems: 0, failed: 0 });
    expect(await partOf(planId)).toBe(`1 ${a} lead assigned`);
    expect(await run()).toEqual({ carriedOut: 1, problems: 0, failed: 0 });
    expect(await partOf(planId)).toBe(`1 ${c} lead assigned`);
    expect(await reorganising.get(id)).toMatchObject({
      state: 'carried_out',
      dueAt: null,
      carriedOutAt: MIDNIGHT,
      preview: { counts: { moves: 1 } },
    });
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual([
      'reorganisation.proposed',
      'reorganisation.confirmed',
      'reorganisation.carried_out',
    ]);
  });

  it('is carried out once, however often it is tried', async () => {
    await bound();
    expect(await run()).toMatchObject({ carriedOut: 1 });
    const rows = await office.rowCounts();
    expect(await run()).toEqual({ carriedOut: 0, problems: 0, failed: 0 });
    expect(await office.rowCounts()).toEqual(rows);
  });

  it('is carried out once by two rounds at once', async () => {
    const all = [await bound(), await bound(), await bound()];
    const done = await Promise.all([run(), run()]);
    expect(done[0].carriedOut + done[1].carriedOut).toBe(3);
    for (const { c, planId, id } of all) {
      expect(await partOf(planId)).toBe(`1 ${c} lead assigned`);
      expect((await eventsOf(id)).filter(({ type }) => type === 'reorganisation.carried_out')).toHaveLength(1);
    }
  });

  it('leaves nothing behind when its process dies half-way, and is done by the next round', async () => {
    const { id, a, c, planId } = await bound();
    const rows = await office.rowCounts();
    const owner = await Owner.connect(t.database);
    // Units have been ended and made by the time that it gets here.
    await owner.run('begin');
    await owner.run(`lock table unit_relation in access exclusive mode`);
    const running = run();
    const [pid] = await owner.waiting(1);
    await owner.run(`select pg_terminate_backend($1)`, [pid]);
    expect(await running).toEqual({ carriedOut: 0, problems: 0, failed: 1 });
    await owner.release();
    await owner.end();
    expect(await office.rowCounts()).toEqual(rows);
    expect(await partOf(planId)).toBe(`1 ${a} lead assigned`);
    expect(await states(id)).toEqual(['confirmed']);
    expect(await run()).toMatchObject({ carriedOut: 1 });
    expect(await partOf(planId)).toBe(`1 ${c} lead assigned`);
  });

  it('follows its rules as things stand on the day, also where a part that they name has ended', async () => {
    const [a, b] = await reorganising.units(2);
    const planId = await office.begin(planOf(`做好甲事。（牵头单位：${a.name}）`, `做好乙事。（牵头单位：${a.name}）`));
    const assignmentIds = [await office.assignment(planId, '1', a.code), await office.assignment(planId, '2', a.code)];
    await reorganising.do({
      kind: 'transfer',
      units: [a.code],
      successors: [{ code: b.code }],
      moves: [{ assignmentIds, to: [b.code] }],
      effectiveOn: DAY,
    });
    await office.move('office', assignmentIds[0]!, 'cancel', { cancelReason: 'duplicate', reason: '重复' });
    expect(await run()).toMatchObject({ carriedOut: 1 });
    expect(await reorganising.parts(planId)).toEqual([`1 ${a.code} lead cancelled`, `2 ${b.code} lead assigned`]);
  });

  it('that cannot be carried out any more stays, is told to the office once, stops no other, and is tried again', async () => {
    const [a] = await reorganising.units(1);
    const c = reorganising.fresh();
    const stuck = await reorganising.do({ units: [a.code], successors: [c], effectiveOn: DAY });
    const other = await bound();
    const abolished = await reorganising.units(1);
    const late = await reorganising.do({ kind: 'abolish', units: [abolished[0].code], effectiveOn: DAY });
    // Meanwhile the name is taken, and the unit to be abolished has got work that nobody would have.
    const [taker] = await reorganising.units(1);
    await office.query(`update unit set name = $1 where code = $2`, [c.name, taker.code]);
    await office.begin(planOf(`做好甲事。（牵头单位：${abolished[0].name}）`));

    expect(await run()).toEqual({ carriedOut: 1, problems: 2, failed: 0 });
    expect(await states(stuck.id, other.id, late.id)).toEqual(['confirmed', 'carried_out', 'confirmed']);
    const nextDay = new Date('2023-03-02T00:00:00+08:00');
    expect(await reorganising.get(stuck.id)).toMatchObject({
      dueAt: nextDay,
      problem: { code: 'UNIT.NAME_TAKEN' },
      preview: null,
    });
    expect(await reorganising.get(late.id)).toMatchObject({ problem: { code: 'REORGANISATION.WORK_WITHOUT_RULE' } });
    const parameters = { kind: 'merge', units: [a.code], effectiveOn: DAY, code: 'UNIT.NAME_TAKEN' };
    expect(await told()).toMatchObject([
      { post: 'office', parameters },
      { post: 'office', parameters: { kind: 'abolish', code: 'REORGANISATION.WORK_WITHOUT_RULE' } },
    ]);

    expect(await run()).toEqual({ carriedOut: 0, problems: 0, failed: 0 });
    expect(await run(nextDay)).toEqual({ carriedOut: 0, problems: 2, failed: 0 });
    expect(await told()).toHaveLength(2);
    await reorganising.withdraw(late.id, { reason: '另行安排' });
    await office.query(`update unit set name = $1 where code = $2`, [taker.name, taker.code]);
    expect(await run(new Date('2023-03-03T00:00:00+08:00'))).toEqual({ carriedOut: 1, problems: 0, failed: 0 });
    expect(await states(stuck.id, late.id)).toEqual(['carried_out', 'withdrawn']);
  });

  it('that is withdrawn is not carried out', async () => {
    const { id, a, planId } = await bound();
    await reorganising.withdraw(id);
    expect(await run()).toEqual({ carriedOut: 0, problems: 0, failed: 0 });
    expect(await partOf(planId)).toBe(`1 ${a} lead assigned`);
  });
});
