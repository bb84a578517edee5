import { oneOf } from '@duban/database';
import { OPEN_STATES } from '@duban/domain';
import type { EntityManager } from 'typeorm';

/** An open task or matter whose words are near those of another. */
export interface NearTask {
  taskId: string;
  planId: string;
  planTitle: string;
  number: string | null;
  content: string;
  state: string;
  dueOn: string | null;
  /** Units that lead. */
  leads: string[];
  /** How near the words are, from 0 to 1. */
  score: number;
  /** It has the same number where it came from (来源编号). */
  sameReference: boolean;
  /** Whether it has to be confirmed that it is another one. */
  likely: boolean;
}

/** Nearer than this it is shown, nearer than that it has to be confirmed. Government prose shares much of its wording. */
const SHOWN = 0.4;
const LIKELY = 0.6;
const MOST = 20;
/** Comparing reads all of the words; the beginning says what a matter is about. */
const COMPARED = 1000;

/**
 * Open tasks and matters of a jurisdiction that may be the same as one with these words, nearest first: those alone that
 * the actor sees, since the tasks that are found are read by the actor. A task in parts is as near as its nearest part.
 */
export async function nearTasks(
  tx: EntityManager,
  jurisdictionId: string,
  { content, reference, kind, except }: { content: string; reference?: string; kind?: string; except?: string },
): Promise<NearTask[]> {
  return tx.query(
    `with near(id, score, same) as (
       select coalesce(t.parent_id, t.id), max(n.likeness), false
       from near_tasks($1, $2) n join task t on t.id = n.task_id group by 1
       union all
       select m.task_id, 1, true from matter m join task t on t.id = m.task_id
       where m.source->>'reference' = $3 and m.kind = $4 and m.jurisdiction_id = $1
         and ${oneOf('t.state', OPEN_STATES)})
     select t.id as "taskId", t.plan_id as "planId", p.title as "planTitle", t.number, t.content, t.state,
       t.due_on::text as "dueOn", round(max(n.score)::numeric, 2)::float as score, bool_or(n.same) as "sameReference",
       max(n.score) >= $6 as likely,
       array(select distinct u.name from assignment a join task own on own.id = a.task_id join unit u on u.id = a.unit_id
         where t.id in (own.id, own.parent_id) and a.role = 'lead' and a.state <> 'cancelled' order by 1) as leads
     from near n join task t on t.id = n.id join plan p on p.id = t.plan_id
     where n.score >= $5 and t.id is distinct from $7::uuid
     group by t.id, p.title order by max(n.score) desc, t.id limit ${MOST}`,
    [
      jurisdictionId,
      [...content].slice(0, COMPARED).join(''),
      reference ?? null,
      kind ?? null,
      SHOWN,
      LIKELY,
      except ?? null,
    ],
  );
}
