import { QUEUE_NAMES, specOf } from './queue.registry';

describe.each(QUEUE_NAMES)('queue %s', (name) => {
  const spec = specOf(name);

  it('has a name and jobs that the store accepts', () => {
    expect(name).toMatch(/^[a-z-]+$/);
    for (const job of Object.keys(spec.jobs)) expect(job).toMatch(/^[a-z]+\.[a-z]+$/);
  });

  it('keeps a bounded number of finished jobs', () => {
    expect(spec.keepCompleted.count).toBeGreaterThan(0);
    expect(spec.keepCompleted.count).toBeLessThanOrEqual(1_000);
    expect(spec.keepFailed.count).toBeLessThanOrEqual(1_000);
  });

  it("gives a killed worker's job to another within seconds", () => {
    expect(spec.lockMs + spec.stalledCheckMs).toBeLessThanOrEqual(15_000);
  });

  it('carries nothing that its schema does not name', () => {
    for (const schema of Object.values(spec.jobs)) {
      expect(schema.safeParse({ name: '张三', text: '请办理' }).success).toBe(false);
    }
  });
});
