import { describeWithRedis } from '@duban/testing';
import { duban, endLeftovers, ensureBuilt } from '../../worker/test/duban-process';

beforeAll(ensureBuilt, 120_000);
afterEach(endLeftovers);

// It brings a Redis of its own; here it is only asked whether there is one.
describeWithRedis('duban chaos rungs', () => {
  it('loses and doubles nothing while workers, Redis, Postgres and the clock are broken in turn', async () => {
    const running = duban(['chaos', 'rungs', '--rungs', '2000', '--workers', '3', '--faults', '16', '--seed', '7']);
    const { code } = await running.ended;
    const figures = Object.fromEntries(
      running.stdout
        .split('\n')
        .map((line) => /^ *(\d+) {2}(.+)$/.exec(line))
        .filter((found) => found !== null)
        .map(([, figure, name]) => [name, Number(figure)]),
    );
    expect([code, running.stdout.trimEnd().split('\n').at(-1)]).toEqual([0, 'None lost, none doubled.']);
    expect(figures).toMatchObject({ due: 2_000, followUps: 2_000, lost: 0, doubled: 0, unsaid: 0 });
    for (const fault of [
      'a worker killed (-9) and another started',
      'Redis forgets all (FLUSHALL)',
      'Redis away, back empty',
      'Postgres restarted',
      'the clock jumps two hours back',
    ]) {
      expect([fault, figures[fault]]).toEqual([fault, 2]);
    }
  }, 300_000);
});
