import chineseDays from 'chinese-days';
import { expectedOf, workdaysFrom } from './on-paper';

const isWorkday = (day: string): boolean => chineseDays.isWorkday(day);

describe('follow-ups on paper', () => {
  it.each([
    ['2026-02-10', -5, '2026-02-03'],
    ['2026-02-10', -1, '2026-02-09'],
    ['2026-02-10', 0, '2026-02-10'],
    // Saturday 14 February is worked for the Spring Festival of 15 to 23 February; the 28th, a Saturday, too.
    ['2026-02-13', 1, '2026-02-14'],
    ['2026-02-13', 2, '2026-02-24'],
    ['2026-02-13', 6, '2026-02-28'],
  ])('%s and %i working days is %s', (day, days, found) => {
    expect(workdaysFrom(day, days, isWorkday)).toBe(found);
  });

  it('lists those between its making and its end, at nine', () => {
    const owed = {
      id: 'd',
      ladder: 'three-colour',
      effectiveOn: '2026-02-10',
      createdAt: Date.parse('2026-02-03T09:00:00+08:00'),
      settledAt: Date.parse('2026-02-13T09:00:00+08:00'),
      isMoved: false,
    };
    const sent = expectedOf(owed, isWorkday, Date.parse('2026-12-31T00:00:00Z'));
    expect(sent.map(({ rung, at }) => `${rung} ${new Date(at).toISOString()}`)).toEqual([
      'remind-1 2026-02-09T01:00:00.000Z',
      'urge 2026-02-11T01:00:00.000Z',
    ]);
  });
});
