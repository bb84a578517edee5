import type { Schemas } from '../api/client';
import type { Undo } from '../undo/inverses';

export type Task = Schemas['TaskDto'];
export type Part = Task['assignments'][number];

/** What every act is given. */
export interface ActProps {
  task: Task;
  part: Part;
  /** What it is about, where the address says so: an obligation, a notice, a contribution, a report. */
  of: string | null;
  /** It has happened: says so, offers to take it back where that goes, and goes back to what else is owed. */
  done: (undo?: Undo | null) => void;
  refresh: () => Promise<unknown>;
}
