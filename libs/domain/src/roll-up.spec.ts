import fc from 'fast-check';
import { ASSIGNMENT_STATES } from './assignment.machine';
import { ENDED_STATES } from './assignment.machine';
import { type LowerTask, rollUp, worstLight } from './roll-up';

const leaf = (state: LowerTask['state'], light: LowerTask['light'], due: string | null = null): LowerTask => ({
  state,
  light,
  nextDueAt: due === null ? null : new Date(due),
  below: [],
});

/** Three levels below at most. */
const lowerOf = (depth: number): fc.Arbitrary<LowerTask> =>
  fc.record({
    state: fc.constantFrom(...ASSIGNMENT_STATES),
    light: fc.constantFrom('green', 'yellow', 'red', null),
    nextDueAt: fc.option(fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })),
    below: depth === 0 ? fc.constant([]) : fc.array(lowerOf(depth - 1), { maxLength: 3 }),
  });
const lower = lowerOf(3);
const several = fc.array(lower, { maxLength: 8 });

const all = (tasks: readonly LowerTask[]): LowerTask[] => tasks.flatMap((task) => [task, ...all(task.below)]);

describe('The roll-up of a second level (汇总)', () => {
  it('counts states and lights, tells the least advanced, the next date and the share that is done', () => {
    expect(
      rollUp([
        leaf('verified', 'green'),
        leaf('in_progress', 'yellow', '2026-03-01T00:00:00Z'),
        leaf('reported', 'red', '2026-02-01T00:00:00Z'),
        leaf('cancelled', null),
      ]),
    ).toMatchObject({
      tasks: 4,
      byState: { assigned: 0, in_progress: 1, reported: 1, verified: 1, cancelled: 1 },
      leastAdvanced: 'in_progress',
      lights: { green: 1, yellow: 1, red: 1 },
      nextDueAt: new Date('2026-02-01T00:00:00Z'),
      shareDone: 1 / 3,
    });
  });

  it('tells of nothing that there is nothing', () => {
    expect(rollUp([])).toMatchObject({ tasks: 0, leastAdvanced: null, nextDueAt: null, shareDone: 0 });
  });

  it('shows at the top what is late far down', () => {
    const section = leaf('assigned', 'red', '2026-01-05T00:00:00Z');
    const bureau = { ...leaf('in_progress', 'green'), below: [section] };
    const { lights, nextDueAt, byState } = rollUp([{ ...leaf('in_progress', 'green'), below: [bureau] }]);
    expect([lights, nextDueAt, byState.in_progress]).toEqual([{ green: 0, yellow: 0, red: 1 }, section.nextDueAt, 1]);
  });

  it('is the sum of its tasks, whatever their order', () => {
    fc.assert(
      fc.property(several, several, (one, other) => {
        const whole = rollUp([...one, ...other]);
        const parts = [rollUp(one), rollUp(other)];
        const sum = (of: (part: ReturnType<typeof rollUp>) => number): number =>
          parts.reduce((total, part) => total + of(part), 0);
        expect(whole.tasks).toBe(sum((part) => part.tasks));
        for (const state of ASSIGNMENT_STATES) expect(whole.byState[state]).toBe(sum((part) => part.byState[state]));
        for (const light of ['green', 'yellow', 'red'] as const) {
          expect(whole.lights[light]).toBe(sum((part) => part.lights[light]));
        }
        expect(rollUp([...other, ...one])).toEqual(whole);
      }),
    );
  });

  it('has no light that is better than any below it, nor a date later than the first', () => {
    const rank = ['green', 'yellow', 'red'];
    fc.assert(
      fc.property(lower, (task) => {
        const lights = all([task]).flatMap(({ light }) => (light === null ? [] : [rank.indexOf(light)]));
        const worst = worstLight(task);
        expect(worst === null ? [] : [rank.indexOf(worst)]).toEqual(lights.length === 0 ? [] : [Math.max(...lights)]);
        const dates = all([task]).flatMap(({ nextDueAt }) => (nextDueAt === null ? [] : [nextDueAt.getTime()]));
        expect(rollUp([task]).nextDueAt?.getTime() ?? null).toBe(dates.length === 0 ? null : Math.min(...dates));
      }),
    );
  });

  it('is done when, and only when, all that counts is verified', () => {
    fc.assert(
      fc.property(several, (tasks) => {
        const counted = tasks.filter(({ state }) => state !== 'cancelled');
        const isDone = counted.length > 0 && counted.every(({ state }) => state === 'verified');
        const { shareDone } = rollUp(tasks);
        expect(shareDone === 1).toBe(isDone);
        expect(shareDone).toBeGreaterThanOrEqual(0);
        expect(shareDone).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('takes for ended what the machine lets go nowhere', () => {
    expect(ENDED_STATES).toEqual(['verified', 'cancelled', 'not_implemented']);
  });
});
