import { describeWithRedis } from '@duban/testing';
import { followupLimitMeasure, followupMeasure } from './followup.measure';
import { listMeasure } from './list.measure';
import { measured } from './measure';
import { asOfMeasure } from './as-of.measure';
import { rescheduleLimitMeasure, rescheduleMeasure } from './reschedule.measure';
import { sweepFlatnessMeasure } from './sweep-flatness.measure';
import { transitionMeasure } from './transition.measures';

// Each side counts for itself what it did, and throws where that is not what it was to do. How fast says nothing here.
describeWithRedis('Measures of the supervision, small', () => {
  it.each([
    followupMeasure,
    followupLimitMeasure,
    sweepFlatnessMeasure,
    rescheduleMeasure,
    rescheduleLimitMeasure,
    listMeasure,
    asOfMeasure,
    transitionMeasure,
  ])('$name does what it measures, on both sides', async ({ prepare }) => {
    const prepared = await prepare(true);
    try {
      const { ours, other } = await measured('runs' in prepared ? { ...prepared, runs: 1 } : prepared);
      for (const { median } of [ours, other]) expect(median).toBeGreaterThan(0);
    } finally {
      await prepared.close?.();
    }
  });
});
