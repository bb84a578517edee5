import fc from 'fast-check';
import { Random } from '../chaos/random';
import { loadOf } from './country';

const RATES = { followUps: 1_000, eventsADeed: 2, bytesAnEvent: 1_000 };
const of = (governments: number, tasks: number, rates = RATES) =>
  loadOf([{ name: '县', governments, tasks }], rates, new Random(7));

describe('the load of a country', () => {
  it('is that of the sample for one government with the tasks of the sample', () => {
    const { tasks, assignments, obligations } = of(1, 42);
    // Signing and completion of 216 parts, five dates of 51 leads.
    expect({ tasks, assignments, obligations }).toEqual({ tasks: 42, assignments: 216, obligations: 2 * 216 + 5 * 51 });
  });

  it('grows with governments and with tasks, and its worst hour is no more than the year', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 10, max: 300 }), (governments, tasks) => {
        const [one, twice] = [of(governments, tasks), of(governments * 2, tasks)];
        expect(one.worstHour).toBeLessThanOrEqual(one.followUps);
        expect(twice.followUps / one.followUps).toBeGreaterThan(1.5);
        expect(of(governments, tasks * 2).events).toBeGreaterThan(one.events * 1.8);
      }),
    );
  });

  it('asks for as many databases as do the worst hour within a quarter of an hour', () => {
    const { worstHour } = of(1_000, 100);
    const rate = worstHour / (15 * 60);
    expect(of(1_000, 100, { ...RATES, followUps: rate * 1.01 }).databasesForQuarterHour).toBe(1);
    expect(of(1_000, 100, { ...RATES, followUps: rate / 2.5 }).databasesForQuarterHour).toBe(3);
  });
});
