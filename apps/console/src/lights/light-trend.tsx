import { useTranslation } from 'react-i18next';
import { LIGHT_COLOURS, type LightColour } from './light';

export interface TrendPoint {
  /** What stands under the bar. */
  label: string;
  /** Tasks by light; null where nothing is known yet. */
  lights: Record<string, number> | null;
}

const SHOWN = ['green', 'yellow', 'red'] as const satisfies readonly LightColour[];
const HEIGHT = 120;
const BAR = 26;
const STEP = 44;

/** How the lights (亮灯) stood month by month: a picture for the eye, and the same as a table for who does not see it. */
export function LightTrend({ points, isDark = false }: { points: readonly TrendPoint[]; isDark?: boolean }) {
  const { t } = useTranslation(['leader', 'terms']);
  const most = Math.max(1, ...points.map(({ lights }) => SHOWN.reduce((sum, one) => sum + (lights?.[one] ?? 0), 0)));
  return (
    <>
      <svg className="light-trend" viewBox={`0 0 ${points.length * STEP} ${HEIGHT + 34}`} aria-hidden focusable="false">
        {points.map(({ label, lights }, place) => (
          <g key={label} transform={`translate(${place * STEP + (STEP - BAR) / 2} 0)`}>
            {stackOf(lights, most).map(({ light, y, height, count }) => (
              <g key={light}>
                <rect x={0} y={y} width={BAR} height={height} fill={LIGHT_COLOURS[light]} />
                {height >= 14 && (
                  <text x={BAR / 2} y={y + height / 2 + 4} textAnchor="middle" className="light-trend-count">
                    {count}
                  </text>
                )}
              </g>
            ))}
            <text
              x={BAR / 2}
              y={HEIGHT + 26}
              textAnchor="middle"
              className={isDark ? 'light-trend-label-dark' : 'light-trend-label'}
            >
              {label}
            </text>
          </g>
        ))}
      </svg>
      <table className="visually-hidden">
        <caption>{t('trend')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('month')}</th>
            {SHOWN.map((light) => (
              <th key={light} scope="col">
                {t(`terms:light.${light}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map(({ label, lights }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {SHOWN.map((light) => (
                <td key={light}>{lights?.[light] ?? 0}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** From the bottom up: what is well first, so that what is not stands on top. */
function stackOf(lights: TrendPoint['lights'], most: number) {
  let top = HEIGHT + 8;
  return SHOWN.flatMap((light) => {
    const count = lights?.[light] ?? 0;
    if (count === 0) return [];
    const height = (count / most) * HEIGHT;
    top -= height;
    return [{ light, count, height, y: top }];
  });
}
