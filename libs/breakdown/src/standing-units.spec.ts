import { readStandingUnits } from './standing-units';

describe('readStandingUnits', () => {
  it.each<[string, string[], string]>([
    ['以下均需各县政府落实', ['各县政府'], 'responsible'],
    [
      '以下各项任务均需各县（市、区）政府、园区管委会落实，不再列出',
      ['各县（市、区）政府', '园区管委会'],
      'responsible',
    ],
    ['Units are added to every later task: 以下都要市财政局、市发改委配合。', ['市财政局', '市发改委'], 'cooperating'],
    ['上述任务均由各区人民政府具体负责', ['各区人民政府'], 'responsible'],
  ])('%s', (sentence, units, role) => expect(readStandingUnits(sentence)).toEqual({ units, role }));

  it.each(['', '下同。', '以下简称园区', '列第一位的为牵头单位', '以下均需', `以下均需${'各'.repeat(50_000)}`])(
    'finds nobody in %.20s',
    (sentence) => expect(readStandingUnits(sentence)).toBeNull(),
  );
});
