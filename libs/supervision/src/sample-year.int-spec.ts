import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useOffice } from '../test/office';

const SAMPLE = join(__dirname, '..', '..', '..', 'apps', 'cli', 'sample');
const read = (name: string): string => readFileSync(join(SAMPLE, name), 'utf8');

describe('the sample plan of a city in which nobody ever answers', () => {
  const t = useOffice('2023-01-12T09:00:00+08:00', JSON.parse(read('units.json')));
  const expected = JSON.parse(read('expected.json')) as { assignments: number; leadAssignments: number };

  /*
   * What each morning brings, by hand: contact alone for the first reminder, contact and head for the second, the urge
   * and blue, head and one copy for orange and red, since no task names a leader and the office stands in. Task 5 has a
   * milestone on 30 April, which takes effect on 4 May after the holidays. Nothing else is due before May.
   */
  const { assignments: all, leadAssignments: leads } = expected;
  const MORNINGS: [day: string, followUps: number][] = [
    ['2023-01-16', all],
    ['2023-01-17', 2 * all],
    ['2023-01-19', 2 * all],
    ['2023-02-03', leads],
    ['2023-02-09', 2 * leads],
    ['2023-02-13', 2 * leads],
    ['2023-02-15', 2 * leads],
    ['2023-02-20', 2 * leads],
    ['2023-02-24', 2 * leads],
    ['2023-04-13', leads],
    ['2023-04-19', 2 * leads],
    ['2023-04-21', 2 * leads],
    ['2023-04-24', 2 * leads + 1],
    ['2023-04-27', 2 * leads],
    ['2023-04-28', 2],
  ];

  it('is followed up on the mornings of the calendar and on no other, at nine', async () => {
    const { office } = t;
    const planId = await office.draft(read('plan.txt').replaceAll('{{year}}', '2023'));
    await office.issue(planId);
    for (const stop of ['2023-02-09', '2023-02-13', '2023-04-19', '2023-04-28']) {
      await office.passTo(`${stop}T18:00:00+08:00`);
      const days = await office.query<{ at: string; n: number }>(
        `select to_char(fired_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as at, count(*)::int as n
         from follow_up group by 1 order by 1`,
      );
      const until = MORNINGS.filter(([day]) => day <= stop).map(([day, n]) => ({ at: `${day} 09:00`, n }));
      expect(days).toEqual(until);
    }
    const notices = await office.query(
      `select colour, count(*)::int as n, max(substring(number from '〔2023〕(\\d+)号')::int) as last
       from supervision_notice group by 1 order by 1`,
    );
    expect(notices).toEqual([
      { colour: 'blue', n: all + 2 * leads, last: all + 2 * leads },
      { colour: 'orange', n: 2 * leads, last: 2 * leads },
      { colour: 'red', n: leads, last: leads },
    ]);
  });
});
