import type { EntityManager } from 'typeorm';

/** A run of numbers of one kind of thing in one year: 1, 2, 3 … */
export interface NumberSeries {
  jurisdictionId: string;
  /** What is numbered: `supervision_notice.blue`, `matter.petition`. */
  series: string;
  year: number;
}

/**
 * The next number of a series for each that is wanted, in the given order. Counted in the caller's transaction, so that
 * what is rolled back leaves no gap; whoever else wants one waits until then. Series are taken in a fixed order: two that
 * need the same ones wait for each other and do not deadlock. No role but the system's has the table.
 */
export async function takeNumbers(tx: EntityManager, wanted: readonly NumberSeries[]): Promise<number[]> {
  const keyOf = (s: NumberSeries): string => `${s.jurisdictionId} ${s.series} ${s.year}`;
  const counts = new Map<string, { series: NumberSeries; count: number }>();
  for (const series of wanted) {
    counts.set(keyOf(series), { series, count: (counts.get(keyOf(series))?.count ?? 0) + 1 });
  }
  const next = new Map<string, number>();
  for (const [key, { series, count }] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [row]: { last: number }[] = await tx.query(
      `insert into number_series (jurisdiction_id, series, year, last) values ($1, $2, $3, $4)
       on conflict (jurisdiction_id, series, year) do update set last = number_series.last + excluded.last
       returning last`,
      [series.jurisdictionId, series.series, series.year, count],
    );
    next.set(key, row!.last - count + 1);
  }
  return wanted.map((series) => {
    const number = next.get(keyOf(series))!;
    next.set(keyOf(series), number + 1);
    return number;
  });
}
