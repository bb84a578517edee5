import { createWorkingCalendar, type LocalDate } from '@duban/kernel';
import fc from 'fast-check';
import { type ClockEvent, dateAfterStops, type Stop, stoppedDays, stopsOf } from './stopped-time';

const day = (text: string): LocalDate => text as LocalDate;
/** Without holidays: Monday to Friday. */
const calendar = createWorkingCalendar({ version: 'test', papers: [] });

const event = (on: string, isStopped: boolean): ClockEvent => ({ on: day(on), isStopped });
const stop = (from: string, to: string | null): Stop => ({ from: day(from), to: to === null ? null : day(to) });

describe('when the clock stood', () => {
  it.each<[string, ClockEvent[], Stop[]]>([
    ['never', [event('2026-03-02', false), event('2026-03-09', false)], []],
    [
      'once',
      [event('2026-03-02', false), event('2026-03-09', true), event('2026-03-16', false)],
      [stop('2026-03-09', '2026-03-16')],
    ],
    ['still', [event('2026-03-09', true)], [stop('2026-03-09', null)]],
    [
      'for two reasons that overlap, once',
      [event('2026-03-02', true), event('2026-03-04', true), event('2026-03-06', true), event('2026-03-09', false)],
      [stop('2026-03-02', '2026-03-09')],
    ],
    [
      'twice',
      [event('2026-03-02', true), event('2026-03-04', false), event('2026-03-09', true), event('2026-03-10', false)],
      [stop('2026-03-02', '2026-03-04'), stop('2026-03-09', '2026-03-10')],
    ],
  ])('%s', (_, events, stops) => {
    expect(stopsOf(events)).toEqual(stops);
  });
});

describe('a date after the clock stood', () => {
  it.each<[string, string, Stop[], string]>([
    ['does not move without a stop', '2026-03-20', [], '2026-03-20'],
    ['moves by the working days', '2026-03-20', [stop('2026-03-09', '2026-03-16')], '2026-03-27'],
    ['takes no day for a stop within one', '2026-03-20', [stop('2026-03-09', '2026-03-09')], '2026-03-20'],
    ['takes no day for a weekend', '2026-03-20', [stop('2026-03-14', '2026-03-16')], '2026-03-20'],
    [
      'moves by two stops',
      '2026-03-20',
      [stop('2026-03-09', '2026-03-11'), stop('2026-03-16', '2026-03-17')],
      '2026-03-25',
    ],
    ['moves for a stop that begins on the last day', '2026-03-20', [stop('2026-03-20', '2026-03-24')], '2026-03-24'],
    ['stays late that was late before', '2026-03-20', [stop('2026-03-23', '2026-04-20')], '2026-03-20'],
    ['counts nothing from before it was set', '2026-03-20', [stop('2026-02-02', '2026-03-03')], '2026-03-23'],
    ['waits for a stop that stands', '2026-03-20', [stop('2026-03-09', null)], '2026-03-20'],
  ])('%s', (_, due, stops, after) => {
    expect(dateAfterStops(day(due), day('2026-03-02'), stops, calendar)).toBe(after);
  });

  const days = fc
    .integer({ min: 0, max: 400 })
    .map((n) => day(new Date(Date.UTC(2026, 0, 5 + n)).toISOString().slice(0, 10)));
  const anyStops = fc
    .uniqueArray(days, { maxLength: 8 })
    .map((list) => list.toSorted())
    .map((list) => Array.from({ length: Math.floor(list.length / 2) }, (_, i) => stop(list[2 * i]!, list[2 * i + 1]!)));

  it('a pause is never lost and never counted twice (glpi 15605, 6902, 23359)', () => {
    fc.assert(
      fc.property(days, anyStops, (due, stops) => {
        const since = day('2026-01-01');
        const set = calendar.effectiveDate(due);
        const after = dateAfterStops(set, since, stops, calendar);
        const moved = calendar.workingDaysBetween(set, after);
        // Never more than the clock stood, all of it where every stop began in time, and the same however often asked.
        expect(moved).toBeLessThanOrEqual(stoppedDays(since, stops, calendar));
        if (stops.every(({ from }) => from <= set)) expect(moved).toBe(stoppedDays(since, stops, calendar));
        expect(dateAfterStops(set, since, stops, calendar)).toBe(after);
        expect(after >= set).toBe(true);
      }),
    );
  });
});
