import { actorOf, useDirectory } from '../test/directory-fixture';
import { sampleUnits } from '../test/sample-units';
import { NameSettler } from './name-settler';
import { HistoryService } from '@duban/history';
import { newId } from '@duban/kernel';
import type { NameMeaning } from './name-settler';

describe('NameSettler', () => {
  const t = useDirectory();
  const settler = new NameSettler(new HistoryService(), t.directory);
  const planId = newId();
  const at = t.clock.now();
  let city = '';
  let other = '';
  let groupId = '';
  let idOf: (code: string) => string = () => '';

  const importing = (document: unknown) => t.run((tx) => t.imports.import(tx, actorOf('office'), at, document));
  const settle = (name: string, meaning: NameMeaning, actor = actorOf('officer')) =>
    t.run((tx) => settler.settle(tx, actor, at, city, name, meaning, planId));
  const read = async (name: string) => (await t.run((tx) => t.directory.readNames(tx, city, [name]))).get(name);
  const rows = () => t.query(`select name, unit_ids as "unitIds", version from settled_name order by key`);

  beforeAll(async () => {
    city = (await importing(sampleUnits())).jurisdiction.id;
    other = (await importing({ jurisdiction: '海州市', units: [{ code: 'H1', name: '市体育局', kind: 'department' }] }))
      .jurisdiction.id;
    const units = await t.run((tx) => t.directory.list(tx));
    idOf = (code) => units.find((unit) => unit.code === code)!.id;
    groupId = units.find(({ code }) => code === 'Q02')!.groups.find(({ code }) => code === 'central')!.id;
  });

  it('takes down who is meant, by whom and when, and it counts in every document from then on', async () => {
    await settle(' 市教体局（筹） ', { unitId: idOf('Y01') });
    expect(await read('市教体局(筹)')).toEqual({ unitIds: [idOf('Y01')], groupId: null });
    expect((await t.events()).at(-1)).toMatchObject({
      type: 'settled_name.settled',
      actor: 'officer',
      before: null,
      after: { name: '市教体局（筹）', units: [{ id: idOf('Y01'), name: '市教育局' }], group: null, version: 1 },
    });
    const [unit] = await t.run((tx) => t.directory.list(tx, { jurisdictionId: city }));
    expect(unit).toMatchObject({ code: 'Y01', settledNames: ['市教体局（筹）'], aliases: [] });
    const elsewhere = await t.run((tx) => t.directory.resolve(tx, other, ['市教体局（筹）']));
    expect(elsewhere.size).toBe(0);
  });

  it('takes several units, in the order of the directory, or a group', async () => {
    await settle('南北两区', { unitIds: [idOf('Q01'), idOf('Q02')] });
    expect(await read('南北两区')).toEqual({ unitIds: [idOf('Q02'), idOf('Q01')], groupId: null });
    await settle('主城', { groupId });
    expect(await read('主城')).toEqual({ unitIds: [idOf('Q02')], groupId });
  });

  it('does nothing for the same answer, and takes another in its place with what it was', async () => {
    const before = (await t.events()).length;
    await settle('主城', { groupId });
    expect((await t.events()).length).toBe(before);
    await settle('主 城', { unitId: idOf('Q01') });
    expect(await read('主城')).toEqual({ unitIds: [idOf('Q01')], groupId: null });
    expect((await t.events()).at(-1)).toMatchObject({
      before: { group: { name: '各中心城区人民政府' }, version: 1 },
      after: { units: [{ name: '北岭区人民政府' }], group: null, version: 2 },
    });
  });

  it('keeps answers when the units are imported anew, and refuses a file that gives the name to somebody else', async () => {
    const changed = sampleUnits();
    changed.units[0]!['aliases'] = ['市教委'];
    expect(await importing(changed)).toMatchObject({ updated: 1 });
    expect(await importing(changed)).toMatchObject({ unchanged: 4, updated: 0 });
    expect(await read('市教体局（筹）')).toMatchObject({ unitIds: [idOf('Y01')] });
    const taking = sampleUnits();
    taking.units[1]!['aliases'] = ['市教体局(筹)'];
    await expect(importing(taking)).rejects.toMatchObject({
      code: 'UNIT.NAME_TAKEN',
      faults: [{ field: 'units[1].aliases', row: 2 }],
    });
  });

  it('refuses what cannot be meant, and keeps all as it was', async () => {
    const before = await rows();
    const closed = idOf('Q01');
    await t.query(`update unit set to_on = from_on where id = $1`, [closed]);
    const cases: [NameMeaning, string, string | undefined, string?][] = [
      [{}, 'NAME.ONE_MEANING', 'unitId'],
      [{ unitIds: [] }, 'NAME.ONE_MEANING', 'unitId'],
      [{ unitId: idOf('Y01'), groupId }, 'NAME.ONE_MEANING', 'groupId'],
      [{ unitId: newId() }, 'UNIT.UNKNOWN', 'unitId'],
      [{ unitId: idOf('H1') }, 'UNIT.UNKNOWN', 'unitId'],
      [{ unitIds: [idOf('Y01'), closed] }, 'UNIT.UNKNOWN', 'unitIds[1]'],
      [{ unitIds: [idOf('Y01'), idOf('Y01')] }, 'UNIT.TWICE', 'unitIds[1]'],
      [{ groupId: newId() }, 'UNIT.GROUP_UNKNOWN', 'groupId'],
      [{ unitId: idOf('Y02') }, 'NAME.TAKEN', 'name', '云山市教育局'],
      [{ unitId: idOf('Y01') }, 'NAME.TAKEN', 'name', '各区人民政府'],
    ];
    for (const [meaning, code, field, name = '某局'] of cases) {
      await expect(settle(name, meaning)).rejects.toMatchObject({ code, details: { field } });
    }
    for (const post of ['head', 'contact', 'leader', 'auditor', 'admin'] as const) {
      await expect(settle('某局', { unitId: idOf('Y01') }, actorOf(post))).rejects.toMatchObject({
        code: 'RIGHTS.NOT_ALLOWED',
      });
    }
    expect(await rows()).toEqual(before);
    await t.query(`update unit set to_on = null where id = $1`, [closed]);
  });

  it('guesses by trigrams and by characters, candidates first, five at most', async () => {
    const asked = [
      { name: '市教育体育局', candidates: [] },
      { name: '中心城区各政府', candidates: [] },
      { name: '发改物价委', candidates: [idOf('Q01')] },
      { name: '海关', candidates: [] },
    ];
    const guesses = await t.run((tx) => t.directory.guess(tx, city, asked));
    expect(guesses.get('市教育体育局')![0]).toMatchObject({ kind: 'unit', id: idOf('Y01'), likeness: '市教育局' });
    expect(guesses.get('中心城区各政府')![0]).toMatchObject({ kind: 'group', id: groupId });
    expect(guesses.get('发改物价委')!.slice(0, 2)).toMatchObject([
      { id: idOf('Q01'), score: 1, reason: 'candidate' },
      { id: idOf('Y02') },
    ]);
    expect(guesses.get('海关')).toEqual([]);
    for (const list of guesses.values()) {
      expect(list.length).toBeLessThanOrEqual(5);
      for (const { score } of list) expect(score > 0.29 && score <= 1).toBe(true);
    }
  });
});
