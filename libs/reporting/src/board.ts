import { type AssignmentState, type MatterKind, NOTICE_COLOURS, type RollUp } from '@duban/domain';
import type { PlanSource } from '@duban/tasks';

export const LIGHTS = ['green', 'yellow', 'red'] as const;
export type Light = (typeof LIGHTS)[number];
export const TASK_SORTS = ['position', 'due', '-due'] as const;

export interface TaskFilter {
  planId?: string;
  unitId?: string;
  /** Registered matters (事项登记) of this kind. */
  matterKind?: MatterKind;
  state?: AssignmentState;
  light?: Light;
  /** One of the headings under which the task stands. */
  section?: string;
  /** Tasks with something open that is due before this instant. */
  dueBefore?: Date;
  /** Words in the task's text, or its number. */
  q?: string;
  /** The board as it was at this instant. */
  asOf?: Date;
  sort: (typeof TASK_SORTS)[number];
  limit: number;
  cursor?: string;
}

/** Places in a board from which one can read on. */
export interface Landmarks {
  total: number;
  /** Rows between two of them. */
  every: number;
  /** Each after `position` rows: the next one is the first of the page that `cursor` gives. */
  items: { position: number; label: string | null; cursor: string }[];
}

/** The colours of supervision notices (督办单) in SQL: a thing shows that of its gravest one. */
export const GRAVEST_FIRST = `array['${NOTICE_COLOURS.toReversed().join(`', '`)}']`;

/** A line of the board. */
export interface TaskRow {
  id: string;
  planId: string;
  /** Whether it is of a document, or was registered (事项登记), and then of which kind. */
  source: PlanSource;
  matterKind: MatterKind | null;
  parentId: string | null;
  number: string | null;
  position: number;
  path: string[];
  content: string;
  state: AssignmentState | null;
  leadInferred: boolean;
  /** Day by which the lead completes it. */
  dueOn: string | null;
  leads: string[];
  /** Units with a part in it. */
  units: number;
  /** The earliest instant by which something open is due. */
  nextDueAt: Date | null;
  overdue: number;
  /** Colour of the highest supervision notice (督办单) that stands. */
  notice: string | null;
  /** 亮灯: red where an orange or red notice stands, yellow where a yellow one does or something is overdue, else green. */
  light: Light | null;
  /** How what its units have handed on (二级分解) stands; null where they have not, to whom it is none of theirs, and of the past. */
  breakdown: RollUp | null;
  version: number;
}
