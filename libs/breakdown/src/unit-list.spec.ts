import { readUnitList } from './unit-list';

const names = (list: string): string[] => readUnitList(list).units.map((unit) => unit.name);

describe('readUnitList', () => {
  it.each<[string, string, string[]]>([
    ['marks of both widths', '市水务局、市林业局,市财政局；市审计局', ['市水务局', '市林业局', '市财政局', '市审计局']],
    ['a group with 、 inside', '省水利厅，各市、州、县人民政府', ['省水利厅', '各市、州、县人民政府']],
    ['a group that a blank has parted', '各乡\t镇人民政府、市水务局', ['各乡镇人民政府', '市水务局']],
    ['a group behind a blank', '市水务局\n各市、州、县人民政府', ['市水务局', '各市、州、县人民政府']],
    ['a group with 、 and a bracket', '市水务局，各区、县（市）政府', ['市水务局', '各区、县（市）政府']],
    [
      'a group with its bracket in the middle',
      '各县（市、区）人民政府、功能区管委会',
      ['各县（市、区）人民政府', '功能区管委会'],
    ],
    ['two groups', '各地区、各部门', ['各地区', '各部门']],
    ['towns and streets', '各乡镇、街道', ['各乡镇、街道']],
    ['及 before a group', '水利部及各地区', ['水利部', '各地区']],
    ['和 before a group', '市工商联和有关区县政府', ['市工商联', '有关区县政府']],
    ['和 between two units', '市委宣传部和市文旅局', ['市委宣传部', '市文旅局']],
    ['会同', '市水务局会同市林业局', ['市水务局', '市林业局']],
    [
      '和 inside names',
      '市住房和城市更新局、县自然资源和规划局、区政务和数据局',
      ['市住房和城市更新局', '县自然资源和规划局', '区政务和数据局'],
    ],
    ['和 in other names', '市中小企业和民营经济局、县社会和法制委', ['市中小企业和民营经济局', '县社会和法制委']],
    ['和 inside a group', '国务院相关部门和单位', ['国务院相关部门和单位']],
    ['an abbreviated list', '青山、白水、红岩县人民政府', ['青山县人民政府', '白水县人民政府', '红岩县人民政府']],
    ['an abbreviated list behind a department', '市林业局，新会、云溪区政府', ['市林业局', '新会区政府', '云溪区政府']],
    ['an abbreviated list of cities', '青山、白水市', ['青山市', '白水市']],
    ['places of different levels', '青山州、白水市人民政府', ['青山州人民政府', '白水市人民政府']],
    ['zones with one organ', '临江新区、云台经开区管委会', ['临江新区管委会', '云台经开区管委会']],
    ['no place completed across a comma', '青山集团，白水县政府', ['青山集团', '白水县政府']],
    ['a dropped prefix left as written', '省水利厅、林业局、教育厅', ['省水利厅', '林业局', '教育厅']],
    ['twins', '青山县委、县政府', ['青山县委', '青山县政府']],
    ['no twins without a place', '市委、市政府', ['市委', '市政府']],
    ['an aside', '各区人民政府〈含临江新区,下同〉', ['各区人民政府']],
    ['an aside in the middle', '有关区县（自治县，以下简称区县）政府', ['有关区县政府']],
    [
      'a bracket of the name',
      '市委组织部（人才办）、市发改委〔粮食局〕',
      ['市委组织部（人才办）', '市发改委〔粮食局〕'],
    ],
    ['two names of one body', '市经信局市数据局', ['市经信局市数据局']],
    ['blanks between units', '县统计局 县税务局', ['县统计局', '县税务局']],
    ['blanks inside a name', '县 统计 局', ['县统计局']],
    ['a line break inside a name', '县统\n计局', ['县统计局']],
    ['verbs at the end', '市水务局、市林业局按职责分工负责', ['市水务局', '市林业局']],
    ['other verbs', '市水务局具体负责', ['市水务局']],
    ['the label in a name', '9个帮扶集团牵头单位、青山资本', ['9个帮扶集团牵头单位', '青山资本']],
    ['nothing', '无', []],
    ['only marks', '、，', []],
  ])('reads %s', (_name, list, expected) => expect(names(list)).toEqual(expected));

  it('ends a group at an open tail', () => expect(names('市等部门、各区政府')).toEqual(['市', '各区政府']));

  it.each<[string, string[], string | null]>([
    ['市水务局等相关部门', ['市水务局'], '等相关部门'],
    ['市水务局、市林业局等有关部门和单位', ['市水务局', '市林业局'], '等有关部门和单位'],
    ['水利部等国务院相关部门及各地区', ['水利部', '各地区'], '等国务院相关部门'],
    ['市水务局等按职责分工负责', ['市水务局'], '等'],
    ['市高等教育局', ['市高等教育局'], null],
    ['市水务局', ['市水务局'], null],
  ])('sets the open tail of %s apart', (list, expected, tail) => {
    expect(names(list)).toEqual(expected);
    expect(readUnitList(list).openEnded).toBe(tail);
  });

  it('marks the lead and counts the groups that commas make', () => {
    expect(readUnitList('市水务局（牵头）、市林业局，各区政府').units).toEqual([
      { name: '市水务局', start: 0, end: 8, group: 0, leads: true },
      { name: '市林业局', start: 9, end: 13, group: 0, leads: false },
      { name: '各区政府', start: 14, end: 18, group: 1, leads: false },
    ]);
  });
});
