import { plannedAt } from '@duban/domain';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { dayOf } from '../layout/day';
import type { LightColour } from '../lights/light';
import { now } from '../session/clock';
import { Chart, type ChartOption, TOOLTIP } from './chart';
import { Picture } from './picture';

export type ProgressTarget = Schemas['ProgressDto']['targets'][number];

const INK: Readonly<Record<LightColour, string>> = {
  green: '#1b6b3a',
  yellow: '#b98300',
  orange: '#d4620a',
  red: '#b42318',
};
/** The shapes of the lights elsewhere, too: nobody has to tell colours apart. */
const SHAPE: Readonly<Record<LightColour, string>> = {
  green: 'circle',
  yellow: 'triangle',
  orange: 'diamond',
  red: 'rect',
};

/** The course that was planned (序时进度), as days and values: its steps, or by what is planned at the end of each month. */
function plannedPoints({ curve, value, comparator }: ProgressTarget): [string, number][] {
  const { from, to, points, shape, shares } = curve;
  const course = {
    target: { value, upper: null, comparator },
    from,
    to,
    points,
    season: shape === 'seasonal' ? shares : null,
  } as DomainCurve;
  const between = points?.map(({ on }) => on) ?? (shape === 'seasonal' ? monthEnds(from, to) : []);
  const days = [...new Set([from, ...between, to])].sort();
  return days.flatMap((on): [string, number][] => {
    const planned = plannedAt(course, on as LocalDate);
    return planned === null ? [] : [[on, planned]];
  });
}

type DomainCurve = Parameters<typeof plannedAt>[0];
type LocalDate = Parameters<typeof plannedAt>[1];

function monthEnds(from: string, to: string): string[] {
  const ends: string[] = [];
  const [year, month] = from.split('-').map(Number) as [number, number];
  for (let after = month; ; after++) {
    const end = new Date(Date.UTC(year, after, 0)).toISOString().slice(0, 10);
    if (end >= to) return ends;
    if (end > from) ends.push(end);
  }
}

/** Planned and actual progress of a target (量化指标), each report with its light. */
export function ProgressCurve({ target, height = 280 }: { target: ProgressTarget; height?: number }) {
  const { t } = useTranslation(['pictures', 'terms']);
  const measured = useMemo(
    () =>
      target.series
        .flatMap((one) =>
          one.actual === null ? [] : [{ ...one, on: one.asOf ?? dayOf(one.reportedAt!), actual: one.actual }],
        )
        .sort((a, b) => a.on.localeCompare(b.on)),
    [target],
  );
  const option = useMemo(
    (): ChartOption => ({
      tooltip: { ...TOOLTIP, trigger: 'axis' },
      legend: { bottom: 0, data: [t('curve.planned'), t('curve.actual')] },
      grid: { left: 56, right: 24, top: 24, bottom: 56 },
      xAxis: { type: 'time', axisLabel: { hideOverlap: true } },
      yAxis: { type: 'value', name: target.unit, min: 0 },
      series: [
        {
          type: 'line',
          name: t('curve.planned'),
          data: plannedPoints(target),
          step: target.curve.points === null ? undefined : 'end',
          symbol: 'none',
          lineStyle: { type: 'dashed', color: '#586374' },
          itemStyle: { color: '#586374' },
          markLine: {
            symbol: 'none',
            silent: true,
            label: { formatter: t('curve.today') },
            lineStyle: { color: '#98a2b3' },
            data: [{ xAxis: dayOf(now()) }],
          },
        },
        {
          type: 'line',
          name: t('curve.actual'),
          itemStyle: { color: '#17437e' },
          lineStyle: { color: '#17437e', width: 2 },
          symbolSize: 12,
          data: measured.map(({ on, actual, light }) => ({
            value: [on, actual],
            symbol: light ? SHAPE[light] : 'circle',
            itemStyle: { color: light ? INK[light] : '#17437e' },
          })),
        },
      ],
    }),
    [target, measured, t],
  );
  const last = measured.at(-1);
  const summary = last
    ? t('curve.summary', {
        on: last.on,
        actual: last.actual,
        unit: target.unit,
        planned: last.planned === null ? '–' : Math.round(last.planned * 100) / 100,
        light: last.light ? t(`terms:light.${last.light}`) : t('terms:light.none'),
      })
    : t('curve.none', { value: target.value, unit: target.unit, on: target.curve.to });
  return (
    <Picture
      title={target.text}
      summary={summary}
      table={{
        heads: [t('curve.on'), t('curve.planned'), t('curve.actual'), t('curve.behind'), t('curve.light')],
        rows: measured.map(({ on, planned, actual, behindDays, light }) => [
          on,
          planned === null ? null : Math.round(planned * 100) / 100,
          actual,
          behindDays,
          light ? t(`terms:light.${light}`) : null,
        ]),
      }}
    >
      <Chart option={option} height={height} label={`${target.text} ${summary}`} />
    </Picture>
  );
}
