import { OPEN_STATES, type OpenState } from './assignment.machine';

/** An open part (未办结的责任分工) of a task, as far as a reorganisation of its unit needs to know it. */
export interface OpenPart {
  id: string;
  taskId: string;
  /** Whose it is: any key of a unit. */
  unit: string;
  role: PartRole;
  state: OpenState;
}

/** From the strongest to the weakest. */
export const PART_ROLES = ['lead', 'responsible', 'cooperating'] as const;
export type PartRole = (typeof PART_ROLES)[number];

/**
 * `moves`: the part goes on, with all that belongs to it, under another unit. `added`: a unit gets a part of its own in
 * a matter that goes to several. `merged`: the unit would have two parts in one task; this one ends, the other stays.
 * `cancelled`: nobody takes the matter over.
 */
export interface PartChange {
  change: 'moves' | 'added' | 'merged' | 'cancelled';
  /** The part that changes; of what is added, the part that it is made after. */
  partId: string;
  taskId: string;
  /** Whose the matter is afterwards; null where it is nobody's. */
  to: string | null;
  /** As the part is; of what is added, as it will be. */
  role: PartRole;
  /** Of what is merged, the part that stays; null where that is one that is added. */
  into: string | null;
}

/** What a unit would have in a task: a part that there is, or one that is to be made after another. */
interface Claim {
  part: OpenPart;
  isNew: boolean;
}

/**
 * Whose open parts are after a reorganisation (机构改革). No part is lost: each stays, goes on under another unit, or
 * ends since its unit has another in the same task, which then has the stronger role, and of two equal ones is the less
 * advanced: nothing is taken for done that one of them has not done.
 *
 * @param parts all open parts, in the tasks that are concerned, of the units that give and of those that take
 * @param goesTo whose a part is to be: null for the unit whose it is; none where nobody takes it over; of several, the
 *   first takes the part over, and each of the others gets one of its own
 * @returns what changes, in the order in which it can be done one by one: what ends, what moves, what is added
 */
export function reorganisedParts(
  parts: readonly OpenPart[],
  goesTo: (part: OpenPart) => readonly string[] | null,
): PartChange[] {
  const changes: PartChange[] = [];
  const claims = new Map<string, { unit: string; claims: Claim[] }>();
  const claim = (unit: string, part: OpenPart, isNew: boolean): void => {
    const key = JSON.stringify([part.taskId, unit]);
    const own = claims.get(key) ?? { unit, claims: [] };
    own.claims.push({ part, isNew });
    claims.set(key, own);
  };
  for (const part of parts) {
    const [first, ...others] = new Set(goesTo(part) ?? [part.unit]);
    if (first === undefined) changes.push(changeOf('cancelled', part, null));
    else claim(first, part, false);
    for (const unit of others) claim(unit, part, true);
  }
  for (const { unit, claims: rivals } of claims.values()) {
    const [stays, ...others] = rivals.toSorted((one, other) => compare(unit, one, other));
    const { part, isNew } = stays!;
    if (isNew) changes.push(changeOf('added', part, unit));
    else if (part.unit !== unit) changes.push(changeOf('moves', part, unit));
    for (const rival of others) {
      if (!rival.isNew) changes.push({ ...changeOf('merged', rival.part, unit), into: isNew ? null : part.id });
    }
  }
  return changes.toSorted((one, other) => ORDER.indexOf(one.change) - ORDER.indexOf(other.change));
}

const ORDER: readonly PartChange['change'][] = ['cancelled', 'merged', 'moves', 'added'];

/** Which of two stays comes first: by role, then what there is before what would be made, then the less advanced. */
function compare(unit: string, one: Claim, other: Claim): number {
  const foreign = ({ part }: Claim): number => Number(part.unit !== unit);
  return (
    PART_ROLES.indexOf(one.part.role) - PART_ROLES.indexOf(other.part.role) ||
    Number(one.isNew) - Number(other.isNew) ||
    OPEN_STATES.indexOf(one.part.state) - OPEN_STATES.indexOf(other.part.state) ||
    foreign(one) - foreign(other) ||
    (one.part.id < other.part.id ? -1 : 1)
  );
}

const changeOf = (change: PartChange['change'], part: OpenPart, to: string | null): PartChange => ({
  change,
  partId: part.id,
  taskId: part.taskId,
  to,
  role: part.role,
  into: null,
});
