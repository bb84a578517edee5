import { consequences } from '@duban/database';
import type { EntityManager } from 'typeorm';
import { sourceTextOf } from './plan-records';

export interface SourceText {
  /** As long as the document, so that offsets hold; words of what is hidden are blank. */
  text: string;
  /** Whether something of the plan is hidden from who asks. */
  isCut: boolean;
}

/**
 * The document of a plan as whoever acts may read it: without the words of tasks that they do not see, another unit's or
 * restricted ones (限知事项). No role but the system's has the column.
 */
export async function readSource(tx: EntityManager, planId: string): Promise<SourceText> {
  const text = await sourceTextOf(tx, planId);
  const seen: { id: string }[] = await tx.query(`select id from task where plan_id = $1`, [planId]);
  const hidden: { start: number; end: number; isOfPlan: boolean }[] = await consequences(tx, () =>
    tx.query(
      `select source_start as start, source_end as end, source_revision_id is null as "isOfPlan"
       from task where plan_id = $1 and not (id = any($2::uuid[]))`,
      [planId, seen.map(({ id }) => id)],
    ),
  );
  const blanked = hidden.reduce(
    (words, { start, end, isOfPlan }) =>
      isOfPlan ? words.slice(0, start) + words.slice(start, end).replaceAll(/[^\n]/g, ' ') + words.slice(end) : words,
    text,
  );
  return { text: blanked, isCut: hidden.length > 0 };
}
