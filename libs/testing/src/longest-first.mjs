import TestSequencer from '@jest/test-sequencer';

/** Short to read and long to run: begun last, one worker would run them alone. */
const LONG = [/\.e2e-spec\.ts$/, /\.group\.ts$/];

/**
 * Jest begins with what took longest the last time, and in a fresh checkout, as in CI, with the largest files: there, the
 * stories that start whole products come first, then the groups.
 */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ duration, path }) => {
      const place = duration === undefined ? LONG.findIndex((long) => long.test(path)) : -1;
      return place === -1 ? LONG.length : place;
    };
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
}
