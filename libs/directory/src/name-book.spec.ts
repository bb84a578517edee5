import fc from 'fast-check';
import { isResolved, NameBook } from './name-book';
import type { UnitView } from './unit-view';

interface Listed {
  code: string;
  name: string;
  official?: string;
  aliases?: string[];
  kind?: string;
  groups?: string[];
  former?: string[];
}

function bookOf(
  jurisdiction: string,
  listed: Listed[],
  groups: Record<string, string> = {},
  settled: { name: string; unitIds: string[]; groupId: string | null }[] = [],
): NameBook {
  const booked = Object.entries(groups).map(([id, name]) => ({ id, name, code: id }));
  const units = listed.map((one, i): UnitView => ({
    id: one.code,
    jurisdictionId: 'j',
    code: one.code,
    name: one.name,
    officialName: one.official ?? one.name,
    kind: one.kind ?? 'department',
    position: i + 1,
    parentId: null,
    fromOn: '2031-01-01',
    toOn: null,
    isActive: true,
    aliases: one.aliases ?? [],
    formerNames: one.former ?? [],
    settledNames: [],
    groups: booked.filter(({ id }) => one.groups?.includes(id)).map((group) => ({ ...group, byRule: false })),
    posts: [],
  }));
  return new NameBook(jurisdiction, units, booked, settled);
}

const CITY: Listed[] = [
  { code: 'D1', name: '市发改委', official: '云山市发展和改革委员会', aliases: ['市发展改革委'] },
  { code: 'D2', name: '市教育局', official: '云山市教育局' },
  { code: 'D3', name: '市应急局', official: '云山市应急管理局' },
  { code: 'D4', name: '市市场监管局', official: '云山市市场监督管理局' },
  { code: 'D5', name: '市经信局', official: '云山市经济和信息化局', aliases: ['市新经济委'] },
  { code: 'D6', name: '市住建局', official: '云山市住房和城乡建设局' },
  { code: 'D7', name: '市委宣传部', official: '中共云山市委宣传部', kind: 'party' },
  { code: 'D8', name: '市政府办公室', official: '云山市人民政府办公室' },
  { code: 'F1', name: '云山城投集团', official: '云山城市建设投资集团有限公司', kind: 'state_firm' },
  { code: 'A1', name: '云山高新区管委会', official: '云山高新技术产业开发区管理委员会', kind: 'functional_area' },
  { code: 'A2', name: '临港新区管委会', official: '云山临港新区管理委员会', kind: 'functional_area' },
  { code: 'Q1', name: '北岭区人民政府', kind: 'district', groups: ['central'] },
  { code: 'Q2', name: '南湖区人民政府', kind: 'district', groups: ['central'] },
  { code: 'Q3', name: '东河区人民政府', kind: 'district' },
  { code: 'X1', name: '青溪县人民政府', kind: 'district' },
  { code: 'X2', name: '砚台市人民政府', kind: 'district' },
  { code: 'T1', name: '河东街道办事处', kind: 'subdistrict' },
  { code: 'T2', name: '柳林镇人民政府', kind: 'subdistrict' },
];
const city = bookOf('云山市', CITY, { central: '各中心城区人民政府' });

