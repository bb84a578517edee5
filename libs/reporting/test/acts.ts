import { DomainError } from '@duban/kernel';
import { PlanRevisionService, readPlanFile, RevisionDecisions } from '@duban/tasks';
import fc from 'fast-check';
import type { Office } from '../../supervision/test/office';

/** Something that somebody does with a plan, or is refused; `which` picks the thing. */
export interface Act {
  do: 'sign_for' | 'hand_in' | 'report' | 'verify' | 'return' | 'withdraw' | 'cancel' | 'answer' | 'reject' | 'revise';
  which: number;
}

export const anyAct = (...also: Act['do'][]): fc.Arbitrary<Act> =>
  fc.record({
    do: fc.constantFrom<Act['do']>(
      ...(['sign_for', 'sign_for', 'sign_for', 'sign_for', 'hand_in', 'report', 'report', 'verify'] as const),
      ...(['return', 'withdraw', 'cancel', 'answer', 'answer', 'reject'] as const),
      ...also,
    ),
    which: fc.nat(50),
  });

interface Thing {
  id: string;
  code: string;
  assignmentId: string;
}

const PART = `select a.id, u.code, a.id as "assignmentId" from assignment a join task t on t.id = a.task_id
  join unit u on u.id = a.unit_id where t.plan_id = $1`;
const OWED = `select o.id, u.code, o.assignment_id as "assignmentId" from obligation o join task t on t.id = o.task_id
  join unit u on u.id = o.unit_id where t.plan_id = $1 and o.state = 'open' and o.kind in ('action_plan', 'progress_report')`;
const NOTICE = `select n.id, u.code, o.assignment_id as "assignmentId" from supervision_notice n
  join obligation o on o.id = n.obligation_id join task t on t.id = o.task_id join unit u on u.id = o.unit_id
  where t.plan_id = $1`;

/** The things that each act may be done with. */
const THINGS: Record<Exclude<Act['do'], 'revise'>, string> = {
  sign_for: `${PART} and a.state = 'assigned' order by 1`,
  hand_in: `${OWED} order by 1`,
  report: `${PART} and a.state = 'in_progress' order by 1`,
  verify: `${PART} and a.state = 'reported' and a.role = 'lead' order by 1`,
  return: `${PART} and a.state = 'reported' and a.role = 'lead' order by 1`,
  withdraw: `${PART} and a.state = 'reported' order by 1`,
  cancel: `${PART} and a.state = 'in_progress' order by 1`,
  answer: `${NOTICE} and n.state in ('issued', 'acknowledged') order by 1`,
  reject: `${NOTICE} and n.state = 'answered' order by 1`,
};
const EVIDENCE = [{ title: '验收单' }];

/** @param revised documents, of which `revise` takes one whole */
export async function act(
  office: Office,
  planId: string,
  { do: what, which }: Act,
  revised: string[] = [],
): Promise<void> {
  try {
    await (what === 'revise'
      ? revise(office, planId, revised[which % revised.length]!)
      : doWith(office, planId, what, which));
  } catch (error) {
    // What is refused changes nothing.
    if (!(error instanceof DomainError)) throw error;
  }
}

async function doWith(
  office: Office,
  planId: string,
  what: Exclude<Act['do'], 'revise'>,
  which: number,
): Promise<void> {
  const things = await office.query<Thing>(THINGS[what], [planId]);
  const thing = things[which % Math.max(things.length, 1)];
  if (!thing) return;
  const { id, code, assignmentId } = thing;
  const contact = `${code}.contact`;
  if (what === 'hand_in') {
    await office.submit(contact, assignmentId, { obligationId: id, text: '按序推进。' });
  } else if (what === 'answer' || what === 'reject') {
    await office.as(what === 'answer' ? contact : 'officer', (tx, actor, at) =>
      office.notices.transition(tx, actor, at, id, { event: what, answer: '正在整改。', reason: '措施不实。' }),
    );
  } else {
    const byOffice = ['verify', 'return', 'cancel'].includes(what);
    await office.move(byOffice ? 'officer' : contact, id, what, {
      reason: '情况属实。',
      ...(what === 'cancel' ? { cancelReason: 'merged' } : {}),
      ...(what === 'report' ? { evidence: EVIDENCE, goAheadReason: '先行。' } : {}),
    });
  }
}

async function revise(office: Office, planId: string, text: string): Promise<void> {
  const read = await readPlanFile({ name: 'revised.txt', bytes: Buffer.from(text) });
  await office.as('officer', (tx, actor, at) => office.get(PlanRevisionService).import(tx, actor, at, planId, read));
  const items = await office.query<{ id: string; revisionId: string }>(
    `select i.id, i.revision_id as "revisionId" from plan_revision_item i join plan_revision r on r.id = i.revision_id
     where r.plan_id = $1 and r.state = 'open' and i.state = 'open' order by i.position`,
    [planId],
  );
  const [first] = items;
  if (!first) return;
  const itemIds = items.map(({ id }) => id);
  await office.as('officer', (tx, actor, at) =>
    office.get(RevisionDecisions).takeAll(tx, actor, at, planId, first.revisionId, { itemIds }),
  );
}
