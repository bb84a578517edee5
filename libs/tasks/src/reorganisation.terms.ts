import type { UnitChangeTerms } from '@duban/directory';

/** Whose open work is to be, of the parts of some plans, tasks or assignments; of several units, of each. */
export interface WorkMove {
  planIds?: string[];
  taskIds?: string[];
  assignmentIds?: string[];
  /** Codes of units. The first takes a part over, the others get one of their own. */
  to: string[];
}

/** What a reorganisation does, as it was asked for: to the directory, and to open work. */
export interface ReorganisationTerms extends UnitChangeTerms {
  /** The first that names a part decides where it goes. */
  moves: WorkMove[];
  /** Code of the unit that takes over what no move names. */
  default: string | null;
  /** What no move names, and no unit takes over, is cancelled. */
  cancelOpen: boolean;
}
