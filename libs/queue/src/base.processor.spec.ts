import { assertEveryQueueHasAProcessor } from './base.processor';

describe('assertEveryQueueHasAProcessor', () => {
  it('accepts one processor a queue', () => {
    expect(() =>
      assertEveryQueueHasAProcessor([
        { queue: 'sweep' },
        { queue: 'notifications' },
        { queue: 'imports' },
        { queue: 'archives' },
      ]),
    ).not.toThrow();
  });

  it('names a queue that nobody serves', () => {
    expect(() => assertEveryQueueHasAProcessor([{ queue: 'sweep' }])).toThrow('notifications (0)');
  });

  it('names a queue that is served twice', () => {
    const twice = [
      { queue: 'sweep' },
      { queue: 'sweep' },
      { queue: 'notifications' },
      { queue: 'imports' },
      { queue: 'archives' },
    ] as const;
    expect(() => assertEveryQueueHasAProcessor(twice)).toThrow('sweep (2)');
  });
});
