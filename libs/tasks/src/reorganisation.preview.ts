import { createHash } from 'node:crypto';
import { oneOf } from '@duban/database';
import type { PlannedUnitChanges, UnitChanges } from '@duban/directory';
import { OPEN_STATES, type OpenPart, type PartChange, reorganisedParts, type ReorganisationKind } from '@duban/domain';
import { refuseTwice } from '@duban/directory';
import { conflict, invalid } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import type { ReorganisationTerms, WorkMove } from './reorganisation.terms';

/** What a reorganisation does to one open part (责任分工). */
export interface PartEffect {
  change: PartChange['change'];
  /** Null for a part that is added. */
  assignmentId: string | null;
  planId: string;
  taskId: string;
  taskNumber: string | null;
  taskContent: string;
  role: OpenPart['role'];
  state: OpenPart['state'];
  /** Codes of units: whose it is, or of what is added whose matter; and whose it comes to be. */
  from: string;
  to: string | null;
  /** Of what is merged, the part that stays; null where that is one that is added. */
  into: string | null;
}

/** What a reorganisation (机构改革) does, or would do as things stand. */
export interface ReorganisationPreview {
  /** The same as long as the effects are. */
  digest: string;
  units: UnitChanges;
  parts: PartEffect[];
  counts: Record<PartChange['change'], number> & {
    /** Open, of the parts that move: what is owed, and the supervision notices (督办单) about it. */
    obligations: number;
    notices: number;
  };
}

/** Open parts that are concerned, and what becomes of them. */
export interface PlannedWork {
  parts: ReadonlyMap<string, PartRow>;
  changes: PartChange[];
}

/** An open part with its place; `unit` is a code. */
export interface PartRow extends OpenPart {
  unitId: string;
  unitName: string;
  planId: string;
  parentId: string | null;
  taskNumber: string | null;
  taskContent: string;
}

/**
 * What becomes of the open work of units that are reorganised, as things stand.
 *
 * @param strict whether each thing that a rule names must be there: it is asked of people, while between their word
 *   and its day a part may have ended
 * @param lock whether the parts are held, from the whole to the part, until the transaction ends
 * @throws DomainError invalid `REORGANISATION.NOT_OF_KIND`, `.NOT_A_SUCCESSOR`, `.UNIT_TWICE`, `.NO_OPEN_PART`, each with
 *   the field; conflict `REORGANISATION.WORK_WITHOUT_RULE` with the number of parts
 */
export async function planWork(
  tx: EntityManager,
  kind: ReorganisationKind,
  terms: ReorganisationTerms,
  { units }: PlannedUnitChanges,
  { strict, lock }: { strict: boolean; lock: boolean },
): Promise<PlannedWork> {
  checkRules(kind, terms);
  const successors = terms.successors.map(({ code }) => code);
  const giving = kind === 'rename' ? [] : terms.units.filter((code) => !successors.includes(code));
  const idsOf = (codes: readonly string[]): string[] => codes.flatMap((code) => units.get(code)?.id ?? []);
  const rows = await readParts(tx, idsOf(giving), idsOf([...giving, ...successors]), lock);
  if (strict)
    assertNamed(
      terms.moves,
      rows.filter((part) => giving.includes(part.unit)),
    );

  let uncovered = 0;
  const goesTo = (part: PartRow): readonly string[] | null => {
    if (!giving.includes(part.unit)) return null;
    const rule = terms.moves.find((move) => isNamed(move, part));
    if (rule) return rule.to;
    if (terms.default !== null) return [terms.default];
    const goesOn = kind === 'transfer' || (kind === 'split' && terms.continues);
    if (goesOn) return null;
    if (terms.cancelOpen) return [];
    if (successors.length === 1) return successors;
    uncovered++;
    return null;
  };
  const parts = new Map(rows.map((part) => [part.id, part]));
  const changes = reorganisedParts(rows, (part) => goesTo(parts.get(part.id)!));
  if (uncovered > 0) {
    throw conflict(
      'REORGANISATION.WORK_WITHOUT_RULE',
      `${uncovered} open parts would be nobody's. Say in "moves" or "default" whose they are, or cancel them.`,
      { open: uncovered },
    );
  }
  return { parts, changes };
}

export async function previewOf(
  tx: EntityManager,
  units: UnitChanges,
  { parts, changes }: PlannedWork,
): Promise<ReorganisationPreview> {
  const effects = changes.map(({ change, partId, taskId, to, role, into }): PartEffect => {
    const { planId, taskNumber, taskContent, state, unit } = parts.get(partId)!;
    const isAdded = change === 'added';
    return {
      change,
      assignmentId: isAdded ? null : partId,
      planId,
      taskId,
      taskNumber,
      taskContent,
      role,
      state: isAdded ? 'assigned' : state,
      from: unit,
      to,
      into,
    };
  });
  // Not the states: that work goes on until its day is no other effect, unless another part stays by it.
  const bound = effects.map(({ change, assignmentId, taskId, role, from, to, into }) => [
    change,
    assignmentId,
    taskId,
    role,
    from,
    to,
    into,
  ]);
  const count = (change: PartChange['change']): number => effects.filter((one) => one.change === change).length;
  const moving = effects.flatMap((one) => (one.change === 'moves' ? one.assignmentId! : []));
  const [owed]: { obligations: number; notices: number }[] = await tx.query(
    `select (select count(*)::int from obligation where assignment_id = any($1::uuid[]) and state = 'open') as obligations,
       (select count(*)::int from supervision_notice n join obligation o on o.id = n.obligation_id
        where o.assignment_id = any($1::uuid[]) and n.state in ('issued', 'acknowledged', 'answered')) as notices`,
    [moving],
  );
  return {
    digest: createHash('sha256')
      .update(JSON.stringify([units, bound]))
      .digest('hex'),
    units,
    parts: effects,
    counts: {
      moves: count('moves'),
      added: count('added'),
      merged: count('merged'),
      cancelled: count('cancelled'),
      ...owed!,
    },
  };
}