describe('NameBook', () => {
  it.each([
    // Width, brackets, forms of characters
    ['市教育局', 'D2'],
    [' 市 教育局　', 'D2'],
    ['云⼭市教育局', 'D2'],
    // Spellings
    ['云山市发展和改革委', 'D1'],
    ['北岭区政府', 'Q1'],
    ['云山高新技术产业开发区管委会', 'A1'],
    ['市应急管理局', 'D3'],
    ['市市场监督管理局', 'D4'],
    ['市住房城乡建设局', 'D6'],
    ['市政府办', 'D8'],
    ['云山城市建设投资集团', 'F1'],
    // The place before a name, dropped or written out
    ['教育局', 'D2'],
    ['云山教育局', 'D2'],
    ['云山市经信局', 'D5'],
    ['云山市委宣传部', 'D7'],
    ['云山市北岭区人民政府', 'Q1'],
    ['北岭区', 'Q1'],
    ['北岭', 'Q1'],
    ['北岭政府', 'Q1'],
    ['青溪', 'X1'],
    ['临港新区', 'A2'],
    ['市教育局、', 'D2'],
    ['高新区管委会', 'A1'],
    // Two names of one body
    ['市经信局市新经济委', 'D5'],
    ['市经信局（市新经济委）', 'D5'],
    ['市发展改革委（市数据局）', 'D1'],
    ['市发改委（牵头）', 'D1'],
    // Lists
    ['北岭、南湖区人民政府', 'Q1 Q2'],
    ['南湖、北岭、东河区政府', 'Q1 Q2 Q3'],
    ['市教育局、市应急局', 'D2 D3'],
    ['北岭区、青溪县人民政府', 'Q1 X1'],
    // Collective names that no group has
    ['各区', 'Q1 Q2 Q3'],
    ['各区人民政府', 'Q1 Q2 Q3'],
    ['各县（市、区）人民政府', 'Q1 Q2 Q3 X1 X2'],
    ['各区、县（市）政府', 'Q1 Q2 Q3 X1 X2'],
    ['各区〔县、市〕政府', 'Q1 Q2 Q3 X1 X2'],
    ['各区县政府', 'Q1 Q2 Q3 X1'],
    ['各县', 'X1'],
    ['各县（市）', 'X1 X2'],
    ['各中心城区', 'Q1 Q2'],
    ['各中心城区政府', 'Q1 Q2'],
    ['各功能区管委会', 'A1 A2'],
    ['各开发区管委会', 'A1'],
    ['各新区', 'A2'],
    ['各街道办事处', 'T1'],
    ['各镇街', 'T1 T2'],
    ['各乡镇（街道）', 'T1 T2'],
    ['各乡镇人民政府、街道办事处', 'T1 T2'],
    ['各部门', 'D1 D2 D3 D4 D5 D6 D8'],
  ])('takes %s for %s', (name, codes) => {
    const reading = city.read(name);
    expect(isResolved(reading) && reading.unitIds.join(' ')).toBe(codes);
  });

  it.each([
    '市教体局',
    '区教育局',
    '县财政局',
    '局',
    '市',
    '政府',
    '市政府',
    '北岭区管委会',
    '北岭区教育局',
    '高新区人民政府',
    '有关区县政府',
    '相关乡镇办',
    '各有关部门',
    '各地区',
    '各州',
    '各旗',
    '各金融机构',
    '各级政府',
    '各',
    '',
    '市教育局（各区人民政府）',
    '市教育局市新经济委',
    '北岭、西山区人民政府',
    '、',
    '__proto__',
    'constructor',
  ])('is not certain of %j', (name) => expect(city.read(name)).toMatchObject({ reason: 'unknown' }));

  it.each<[string, Listed[], string]>([
    [
      '管理局',
      [
        { code: 'A', name: '市林业局' },
        { code: 'B', name: '市林业管理局' },
      ],
      '云山市林业监督管理局',
    ],
    [
      '北岭',
      [
        { code: 'A', name: '北岭区人民政府' },
        { code: 'B', name: '北岭县人民政府' },
      ],
      '北岭',
    ],
    [
      '两块牌子',
      [
        { code: 'A', name: '市教育局' },
        { code: 'B', name: '市体育局' },
      ],
      '市教育局（市体育局）',
    ],
  ])('says whom %s may mean where there are two', (_, units, name) => {
    const reading = bookOf('云山市', units).read(name);
    const expected = name.endsWith('监督管理局')
      ? { reason: 'unknown' }
      : { reason: 'ambiguous', candidates: ['A', 'B'] };
    expect(reading).toMatchObject(expected);
  });

  it('takes a listed group as it is listed, empty or without somebody, rather than by its words', () => {
    const book = bookOf('云山市', [...CITY.slice(11, 13), { ...CITY[13]!, groups: ['d'] }], {
      d: '各区人民政府',
      z: '各开发区管委会',
    });
    for (const name of ['各区', '各区政府', '各区人民政府']) {
      expect(book.read(name)).toEqual({ unitIds: ['Q3'], groupId: 'd' });
    }
    expect(book.read('各开发区管理委员会')).toEqual({ unitIds: [], groupId: 'z' });
  });

  it('takes a kind in Chinese for the group of its units', () => {
    const units = [
      { code: 'A', name: '北岭区人民政府', kind: '中心城区' },
      { code: 'B', name: '东河区人民政府', kind: '新城区' },
    ];
    const book = bookOf('云山市', units);
    expect(book.read('各新城区人民政府')).toEqual({ unitIds: ['B'], groupId: null });
    expect(book.read('各中心城区')).toEqual({ unitIds: ['A'], groupId: null });
  });

  it('knows the places of a province, and is not one of them itself', () => {
    const book = bookOf('云江省', [
      { code: 'P', name: '省人民政府', official: '云江省人民政府' },
      { code: 'A', name: '武宁市人民政府' },
      { code: 'B', name: '石门州人民政府', official: '石门土家族自治州人民政府' },
      { code: 'C', name: '省农业农村厅', official: '云江省农业农村厅' },
    ]);
    expect(book.read('各市、州')).toMatchObject({ unitIds: ['A', 'B'] });
    expect(book.read('各市、州、县人民政府')).toMatchObject({ unitIds: ['A', 'B'] });
    expect(book.read('农业农村厅')).toMatchObject({ unitIds: ['C'] });
    expect(book.read('云江省政府')).toMatchObject({ unitIds: ['P'] });
  });

  it('lets a person’s answer come before every rule, and the directory’s own names before it', () => {
    const book = bookOf('云山市', CITY, { central: '各中心城区人民政府' }, [
      { name: '教育局', unitIds: ['Q1'], groupId: null },
      { name: '市教体局', unitIds: ['D2'], groupId: null },
      { name: '主城各区', unitIds: [], groupId: 'central' },
      { name: '市教育局', unitIds: ['D1'], groupId: null },
      { name: '已撤销的局', unitIds: ['gone'], groupId: null },
    ]);
    expect(book.read('教育局')).toMatchObject({ unitIds: ['Q1'] });
    expect(book.read('市 教体局')).toMatchObject({ unitIds: ['D2'] });
    expect(book.read('主城各区')).toEqual({ unitIds: ['Q1', 'Q2'], groupId: 'central' });
    expect(book.read('市教育局')).toMatchObject({ unitIds: ['D2'] });
    expect(book.read('已撤销的局')).toMatchObject({ reason: 'unknown' });
    expect([book.isOwnName('教育局'), book.isOwnName('市教体局'), book.isOwnName('云山市教育局')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('takes a former name for the unit that had it, after all present names and a person’s answer', () => {
    const units: Listed[] = [
      {
        code: 'A',
        name: '市文旅局',
        official: '云山市文化和旅游局',
        former: ['市文化局', '云山市文化广电局', '市体育局'],
      },
      { code: 'B', name: '市体育局' },
      { code: 'C', name: '市数据局', former: ['市信息办', '市电子政务办'] },
      { code: 'D', name: '市经信局', former: ['市信息办', '市林业管理局'] },
      { code: 'E', name: '市林业局' },
    ];
    const book = bookOf('云山市', units, {}, [{ name: '市电子政务办', unitIds: ['D'], groupId: null }]);
    expect(book.read('市文化局')).toEqual({ unitIds: ['A'], groupId: null });
    expect(book.read('云山市 文化局')).toEqual({ unitIds: ['A'], groupId: null });
    expect(book.read('文化广电局')).toEqual({ unitIds: ['A'], groupId: null });
    expect(book.read('市体育局')).toEqual({ unitIds: ['B'], groupId: null });
    expect(book.read('市电子政务办')).toEqual({ unitIds: ['D'], groupId: null });
    // A present name in a looser form comes first.
    expect(book.read('市林业管理局')).toEqual({ unitIds: ['E'], groupId: null });
    expect(book.read('市信息办')).toEqual({ reason: 'ambiguous', candidates: ['C', 'D'] });
    expect(book.read('市文化局、市体育局')).toEqual({ unitIds: ['A', 'B'], groupId: null });
    expect(book.read('市文旅局（市文化局）')).toEqual({ unitIds: ['A'], groupId: null });
    expect([book.isOwnName('市文化局'), book.isOwnName('市文旅局')]).toEqual([false, true]);
  });

  it('takes words for a kind of units for all of that kind', () => {
    const units = [
      { code: 'A', name: '云山城投集团', kind: 'state_firm' },
      { code: 'B', name: '云山水务集团', kind: '国企' },
      { code: 'C', name: '市档案馆', kind: 'public_institution' },
    ];
    const book = bookOf('云山市', units);
    expect(book.read('各国有企业')).toEqual({ unitIds: ['A', 'B'], groupId: null });
    expect(book.read('各事业单位')).toEqual({ unitIds: ['C'], groupId: null });
    expect(book.read('各科室')).toMatchObject({ reason: 'unknown' });
  });

  it('reads anything, and every name of the directory as its own', () => {
    const own = CITY.flatMap(({ code, name, official, aliases }) =>
      [name, official ?? name, ...(aliases ?? [])].map((one) => [code, one] as const),
    );
    for (const [code, name] of own) expect([name, city.read(name)]).toMatchObject([name, { unitIds: [code] }]);
    const piece = fc.constantFrom(
      '市',
      '区',
      '各',
      '教育局',
      '云山',
      '（',
      '）',
      '、',
      '北岭',
      '人民政府',
      '管委会',
      '和',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (name) => {
          const reading = city.read(name);
          const ids = isResolved(reading) ? reading.unitIds : reading.candidates;
          expect(new Set(ids).size).toBe(ids.length);
          expect(isResolved(reading) || (reading.reason === 'ambiguous') === ids.length > 1).toBe(true);
        },
      ),
    );
  });

  it('takes no time over a name that goes on and on', () => {
    for (const unit of ['市教育局', '北岭、', '（', '各区', '和']) {
      expect(city.read(unit.repeat(50_000 / unit.length))).toMatchObject({ reason: 'unknown' });
    }
  });
});
