import { GuessLimiter } from './guess-limiter';

const MINUTE = 60_000;

describe('GuessLimiter', () => {
  let now = 0;
  const clock = () => now;
  beforeEach(() => (now = 0));

  const admitted = (limiter: GuessLimiter, username: string, tries: number): boolean[] =>
    Array.from({ length: tries }, () => limiter.admit(username));

  it('admits ten tries for a username in five minutes, and others all the while', () => {
    const limiter = new GuessLimiter(clock);
    expect(admitted(limiter, 'office', 12)).toEqual([...Array(10).fill(true), false, false]);
    expect(limiter.admit('officer')).toBe(true);
  });

  it('admits again as tries grow old; refused tries do not prolong the wait', () => {
    const limiter = new GuessLimiter(clock);
    admitted(limiter, 'office', 9);
    now = 2 * MINUTE;
    admitted(limiter, 'office', 1);
    now = 4 * MINUTE;
    expect(limiter.admit('office')).toBe(false);
    now = 5 * MINUTE;
    expect(admitted(limiter, 'office', 10)).toEqual([...Array(9).fill(true), false]);
  });

  it('forgets failures after a success', () => {
    const limiter = new GuessLimiter(clock);
    admitted(limiter, 'office', 10);
    limiter.succeeded('office');
    expect(limiter.admit('office')).toBe(true);
  });

  it('remembers ten thousand usernames and no more', () => {
    const limiter = new GuessLimiter(clock);
    admitted(limiter, 'oldest', 10);
    admitted(limiter, 'touched', 10);
    for (let index = 0; index < 9_998; index++) limiter.admit(`name ${index}`);
    expect(limiter.admit('touched')).toBe(false);
    limiter.admit('one more');
    expect(limiter.admit('touched')).toBe(false);
    expect(limiter.admit('oldest')).toBe(true);
  });
});
