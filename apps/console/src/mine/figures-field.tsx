import { Button, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { useSubject } from '../layout/subject';
import type { Part, Task } from './act-props';
import { figureInWords } from './figure-words';
import './mine.css';

/** A figure for a target (量化指标), by its own value or as one that somebody has given already. */
export interface FigureGiven {
  value?: number | null;
  figureId?: string;
}
/** By target. */
export type FiguresGiven = Record<string, FigureGiven>;

type Offered = Schemas['FiguresDto']['items'][number]['given'][number];
type Progress = Schemas['ProgressDto']['targets'][number];
type Target = Task['targets'][number];

/**
 * The figures of a report: each target with what the plan has for today (序时进度), what was given last, and what others
 * have given already, so that nobody is asked twice.
 */
export function FiguresField({
  task,
  part,
  period,
  value = {},
  onChange,
}: {
  id?: string;
  task: Pick<Task, 'id' | 'targets'>;
  part: Part;
  period?: string | null;
  value?: FiguresGiven;
  onChange?: (figures: FiguresGiven) => void;
}) {
  const progress = api.useQuery('get', '/api/v1/tasks/{id}/progress', { params: { path: { id: task.id } } });
  const offered = api.useQuery('get', '/api/v1/assignments/{id}/figures', {
    params: { path: { id: part.id }, query: period ? { period } : {} },
  });
  return (
    <>
      {task.targets.map((target) => (
        <Figure
          key={target.id}
          target={target}
          part={part}
          progress={progress.data?.targets.find(({ targetId }) => targetId === target.id)}
          offered={offered.data?.items.find(({ targetId }) => targetId === target.id)?.given ?? []}
          given={value[target.id] ?? {}}
          change={(given) => onChange?.({ ...value, [target.id]: given })}
        />
      ))}
    </>
  );
}

function Figure({
  target,
  part,
  progress,
  offered,
  given,
  change,
}: {
  target: Target;
  part: Part;
  progress: Progress | undefined;
  offered: readonly Offered[];
  given: FigureGiven;
  change: (given: FigureGiven) => void;
}) {
  const { t, i18n } = useTranslation('mine');
  const inWords = useSubject();
  const last = lastOf(progress, part);
  const planned = progress?.planned ?? null;
  const isBehind = planned !== null && typeof given.value === 'number' && isBelow(target, given.value, planned);
  const inUnit = (value: number): string => figureInWords(value, target.unit, i18n.language);
  return (
    <div className="figure" role="group" aria-label={target.text}>
      <div className="figure-head">{target.text}</div>
      <div className="figure-row">
        <InputNumber
          aria-label={`${target.text}（${target.unit}）`}
          value={given.value ?? null}
          onChange={(value) => change({ value })}
          suffix={target.unit}
          style={{ width: '13em' }}
        />
        {planned !== null && (
          <span className={isBehind ? 'figure-behind' : 'figure-beside'}>
            {t(isBehind ? 'figure.behind' : 'figure.planned')} {inUnit(planned)}
          </span>
        )}
        {last !== undefined && (
          <span className="figure-beside">
            {t('figure.last')} {inWords(last.period)} {inUnit(last.value)}{' '}
            <Button size="small" onClick={() => change({ value: last.value })}>
              {t('figure.takeLast')}
            </Button>
          </span>
        )}
        {offered.slice(0, 3).map((one) => (
          <span key={one.figureId} className="figure-beside">
            {t('figure.given', { unit: one.unitName, number: one.taskNumber ?? '' })} {inUnit(one.value)}{' '}
            <Button
              size="small"
              type={given.figureId === one.figureId ? 'primary' : 'default'}
              onClick={() => change({ value: one.value, figureId: one.figureId })}
            >
              {t(given.figureId === one.figureId ? 'figure.taken' : 'figure.take')}
            </Button>
          </span>
        ))}
      </div>
    </div>
  );
}

/** What the unit gave last. */
function lastOf(progress: Progress | undefined, part: Part): { period: string | null; value: number } | undefined {
  for (const { assignmentId, actual, period } of [...(progress?.series ?? [])].reverse()) {
    if (assignmentId === part.id && actual !== null) return { period, value: actual };
  }
  return undefined;
}

/** Of a figure that should stay under its bound, more is worse. */
function isBelow({ comparator }: Target, value: number, planned: number): boolean {
  return comparator === 'lte' || comparator === 'lt' ? value > planned : value < planned;
}

/** Whether a figure falls short of what was promised: it needs a reason then. */
export const fallsShort = (target: Target, { value }: FigureGiven = {}): boolean =>
  typeof value === 'number' && isBelow(target, value, target.value);

interface Measurement {
  targetId: string;
  value?: number;
  figureId?: string;
}
/** What is sent of them: a figure that was taken over goes by its id. */
export const measurementsOf = (figures: FiguresGiven = {}): Measurement[] =>
  Object.entries(figures).flatMap(([targetId, { value, figureId }]): Measurement[] => {
    if (figureId !== undefined) return [{ targetId, figureId }];
    return typeof value === 'number' ? [{ targetId, value }] : [];
  });
