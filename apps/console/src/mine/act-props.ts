import type { Schemas } from '../api/client';

export type Task = Schemas['TaskDto'];
export type Part = Task['assignments'][number];

/** What every act is given. */
export interface ActProps {
  task: Task;
  part: Part;
  /** What it is about, where the address says so: an obligation, a notice, a contribution, a report. */
  of: string | null;
  /** It has happened: says so, and goes back to what else is owed. */
  done: () => void;
  refresh: () => Promise<unknown>;
}
