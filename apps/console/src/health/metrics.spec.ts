import { samplesIn, tableOf } from './metrics';

const TEXT = `# HELP duban_jobs Jobs of the queues.
# TYPE duban_jobs gauge
duban_jobs{queue="sweep",state="waiting"} 0
duban_jobs{queue="sweep",state="failed"} 2
duban_jobs{queue="imports",state="waiting"} 1.5e+3
duban_lost_jobs 3
not a sample
`;

describe('what the metrics say', () => {
  it('is read by name and label', () => {
    const samples = samplesIn(TEXT);
    expect(samples.get('duban_lost_jobs')).toEqual([{ labels: {}, value: 3 }]);
    const table = tableOf(samples.get('duban_jobs')!, 'queue', 'state');
    expect([...table.keys()]).toEqual(['sweep', 'imports']);
    expect(table.get('sweep')!.get('failed')).toBe(2);
    expect(table.get('imports')!.get('waiting')).toBe(1500);
  });

  it('is nothing where nothing is said', () => expect(samplesIn('').size).toBe(0));
});
