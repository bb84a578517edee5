import type { LineLimit } from '@duban/domain';

/** A line (线路): the way to one mail server, robot or destination, over which no more goes than it takes. */
export interface Line {
  name: string;
  /** Null: as much as comes. */
  limit: LineLimit | null;
  /** So many messages at most are handed over at the same time, by all workers; null: as many as there are workers. */
  atOnce: number | null;
}
