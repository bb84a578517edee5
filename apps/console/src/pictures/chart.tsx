import { Spin } from 'antd';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef, useState } from 'react';
import { useView } from '../layout/view';

export type ChartOption = EChartsCoreOption;

const FONT = `system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif`;

/** A drawn chart. What draws it is loaded with the first one; `label` is what a screen reader says in its place. */
export function Chart({
  option,
  height,
  label,
  map,
}: {
  option: ChartOption;
  height: number;
  label: string;
  /** Shapes by which the chart draws a map, under the name `districts`. */
  map?: object;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  const { isLarge } = useView();

  useEffect(() => {
    let drawn: EChartsType | undefined;
    let isGone = false;
    const sizes = new ResizeObserver(() => drawn?.resize());
    void import('./echarts').then(({ init }) => {
      if (isGone || place.current === null) return;
      drawn = init(place.current, null, { renderer: 'canvas' });
      sizes.observe(place.current);
      setChart(drawn);
    });
    return () => {
      isGone = true;
      sizes.disconnect();
      drawn?.dispose();
    };
  }, []);

  useEffect(() => {
    if (chart === null || chart.isDisposed()) return;
    void import('./echarts').then(({ registerMap }) => {
      if (chart.isDisposed()) return;
      if (map) registerMap('districts', map as Parameters<typeof registerMap>[1]);
      chart.setOption(
        {
          animation: false,
          textStyle: { fontFamily: FONT, fontSize: isLarge ? 16 : 12, color: '#1c2430' },
          ...option,
        },
        true,
      );
      chart.resize();
    });
  }, [chart, option, isLarge, map, height]);

  return (
    <div className="chart" style={{ height }}>
      {chart === null && <Spin className="page-loading" />}
      <div ref={place} role="img" aria-label={label} style={{ height }} />
    </div>
  );
}

/** Tooltips as text: the policy of the page allows no style within markup. */
export const TOOLTIP = { renderMode: 'richText' as const, confine: true };
