import fc from 'fast-check';
import { addDays, addMonths, parseLocalDate, toEpochDay, toLocalDate } from './local-date';

describe('parseLocalDate', () => {
  it.each(['0001-01-01', '1582-10-10', '1970-01-01', '2000-02-29', '2023-04-20', '2024-02-29', '9999-12-31'])(
    'takes %s',
    (text) => {
      expect(parseLocalDate(text)).toBe(text);
    },
  );

  it.each([
    '2023-02-29',
    '2023-02-30',
    '1900-02-29',
    '2023-04-31',
    '2023-13-01',
    '2023-00-10',
    '2023-01-00',
    '2023-01-32',
  ])('refuses %s, a date that does not exist, whose timer would never fire (camunda 18167)', (text) => {
    expect(() => parseLocalDate(text)).toThrow(RangeError);
    expect(() => parseLocalDate(text)).toThrow(`"${text}" is not a date`);
  });

  it.each([
    '',
    '2023-4-20',
    '20230420',
    '2023/04/20',
    '2023年4月20日',
    ' 2023-04-20',
    '2023-04-20\n',
    '2023-04-20T00:00:00Z',
    '20-04-2023',
    '2023-04',
    '+002023-04-20',
    '-2023-04-20',
    '0000-01-01',
    '２０２３-04-20',
  ])('refuses the form %j', (text) => {
    expect(() => parseLocalDate(text)).toThrow(RangeError);
  });

  it.each([undefined, null, 20230420, new Date(0), ['2023-04-20']])('refuses %p from untyped code', (value) => {
    expect(() => parseLocalDate(value as unknown as string)).toThrow(RangeError);
  });

  it('sorts as text as its days do, with one day between neighbours', () => {
    const days = fc.integer({ min: toEpochDay('0001-01-01'), max: toEpochDay('9999-12-30') });
    fc.assert(
      fc.property(days, (day) => {
        const [date, next] = [toLocalDate(day), toLocalDate(day + 1)];
        expect(parseLocalDate(date)).toBe(date);
        expect(date < next).toBe(true);
        expect(toEpochDay(next) - toEpochDay(date)).toBe(1);
      }),
    );
  });
});

it.each([
  ['2026-01-08', 30, '2026-02-07'],
  ['2026-12-31', 1, '2027-01-01'],
  ['2024-02-28', 1, '2024-02-29'],
  ['2026-03-01', -1, '2026-02-28'],
])('%s and %d days is %s', (date, n, expected) => {
  expect(addDays(parseLocalDate(date), n)).toBe(expected);
});

it.each([
  ['2026-01-08', 1, '2026-02-08'],
  ['2026-01-31', 1, '2026-02-28'],
  ['2024-01-31', 1, '2024-02-29'],
  ['2026-11-30', 3, '2027-02-28'],
  ['2026-10-31', 2, '2026-12-31'],
])('%s and %d months is %s', (date, n, expected) => {
  expect(addMonths(parseLocalDate(date), n)).toBe(expected);
});
