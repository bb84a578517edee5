import { readDates, readSchedule } from './dates';

const dates = (text: string, year: number | null = 2031) =>
  readDates(text, year).map(({ start, end, due }) => [text.slice(start, end), due]);

describe('readDates', () => {
  it.each<[string, string, string | null]>([
    ['6月底前完成', '6月底前', '2031-06-30'],
    ['2032年9月底前完成', '2032年9月底前', '2032-09-30'],
    ['2032年2月底前完成', '2032年2月底前', '2032-02-29'],
    ['于10月15日前报送', '于10月15日前', '2031-10-15'],
    ['一季度前完成', '一季度前', '2031-03-31'],
    ['三季度启动', '三季度', '2031-09-30'],
    ['上半年建成', '上半年', '2031-06-30'],
    ['年底前见效', '年底前', '2031-12-31'],
    ['到2035年，建成水网', '到2035年', '2035-12-31'],
    ['到2035年年底建成', '到2035年年底', '2035-12-31'],
    ['年内开工', '年内', '2031-12-31'],
    ['明年3月底前完成', '明年3月底前', '2032-03-31'],
    ['9月投入使用', '9月', '2031-09-30'],
    ['５月中旬前', '５月中旬前', '2031-05-20'],
    ['修渠，持续推进。', '持续推进', null],
    ['每月25日前报送', '每月25日前', null],
    ['自方案印发之日起30日内办结', '自方案印发之日起30日内', null],
    ['自本工作方案及有关配套文件印发之日起30日内办结', '自本工作方案及有关配套文件印发之日起30日内', null],
    ['收到交办通知书原件后30个工作日内办结', '收到交办通知书原件后30个工作日内', null],
    ['5年内建成', '5年内', null],
  ])('reads %s', (text, words, due) => expect(dates(text)).toEqual([[words, due]]));

  it.each([
    '截至2031年底已建成',
    '有效期至2035年12月底',
    '2019年的经验',
    '毕业5年内的学生',
    '2025年底前建成的老渠',
    '持续推进水利建设',
    '每年选一批',
    '去年底',
    '从二季度起',
    '2031年1月1日至12月31日',
    '第85次会议',
    '用5年时间',
  ])('finds no deadline in %s', (text) => expect(dates(text)).toEqual([]));

  it('gives no date where no year follows', () => expect(dates('6月底前完成', null)).toEqual([['6月底前', null]]));
  it('carries the year of the date before', () => {
    expect(dates('2033年3月底前开工，10月底前建成', null)).toEqual([
      ['2033年3月底前', '2033-03-31'],
      ['10月底前', '2033-10-31'],
    ]);
  });
  it('takes a plain date in a field', () => {
    const field = (text: string) => readDates(text, 2031, true).map(({ due }) => due);
    expect(['2031年6月', '2031.6.15', '2031-06-15', '6月15日', '2031年', '2031年1月—2031年12月'].map(field)).toEqual([
      ['2031-06-30'],
      ['2031-06-15'],
      ['2031-06-15'],
      ['2031-06-15'],
      ['2031-12-31'],
      ['2031-12-31'],
    ]);
  });
});

/** A schedule without the places of its dates. */
const schedule = (content: string, field: string | null) => {
  const { deadline, milestones } = readSchedule(content, field, 2031);
  const words = [...(deadline ? [deadline] : []), ...milestones].map((date) => {
    expect((date.in === 'field' ? (field ?? '') : content).slice(date.start, date.end)).toBe(date.text);
    return { text: date.text, due: date.due };
  });
  return { deadline: deadline ? words[0] : null, milestones: deadline ? words.slice(1) : words };
};

describe('readSchedule', () => {
  it('makes the latest date the deadline and the earlier ones milestones', () => {
    expect(schedule('6月底前开工，3月底前立项，年底前建成。', null)).toEqual({
      deadline: { text: '年底前', due: '2031-12-31' },
      milestones: [
        { text: '3月底前', due: '2031-03-31' },
        { text: '6月底前', due: '2031-06-30' },
      ],
    });
  });
  it('keeps the words of a deadline field', () => {
    expect(schedule('一季度立项。', '持续推进，11月底前投用')).toEqual({
      deadline: { text: '持续推进，11月底前投用', due: '2031-11-30' },
      milestones: [{ text: '一季度', due: '2031-03-31' }],
    });
    expect(schedule('修渠。', '长期坚持').deadline).toEqual({ text: '长期坚持', due: null });
  });
  it('is empty without dates', () => expect(schedule('修渠。', null)).toEqual({ deadline: null, milestones: [] }));
});
