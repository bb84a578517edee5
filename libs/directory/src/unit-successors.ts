import type { EntityManager } from 'typeorm';
import type { UnitView } from './unit-view';

/** Units that are gone, as documents may still call them. */
export interface FormerUnits {
  /** The latest gone first, each with all the names that it ever had. */
  units: UnitView[];
  /** The units that are there which each became, in the government's own order; absent where it became none. */
  successors: ReadonlyMap<string, readonly string[]>;
}

/** Units of a jurisdiction that a reorganisation (机构改革) ended, and what became of them, over any number of steps. */
export async function readFormerUnits(
  tx: EntityManager,
  jurisdictionId: string,
  all: readonly UnitView[],
): Promise<FormerUnits> {
  const gone = all.filter((unit) => !unit.isActive);
  if (gone.length === 0) return { units: [], successors: new Map() };
  const rows: { id: string; successors: string[] }[] = await tx.query(
    `with recursive ending as (
       -- What a unit gave away while it went on says nothing of what its name means.
       select r.from_unit_id, r.to_unit_id from unit_relation r
         join unit u on u.id = r.from_unit_id and u.to_on = r.effective_on
       where u.jurisdiction_id = $1 and r.kind <> 'transfer'
     ), became(origin, unit) as (
       select from_unit_id, to_unit_id from ending
       union
       select b.origin, e.to_unit_id from became b join ending e on e.from_unit_id = b.unit
     )
     select b.origin as id, array_agg(u.id order by u.position, u.code) as successors
     from became b join unit u on u.id = b.unit and u.to_on is null group by b.origin`,
    [jurisdictionId],
  );
  const successors = new Map(rows.map((row) => [row.id, row.successors]));
  const names: { id: string; names: string[] }[] = await tx.query(
    `select unit_id as id, array_agg(name) || array_agg(official_name) as names from unit_name
     where unit_id = any($1::uuid[]) group by 1`,
    [gone.map(({ id }) => id)],
  );
  const namesOf = new Map(names.map((row) => [row.id, row.names]));
  const units = gone
    .map((unit) => ({ ...unit, aliases: [...unit.aliases, ...unit.settledNames, ...(namesOf.get(unit.id) ?? [])] }))
    .sort((one, other) => (one.toOn! < other.toOn! ? 1 : -1));
  return { units, successors };
}

/** All units that a unit was made of, over any number of steps, by the unit; those that gave it single matters are not. */
export async function readPredecessors(
  tx: EntityManager,
  unitIds: readonly string[],
): Promise<Map<string, ReadonlySet<string>>> {
  const rows: { id: string; predecessors: string[] }[] = await tx.query(
    `with recursive was(unit, former) as (
       select to_unit_id, from_unit_id from unit_relation where to_unit_id = any($1::uuid[]) and kind <> 'transfer'
       union
       select w.unit, r.from_unit_id from was w join unit_relation r on r.to_unit_id = w.former and r.kind <> 'transfer'
     )
     select unit as id, array_agg(former) as predecessors from was group by unit`,
    [unitIds],
  );
  return new Map(rows.map((row) => [row.id, new Set(row.predecessors)]));
}
