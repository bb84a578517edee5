import { LABELLED } from './labelled';
import { LAYOUTS } from './layouts';
import { LINES } from './lines';
import { PROSE } from './prose';
import { TABLES } from './tables';
import { VERBS } from './verbs';
import type { Sample } from './sample';

/** Plans in the manner of many offices, by how they assign. */
export const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  labelled: LABELLED,
  verbs: VERBS,
  lines: LINES,
  prose: PROSE,
  tables: TABLES,
  layouts: LAYOUTS,
};
