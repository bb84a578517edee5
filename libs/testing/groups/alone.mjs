/**
 * Spec files that a whole run takes by themselves: what is long enough to be shared out among the workers, replaces a
 * module, or keeps snapshots. All others are run together, a group a process: half of what a short one takes is to load
 * the modules.
 */
export const ALONE =
  /(\.e2e-spec|\.model\.int-spec|\.measures\.int-spec|story\.int-spec|\/(answers|breakdown-by-rows|fuzz|random-orders|rights|rights-by-rows|rights-matrix)\.int-spec|\/templates\.spec)\.ts$/;

/** What a whole run takes: the groups, and what is alone. */
export const WHOLE_RUN = [String.raw`\.group\.ts$`, ALONE.source];
