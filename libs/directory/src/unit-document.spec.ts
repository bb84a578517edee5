import { sampleUnits } from '../test/sample-units';
import { readUnitDocument } from './unit-document';

type Document = ReturnType<typeof sampleUnits>;

const changed = (change: (document: Document & Record<string, unknown>) => void): unknown => {
  const document = sampleUnits();
  change(document);
  return document;
};

/** Each fault as `code field row`. */
const faultsOf = (document: unknown): string[] =>
  readUnitDocument(document).faults.map(({ code, field, row }) => [code, field, row].filter(Boolean).join(' '));

describe('readUnitDocument', () => {
  it('reads a file without faults', () => {
    const { faults, jurisdiction, units, groups } = readUnitDocument(sampleUnits());
    expect(faults).toEqual([]);
    expect(jurisdiction).toBe('云山市');
    expect(units[1]).toEqual({
      row: 2,
      code: 'Y02',
      name: '市发改委（物价局）',
      officialName: '云山市发展和改革委员会',
      aliases: ['市发展改革委', '市发改委'],
      kind: 'department',
      groupCodes: [],
      position: 2,
    });
    expect(units[2]).toMatchObject({ officialName: '南湖区人民政府', groupCodes: ['all', 'central'] });
    expect(groups).toEqual([
      { row: 1, code: 'all', name: '各区人民政府' },
      { row: 2, code: 'central', name: '各中心城区人民政府' },
    ]);
  });

  it('trims and composes names, makes codes half width, drops what is said twice', () => {
    const { units, faults } = readUnitDocument({
      jurisdiction: ' 云山市　',
      units: [
        {
          code: ' Ｙ０９',
          name: '　市体育局 ',
          aliases: ['市体育局', '体育局（筹）', '体育局(筹)'],
          kind: 'department',
          groups: ['ａ', 'a'],
        },
      ],
      groups: [{ code: 'a', name: '各局' }],
    });
    expect(faults).toEqual([]);
    expect(units).toEqual([
      {
        row: 1,
        code: 'Y09',
        name: '市体育局',
        officialName: '市体育局',
        aliases: ['体育局(筹)'],
        kind: 'department',
        groupCodes: ['a'],
        position: 1,
      },
    ]);
  });

  it('reads what is above a unit, its position and its kind, and rules of groups', () => {
    const { units, groups, faults } = readUnitDocument({
      jurisdiction: '云山市',
      units: [
        { code: 'A', name: '市教育局', kind: '部门', position: 12 },
        { code: 'B', name: '基础教育科', kind: '科室', parent: 'Ａ' },
        { code: 'C', name: '市委宣传部', kind: 'party', parent: null },
        { code: 'D', name: '北岭区人民政府', kind: '中心城区' },
      ],
      groups: [
        { code: 'g', name: '各局', rule: { kinds: ['部门', 'department'], under: 'Ａ', except: ['B', 'B'] } },
        { code: 'h', name: '各科', rule: { kinds: ['科室'] } },
        { code: 'i', name: '各处', rule: null },
        { code: 'j', name: '各室' },
      ],
    });
    expect(faults).toEqual([]);
    expect(units.map(({ kind, parentCode, position }) => [kind, parentCode, position])).toEqual([
      ['department', undefined, 12],
      ['section', 'A', 2],
      ['party', null, 3],
      ['中心城区', undefined, 4],
    ]);
    expect(groups.map(({ rule }) => rule)).toEqual([
      { kinds: ['department'], under: 'A', except: ['B'] },
      { kinds: ['section'], under: null, except: [] },
      null,
      undefined,
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['UNIT.MISSING_FIELD']],
    ['null', null, ['UNIT.WRONG_TYPE']],
    ['text', 'units', ['UNIT.WRONG_TYPE']],
    ['a list', [], ['UNIT.WRONG_TYPE']],
    ['an empty object', {}, ['UNIT.MISSING_FIELD jurisdiction', 'UNIT.MISSING_FIELD units']],
    ['no units', changed((d) => (d.units = [])), ['UNIT.EMPTY units']],
    ['too many units', changed((d) => (d.units = Array(3001).fill({}))), ['UNIT.TOO_LONG units']],
    ['an unknown field', changed((d) => (d['unit'] = 1)), ['UNIT.UNKNOWN_FIELD unit']],
    [
      'unknown fields of a unit',
      changed((d) => Object.assign(d.units[3]!, { offical: 'x', id: 1 })),
      ['UNIT.UNKNOWN_FIELD units[3].offical 4', 'UNIT.UNKNOWN_FIELD units[3].id 4'],
    ],
    [
      'an unknown field of a group',
      changed((d) => Object.assign(d.groups[1]!, { units: [] })),
      ['UNIT.UNKNOWN_FIELD groups[1].units 2'],
    ],
    ['a unit that is none', changed((d) => (d.units[0] = 'Y01' as never)), ['UNIT.WRONG_TYPE units[0] 1']],
    ['a unit without name', changed((d) => delete d.units[3]!['name']), ['UNIT.MISSING_FIELD units[3].name 4']],
    ['a blank name', changed((d) => (d.units[3]!['name'] = ' 　')), ['UNIT.EMPTY units[3].name 4']],
    ['a blank code', changed((d) => (d.units[3]!['code'] = ' ')), ['UNIT.EMPTY units[3].code 4']],
    ['a code of the wrong type', changed((d) => (d.units[3]!['code'] = 7)), ['UNIT.WRONG_TYPE units[3].code 4']],
    ['a code with a blank', changed((d) => (d.units[3]!['code'] = 'Y 9')), ['UNIT.BAD_CHARACTERS units[3].code 4']],
    ['a long code', changed((d) => (d.units[3]!['code'] = 'Y'.repeat(33))), ['UNIT.TOO_LONG units[3].code 4']],
    ['a long name', changed((d) => (d.units[3]!['name'] = '局'.repeat(101))), ['UNIT.TOO_LONG units[3].name 4']],
    [
      'a name that Postgres would refuse',
      changed((d) => (d.units[3]!['name'] = '区\u0000政府')),
      ['UNIT.BAD_CHARACTERS units[3].name 4'],
    ],
    ['a parent of the wrong type', changed((d) => (d.units[3]!['parent'] = 7)), ['UNIT.WRONG_TYPE units[3].parent 4']],
    ['a blank parent', changed((d) => (d.units[3]!['parent'] = ' ')), ['UNIT.EMPTY units[3].parent 4']],
    ['a position of text', changed((d) => (d.units[3]!['position'] = '4')), ['UNIT.WRONG_TYPE units[3].position 4']],
    ['half a position', changed((d) => (d.units[3]!['position'] = 1.5)), ['UNIT.WRONG_TYPE units[3].position 4']],
    ['position 0', changed((d) => (d.units[3]!['position'] = 0)), ['UNIT.OUT_OF_RANGE units[3].position 4']],
    ['a far position', changed((d) => (d.units[3]!['position'] = 1e9)), ['UNIT.OUT_OF_RANGE units[3].position 4']],
    ['an empty alias', changed((d) => (d.units[1]!['aliases'] = ['发改委', ''])), ['UNIT.EMPTY units[1].aliases[1] 2']],
    ['a code twice', changed((d) => (d.units[3]!['code'] = 'Ｙ01')), ['UNIT.CODE_TWICE units[3].code 4']],
    ['a name twice', changed((d) => (d.units[0]!['name'] = '市发改委(物价局)')), ['UNIT.NAME_TWICE units[1].name 2']],
    [
      'an alias that is the name of another',
      changed((d) => (d.units[1]!['aliases'] = ['发改委', '市教育局'])),
      ['UNIT.NAME_CLASH units[1].aliases[1] 2'],
    ],
    [
      'an alias that is the alias of another',
      changed((d) => (d.units[2]!['aliases'] = ['市发改委'])),
      ['UNIT.NAME_CLASH units[2].aliases[0] 3'],
    ],
    [
      'an official name that is the name of another',
      changed((d) => (d.units[1]!['official'] = '市教育局')),
      ['UNIT.NAME_CLASH units[1].official 2'],
    ],
    [
      'a group with the name of a unit',
      changed((d) => (d.groups[0]!['name'] = '市教育局')),
      ['UNIT.NAME_TWICE groups[0].name 1'],
    ],
    [
      'a group code twice',
      changed((d) => (d.groups[0]!['code'] = 'central')),
      ['UNIT.GROUP_CODE_TWICE groups[1].code 2'],
    ],
  ])('refuses %s', (_, document, faults) => {
    expect(faultsOf(document)).toEqual(faults);
  });

  it('gives all faults at once, those of half legible entries too', () => {
    const document = changed((d) => {
      d['unit'] = [];
      d.jurisdiction = '';
      Object.assign(d.units[0]!, { kind: undefined, extra: 1 });
      Object.assign(d.units[3]!, { code: 'Y01', name: '市教育局', kind: 3 });
      delete d.groups[0]!['name'];
    });
    expect(faultsOf(document).toSorted()).toEqual([
      'UNIT.CODE_TWICE units[3].code 4',
      'UNIT.EMPTY jurisdiction',
      'UNIT.MISSING_FIELD groups[0].name 1',
      'UNIT.MISSING_FIELD units[0].kind 1',
      'UNIT.NAME_TWICE units[3].name 4',
      'UNIT.UNKNOWN_FIELD unit',
      'UNIT.UNKNOWN_FIELD units[0].extra 1',
      'UNIT.WRONG_TYPE units[3].kind 4',
    ]);
    expect(readUnitDocument(document).groupCodes).toEqual(['all', 'central']);
  });

  it('says in each fault what to do', () => {
    const { faults } = readUnitDocument(changed((d) => (d.units[3]!['code'] = 'Y01')));
    expect(faults[0]?.message).toBe('The code Y01 stands in row 1 too. Give each its own.');
  });
});
