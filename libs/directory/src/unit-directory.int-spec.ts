import { newId, parseLocalDate } from '@duban/kernel';
import { actorOf, useDirectory } from '../test/directory-fixture';
import { sampleUnits } from '../test/sample-units';

describe('UnitDirectory', () => {
  const t = useDirectory();
  const at = t.clock.now();
  let city = '';
  let idOf: (code: string) => string = () => '';

  beforeAll(async () => {
    const choosing = t.run((tx) => t.directory.chooseJurisdiction(tx, { title: '云山市', unitNames: [] }));
    await expect(choosing).rejects.toMatchObject({ kind: 'invalid', code: 'PLAN.NO_DIRECTORY' });
    await expect(t.run((tx) => t.directory.governmentPosts(tx))).rejects.toThrow('no post office yet');

    await t.run((tx) => t.accounts.ensureGovernmentAccounts(tx, at));
    const importing = (document: unknown, instant = at) =>
      t.run((tx) => t.imports.import(tx, actorOf('admin'), instant, document));
    city = (await importing(sampleUnits())).jurisdiction.id;
    await importing({
      jurisdiction: '云山市南湖区',
      units: [{ code: 'N01', name: '区教育局', kind: 'department' }],
      groups: [{ code: 'none', name: '各街道办事处' }],
    });
    await importing(
      { jurisdiction: '海州市', units: [{ code: 'H01', name: '市教育局', kind: 'department' }] },
      new Date(at.getTime() + 1),
    );
    const units = await t.run((tx) => t.directory.list(tx));
    idOf = (code) => units.find((unit) => unit.code === code)?.id ?? '';
  });

  it('lists the units of one jurisdiction, or all, in their order', async () => {
    const codes = async (filter?: { jurisdictionId?: string }) =>
      (await t.run((tx) => t.directory.list(tx, filter))).map(({ code }) => code);
    expect(await codes({ jurisdictionId: city })).toEqual(['Y01', 'Y02', 'Q02', 'Q01']);
    expect((await codes()).toSorted()).toEqual(['H01', 'N01', 'Q01', 'Q02', 'Y01', 'Y02']);
  });

  it.each<[string, string[]]>([
    ['市教育局', ['Y01']],
    ['云山市教育局', ['Y01']],
    [' 市发展改革委　', ['Y02']],
    ['市发改委(物价局)', ['Y02']],
    ['市发改委（物价局）', ['Y02']],
  ])('knows %s', async (name, codes) => {
    const resolved = await t.run((tx) => t.directory.resolve(tx, city, [name]));
    expect([...resolved]).toEqual([[name, { unitIds: codes.map(idOf), groupId: null }]]);
  });

  it('takes a group for its members, in the order of the units', async () => {
    const names = ['各区人民政府', '各中心城区人民政府', '区教育局', '某局', '__proto__'];
    const resolved = await t.run((tx) => t.directory.resolve(tx, city, names));
    expect([...resolved]).toEqual([
      ['各区人民政府', { unitIds: [idOf('Q02'), idOf('Q01')], groupId: expect.any(String) }],
      ['各中心城区人民政府', { unitIds: [idOf('Q02')], groupId: expect.any(String) }],
    ]);
  });

  it('knows a group without members, and of no unit that is closed', async () => {
    const choose = { title: '', unitNames: [], wanted: '云山市南湖区' };
    const district = await t.run((tx) => t.directory.chooseJurisdiction(tx, choose));
    const resolved = await t.run((tx) => t.directory.resolve(tx, district.id, ['各街道办事处']));
    expect(resolved.get('各街道办事处')).toMatchObject({ unitIds: [] });

    await t.query(`update unit set to_on = from_on where code = 'Q01'`);
    const others = await t.run((tx) => t.directory.resolve(tx, city, ['北岭区人民政府', '各区人民政府']));
    expect([...others.values()].map(({ unitIds }) => unitIds)).toEqual([[idOf('Q02')]]);
    await t.query(`update unit set to_on = null where code = 'Q01'`);
  });

  it.each([
    ['the wanted one', { title: '云山市2031年责任分解方案', unitNames: [], wanted: '海州市' }, '海州市'],
    ['the one in the title', { title: '云山市2031年责任分解方案', unitNames: [] }, '云山市'],
    [
      'the most exact one in the title',
      { title: '云山市南湖区2031年重点工作', unitNames: ['市教育局'] },
      '云山市南湖区',
    ],
    ['the one that knows most names', { title: '2031年重点工作', unitNames: ['市教育局', '市发改委'] }, '云山市'],
    ['the newest of two that know as many', { title: '2031年重点工作', unitNames: ['市教育局'] }, '海州市'],
    ['the newest where nothing is known', { title: '', unitNames: ['某局'] }, '海州市'],
  ])('chooses %s', async (_, document, name) => {
    const chosen = await t.run((tx) => t.directory.chooseJurisdiction(tx, document));
    expect(chosen).toEqual({ id: expect.any(String), name, timeZone: 'Asia/Shanghai' });
  });

  it('chooses by id, and says which there are when there is none as wanted', async () => {
    const choose = (wanted: string) =>
      t.run((tx) => t.directory.chooseJurisdiction(tx, { title: '海州市', unitNames: [], wanted }));
    expect(await choose(city)).toMatchObject({ name: '云山市' });
    await expect(choose('北原市')).rejects.toMatchObject({
      kind: 'invalid',
      code: 'PLAN.UNKNOWN_JURISDICTION',
      message: expect.stringContaining('云山市'),
    });
  });

  it('gives the posts of units and of the government', async () => {
    const posts = await t.run((tx) => t.directory.postsOf(tx, [idOf('Q01'), idOf('Y01'), newId()]));
    expect(posts.size).toBe(2);
    const government = await t.run((tx) => t.directory.governmentPosts(tx));
    expect(Object.keys(government).toSorted()).toEqual(['admin', 'auditor', 'leader', 'office', 'officer', 'security']);
    const { head, contact } = posts.get(idOf('Y01'))!;
    const wanted = [contact, government.office, head];
    const holders = await t.run((tx) => t.directory.holders(tx, wanted, parseLocalDate('2031-01-06')));
    expect(holders.map(({ postId, username }) => [postId, username])).toEqual([
      [contact, 'Y01.contact'],
      [government.office, 'office'],
      [head, 'Y01.head'],
    ]);
    expect(holders[0]).toEqual({
      postId: contact,
      personId: expect.any(String),
      username: 'Y01.contact',
      displayName: '市教育局联络员',
      email: null,
      mobile: null,
      accounts: {},
    });
    expect(await t.run((tx) => t.directory.postsOf(tx, []))).toEqual(new Map());
  });

  it('knows who held a post on which day', async () => {
    const [{ id: postId }] = await t.query(`select id from post where kind = 'auditor'`);
    const [{ id: personId }] = await t.query(`select id from person where username = 'Q01.head'`);
    await t.query(`update post_holding set to_on = '2031-02-01' where post_id = $1`, [postId]);
    await t.query(`insert into post_holding (id, post_id, person_id, from_on) values ($1, $2, $3, '2031-02-01')`, [
      newId(),
      postId,
      personId,
    ]);
    const on = async (day: string) =>
      (await t.run((tx) => t.directory.holders(tx, [postId], parseLocalDate(day)))).map(({ username }) => username);
    expect(await on('2031-01-05')).toEqual([]);
    expect(await on('2031-01-06')).toEqual(['auditor']);
    expect(await on('2031-01-31')).toEqual(['auditor']);
    expect(await on('2031-02-01')).toEqual(['Q01.head']);
    await t.query(`update person set is_active = false where id = $1`, [personId]);
    expect(await on('2031-02-01')).toEqual([]);
  });

  it('finds the leader in charge by name, of those who hold the post today', async () => {
    const find = (...names: string[]) => t.run((tx) => t.directory.leaderPostByName(tx, names));
    const [{ id }] = await t.query(`select id from post where kind = 'leader'`);
    await t.query(`update person set display_name = '欧阳明' where username = 'leader'`);
    expect(await find('王某', ' 欧阳明')).toBe(id);
    expect(await find('王某', '系统管理员', '\u0000')).toBeNull();
    expect(await find()).toBeNull();
    await t.query(`update post_holding set to_on = '2031-02-01' where post_id = $1`, [id]);
    t.clock.moveTo(new Date('2031-02-01T00:00:00+08:00'));
    expect(await find('欧阳明')).toBeNull();
  });
});
