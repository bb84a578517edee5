import type { NoticeColour } from '@duban/domain';
import type { EntityManager } from 'typeorm';

const COLOUR_WORDS: Readonly<Record<NoticeColour, string>> = { blue: '蓝', orange: '橙', red: '红' };

interface NoticeSeries {
  jurisdictionId: string;
  colour: NoticeColour;
  year: number;
}

/**
 * A number for each notice, in the given order: 督办蓝〔2023〕1号. Counted by jurisdiction, colour and year in the
 * caller's transaction, so that a rolled-back notice leaves no gap. Series are taken in a fixed order: two sweeps that
 * need the same ones wait for each other and do not deadlock.
 */
export async function noticeNumbers(tx: EntityManager, wanted: readonly NoticeSeries[]): Promise<string[]> {
  const keyOf = (s: NoticeSeries): string => `${s.jurisdictionId} ${s.colour} ${s.year}`;
  const next = new Map<string, number>();
  const counts = new Map<string, { series: NoticeSeries; count: number }>();
  for (const series of wanted) {
    counts.set(keyOf(series), { series, count: (counts.get(keyOf(series))?.count ?? 0) + 1 });
  }
  for (const [key, { series, count }] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { jurisdictionId, colour, year } = series;
    const [row]: { last: number }[] = await tx.query(
      `insert into number_series (jurisdiction_id, series, year, last) values ($1, $2, $3, $4)
       on conflict (jurisdiction_id, series, year) do update set last = number_series.last + excluded.last
       returning last`,
      [jurisdictionId, `supervision_notice.${colour}`, year, count],
    );
    next.set(key, row!.last - count + 1);
  }
  return wanted.map((series) => {
    const key = keyOf(series);
    const number = next.get(key)!;
    next.set(key, number + 1);
    return `督办${COLOUR_WORDS[series.colour]}〔${series.year}〕${number}号`;
  });
}