/** Whether a rule is one that the kind of reorganisation takes, and gives to those alone who take over. */
function checkRules(kind: ReorganisationKind, terms: ReorganisationTerms): void {
  const { moves, cancelOpen, units, continues } = terms;
  const notOfKind = (field: string, message: string): Error =>
    invalid('REORGANISATION.NOT_OF_KIND', message, { field });
  if (kind === 'rename' && (moves.length > 0 || terms.default !== null)) {
    throw notOfKind(moves.length > 0 ? 'moves' : 'default', 'A rename moves no work.');
  }
  if (cancelOpen && kind !== 'abolish') throw notOfKind('cancelOpen', 'Only where a unit is abolished does work end.');
  if (cancelOpen && terms.default !== null) {
    throw notOfKind('cancelOpen', 'What no move names goes to "default", or is cancelled; not both.');
  }
  if (kind === 'transfer' && moves.length === 0 && terms.default === null) {
    throw notOfKind('moves', 'Say in "moves" which matters are transferred.');
  }
  const takers = [...terms.successors.map(({ code }) => code), ...(kind === 'split' && continues ? units : [])];
  const assertTaker = (code: string, field: string): void => {
    if (takers.includes(code)) return;
    throw invalid('REORGANISATION.NOT_A_SUCCESSOR', `${code} takes nothing over; name it under "successors".`, {
      field,
    });
  };
  moves.forEach(({ to }, i) => {
    to.forEach((code, j) => assertTaker(code, `moves[${i}].to[${j}]`));
    refuseTwice(to, (j) => `moves[${i}].to[${j}]`);
  });
  if (terms.default !== null) assertTaker(terms.default, 'default');
}

const SELECTORS = ['planIds', 'taskIds', 'assignmentIds'] as const;

/** By which ids a part may be named; a part of a task also by that task's. */
const idsOf: Record<(typeof SELECTORS)[number], (part: PartRow) => (string | null)[]> = {
  planIds: ({ planId }) => [planId],
  taskIds: ({ taskId, parentId }) => [taskId, parentId],
  assignmentIds: ({ id }) => [id],
};

const isNamed = (move: WorkMove, part: PartRow): boolean =>
  SELECTORS.some((selector) => idsOf[selector](part).some((id) => id !== null && move[selector]?.includes(id)));

function assertNamed(moves: readonly WorkMove[], parts: readonly PartRow[]): void {
  for (const [i, move] of moves.entries()) {
    for (const selector of SELECTORS) {
      const known = new Set(parts.flatMap((part) => idsOf[selector](part)));
      const missing = (move[selector] ?? []).findIndex((id) => !known.has(id));
      if (missing < 0) continue;
      throw invalid('REORGANISATION.NO_OPEN_PART', 'The units concerned have no open part in it.', {
        field: `moves[${i}].${selector}[${missing}]`,
        id: move[selector]![missing],
      });
    }
  }
}

async function readParts(
  tx: EntityManager,
  givingIds: readonly string[],
  unitIds: readonly string[],
  lock: boolean,
): Promise<PartRow[]> {
  const concerned = `select task_id from assignment where unit_id = any($1::uuid[]) and ${OPEN}`;
  if (lock) {
    // From the whole to the part, as whoever moves an assignment does.
    await tx.query(
      `select from task where id in (select coalesce(t.parent_id, t.id) from task t where t.id in (${concerned}))
       order by id for no key update`,
      [givingIds],
    );
    await tx.query(`select from task where id in (${concerned}) order by id for no key update`, [givingIds]);
    await tx.query(
      `select from assignment where task_id in (${concerned}) and unit_id = any($2::uuid[]) and ${OPEN}
       order by id for no key update`,
      [givingIds, unitIds],
    );
  }
  return tx.query(
    `select a.id, a.task_id as "taskId", u.code as unit, a.unit_id as "unitId", u.name as "unitName", a.role, a.state,
       t.plan_id as "planId", t.parent_id as "parentId", coalesce(t.number, parent.number) as "taskNumber",
       t.content as "taskContent"
     from assignment a join task t on t.id = a.task_id left join task parent on parent.id = t.parent_id
       join unit u on u.id = a.unit_id
     where ${oneOf('a.state', OPEN_STATES)} and a.task_id in (${concerned}) and a.unit_id = any($2::uuid[])
     order by t.plan_id, t.position, u.code, a.id`,
    [givingIds, unitIds],
  );
}

const OPEN = oneOf('state', OPEN_STATES);
