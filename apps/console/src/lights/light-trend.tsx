import { useTranslation } from 'react-i18next';
import { Light, LIGHT_COLOURS, type LightColour } from './light';

export interface TrendPoint {
  /** The month, from 1 to 12. */
  month: number;
  /** Tasks by light; null where nothing is known yet. */
  lights: Record<string, number> | null;
}

const SHOWN = ['green', 'yellow', 'red'] as const satisfies readonly LightColour[];
const HEIGHT = 120;
const BAR = 26;
const STEP = 44;
/** Above the highest bar, for how many are red. */
const ABOVE = 18;
/** A part of a bar that is lower has no room for its number. */
const ROOM = 14;

/** How the lights (亮灯) stood month by month: a picture for the eye, and the same as a table for who does not see it. */
export function LightTrend({ points, isDark = false }: { points: readonly TrendPoint[]; isDark?: boolean }) {
  const { t, i18n } = useTranslation(['leader', 'terms']);
  const names = new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : 'zh-CN', {
    month: 'short',
    timeZone: 'UTC',
  });
  const nameOf = (month: number): string => names.format(Date.UTC(2000, month - 1));
  const most = Math.max(1, ...points.map(({ lights }) => SHOWN.reduce((sum, one) => sum + (lights?.[one] ?? 0), 0)));
  return (
    <>
      <svg
        className="light-trend"
        viewBox={`0 0 ${points.length * STEP} ${ABOVE + HEIGHT + 26}`}
        aria-hidden
        focusable="false"
      >
        {points.map(({ month, lights }, place) => (
          <g key={month} transform={`translate(${place * STEP + (STEP - BAR) / 2} 0)`}>
            {stackOf(lights, most).map(({ light, y, height, count }) => (
              <g key={light}>
                <rect x={0} y={y} width={BAR} height={height} fill={LIGHT_COLOURS[light]} />
                {height >= ROOM && (
                  <text x={BAR / 2} y={y + height / 2 + 4} textAnchor="middle" className="light-trend-count">
                    {count}
                  </text>
                )}
                {height < ROOM && light === 'red' && (
                  <text x={BAR / 2} y={y - 4} textAnchor="middle" className="light-trend-red">
                    {count}
                  </text>
                )}
              </g>
            ))}
            <text
              x={BAR / 2}
              y={ABOVE + HEIGHT + 18}
              textAnchor="middle"
              className={isDark ? 'light-trend-label-dark' : 'light-trend-label'}
            >
              {nameOf(month)}
            </text>
          </g>
        ))}
      </svg>
      {/* On the dark screen the large numbers above say which colour is which. */}
      {!isDark && (
        <p className="light-trend-legend" aria-hidden>
          {SHOWN.map((light) => (
            <Light key={light} light={light} />
          ))}
        </p>
      )}
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
          {points.map(({ month, lights }) => (
            <tr key={month}>
              <th scope="row">{nameOf(month)}</th>
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
  let top = ABOVE + HEIGHT;
  return SHOWN.flatMap((light) => {
    const count = lights?.[light] ?? 0;
    if (count === 0) return [];
    const height = (count / most) * HEIGHT;
    top -= height;
    return [{ light, count, height, y: top }];
  });
}
