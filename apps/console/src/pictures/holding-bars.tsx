import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart, type ChartOption, TOOLTIP } from './chart';
import { Picture } from './picture';

const KINDS = ['lead', 'co_unit', 'office', 'nobody'] as const;
export interface Holding {
  kind: (typeof KINDS)[number];
  unitName: string | null;
  workingDays: number;
  delayDays?: number;
}
const INK = { lead: '#17437e', co_unit: '#6c9bd2', office: '#b98300', nobody: '#98a2b3' } as const;

/** Who held the clock (办理用时归属): working days by unit, as lead, as another unit, or at the office. */
export function HoldingBars({
  title,
  holdings,
  most = 20,
}: {
  title: string;
  holdings: readonly Holding[];
  most?: number;
}) {
  const { t } = useTranslation('pictures');
  const { names, sums } = useMemo(() => {
    const sums = new Map<string, number>();
    for (const one of holdings) {
      const name = one.unitName ?? t(`holding.${one.kind}`);
      sums.set(name, (sums.get(name) ?? 0) + one.workingDays);
    }
    return { sums, names: [...sums.keys()].sort((a, b) => sums.get(b)! - sums.get(a)!) };
  }, [holdings, t]);
  const option = useMemo((): ChartOption => {
    const shown = names.slice(0, most).reverse();
    const days = (name: string, kind: Holding['kind']): number =>
      holdings
        .filter((one) => one.kind === kind && (one.unitName ?? t(`holding.${kind}`)) === name)
        .reduce((sum, one) => sum + one.workingDays, 0);
    return {
      tooltip: { ...TOOLTIP, trigger: 'axis', axisPointer: { type: 'shadow' } },
      legend: { bottom: 0 },
      grid: { left: 8, right: 24, top: 8, bottom: 40, containLabel: true },
      xAxis: { type: 'value', name: t('holding.days'), nameLocation: 'middle', nameGap: 24 },
      yAxis: { type: 'category', data: shown, axisLabel: { width: 150, overflow: 'truncate' } },
      series: KINDS.map((kind) => ({
        type: 'bar',
        stack: 'days',
        name: t(`holding.${kind}`),
        itemStyle: { color: INK[kind] },
        data: shown.map((name) => days(name, kind)),
      })),
    };
  }, [holdings, names, most, t]);
  const [first] = names;
  const summary = first ? t('holding.summary', { first, days: sums.get(first) }) : t('holding.none');
  const hasDelays = holdings.some(({ delayDays }) => delayDays !== undefined);
  return (
    <Picture
      title={title}
      summary={summary}
      table={{
        heads: [t('unit'), t('holding.as'), t('holding.days'), ...(hasDelays ? [t('holding.delay')] : [])],
        rows: holdings.map(({ unitName, kind, workingDays, delayDays }) => [
          unitName,
          t(`holding.${kind}`),
          workingDays,
          ...(hasDelays ? [delayDays ?? 0] : []),
        ]),
      }}
    >
      <Chart option={option} height={110 + Math.min(most, names.length) * 26} label={`${title} ${summary}`} />
    </Picture>
  );
}
