import { consequences } from '@duban/database';
import { figureName } from '@duban/domain';
import { newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What a figure is known by. */
type NamedTarget = { id: string; text: string; unit: string };

/**
 * Knows figures by their name and unit, wherever they are asked for (数据一次填报). The register is kept as a
 * consequence: who gives a figure does not see all that it is asked in.
 */
@Injectable()
export class FigureRegister {
  /** Has the targets known by what their words say now. Made twice at once, it is the same. */
  link(tx: EntityManager, jurisdictionId: string, targets: readonly NamedTarget[]): Promise<void> {
    return consequences(tx, async () => {
      if (targets.length === 0) return;
      const rows = targets
        .map(({ id, text, unit }) => ({ target: id, id: newId(), name: figureName(text, unit), unit }))
        .toSorted((a, b) => (`${a.name} ${a.unit}` < `${b.name} ${b.unit}` ? -1 : 1));
      const [unlinked]: { count: number }[] = await tx.query(
        `select count(*)::int as count from jsonb_to_recordset($1::jsonb) as r(target uuid, name text, unit text)
         where not exists (select from target_indicator l join indicator i on i.id = l.indicator_id
           where l.target_id = r.target and i.name = r.name and i.unit = r.unit and i.jurisdiction_id = $2)`,
        [JSON.stringify(rows), jurisdictionId],
      );
      if (unlinked?.count === 0) return;
      await tx.query(
        `insert into indicator (id, jurisdiction_id, name, unit, created_at)
         select distinct on (r.name, r.unit) r.id, $2, r.name, r.unit, now()
         from jsonb_to_recordset($1::jsonb) as r(id uuid, name text, unit text) order by r.name, r.unit
         on conflict (jurisdiction_id, name, unit) do nothing`,
        [JSON.stringify(rows), jurisdictionId],
      );
      await tx.query(
        `insert into target_indicator (target_id, indicator_id)
         select r.target, i.id from jsonb_to_recordset($1::jsonb) as r(target uuid, name text, unit text)
           join indicator i on i.jurisdiction_id = $2 and i.name = r.name and i.unit = r.unit
         order by r.target
         on conflict (target_id) do update set indicator_id = excluded.indicator_id`,
        [JSON.stringify(rows), jurisdictionId],
      );
    });
  }
}
