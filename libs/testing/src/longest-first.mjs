import TestSequencer from '@jest/test-sequencer';

/**
 * Jest begins with what took longest the last time, and in a fresh checkout, as in CI, with the largest files. The
 * stories that start whole products are short to read and long to run: begun last, one worker would run them alone.
 */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isStory = (test) => test.duration === undefined && test.path.endsWith('.e2e-spec.ts');
    return [...sorted.filter(isStory), ...sorted.filter((test) => !isStory(test))];
  }
}
