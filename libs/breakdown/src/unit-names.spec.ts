import { cleanName, isBarePlace, isFirmUnit, sharedEnding } from './unit-names';

describe('unit names', () => {
  it('knows a bare place from a unit', () => {
    expect(['青山', '新会', '五色土家'].map(isBarePlace)).toEqual([true, true, true]);
    expect(['妇联', '市委', '各区', '县文联', '省财政'].map(isBarePlace)).toEqual([false, false, false, false, false]);
  });
  it('is sure of a unit only where no name goes on', () => {
    expect(['市水务局', '市委组织部(人才办)', '各地区'].map(isFirmUnit)).toEqual([true, true, true]);
    expect(['市住房', '社会', '城市', '中小企业'].map(isFirmUnit)).toEqual([false, false, false, false]);
  });
  it('tells what an abbreviated list shares', () => {
    expect(sharedEnding('云溪区人民政府')).toEqual({ level: '区', organ: '人民政府' });
    expect(sharedEnding('白水市')).toEqual({ level: '市', organ: '' });
    expect(sharedEnding('各区人民政府')).toBeNull();
    expect(sharedEnding('市水务局')).toBeNull();
  });
  it('cleans a name whose bracket never closes', () => {
    expect(cleanName('市水务局（人才')).toEqual({ name: '市水务局（人才', leads: false });
    expect(cleanName('市水务局（含分局')).toEqual({ name: '市水务局', leads: false });
  });
});
