import { capOf, type MessageRules, thisWeek } from '@duban/domain';
import type { EntityManager } from 'typeorm';
import type { OpenJurisdiction } from './waiting';

/**
 * In how many half hours of the week units were written to, against their caps. A half hour counts once, however many
 * people of the unit have a digest in it, so that what was held goes along with what may not be held.
 */
export class UnitCaps {
  private readonly used = new Map<string, number>();
  /** Units that are written to in this half hour. */
  private readonly open = new Set<string>();
  private readonly toldNow = new Set<string>();

  constructor(
    private readonly rules: MessageRules,
    private readonly window: Date,
  ) {}

  /** Reads what was used of the caps of units, once a run. */
  async load(tx: EntityManager, { today, timeZone }: OpenJurisdiction, unitIds: readonly string[]): Promise<void> {
    const fresh = [...new Set(unitIds)].filter((id) => !this.used.has(id) && capOf(this.rules, id) !== null);
    if (fresh.length === 0) return;
    for (const id of fresh) this.used.set(id, 0);
    const rows: { id: string; count: number; isOpen: boolean }[] = await tx.query(
      `select unit_id as id, count(*)::int as count, bool_or(window_start = $2) as "isOpen"
       from unit_told where unit_id = any($1::uuid[]) and window_start >= $3 group by 1`,
      [fresh, this.window, thisWeek(today, timeZone)],
    );
    for (const { id, count, isOpen } of rows) {
      this.used.set(id, count);
      if (isOpen) this.open.add(id);
    }
  }

  allows(unitId: string | null): boolean {
    if (unitId === null || this.open.has(unitId) || this.toldNow.has(unitId)) return true;
    const cap = capOf(this.rules, unitId);
    return cap === null || (this.used.get(unitId) ?? 0) < cap;
  }

  told(unitId: string | null): void {
    if (unitId !== null) this.toldNow.add(unitId);
  }

  async write(tx: EntityManager): Promise<void> {
    if (this.toldNow.size === 0) return;
    await tx.query(
      `insert into unit_told (unit_id, window_start) select id, $2 from unnest($1::uuid[]) told(id) on conflict do nothing`,
      [[...this.toldNow], this.window],
    );
  }
}
