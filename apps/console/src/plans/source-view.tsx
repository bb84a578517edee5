import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Placed } from './plan';

export interface Stretch {
  start: number;
  end: number;
}
interface Piece extends Stretch {
  taskId: string | null;
  field: string | null;
  isLeftOut: boolean;
  isWanted: boolean;
}

const MARKED = new Set([
  'number',
  'content',
  'lead',
  'responsible',
  'cooperating',
  'supervising',
  'deadline',
  'target',
]);

/** The text in pieces, each of one kind: whose task it is, which field was read from it, whether it was left out. */
function piecesOf(
  text: string,
  tasks: readonly Placed[],
  leftOut: readonly Stretch[],
  { selectedId, wanted }: { selectedId: string | null; wanted: Stretch | null },
): Piece[] {
  const own = tasks
    .map(({ task }) => task)
    .filter(({ source, sourceRevisionId }) => !sourceRevisionId && source.end > source.start);
  const selected = own.find(({ id }) => id === selectedId);
  const marks = (selected?.marks ?? []).filter(({ field }) => MARKED.has(field) && field !== 'content');
  const bounds = new Set([0, text.length]);
  const stretches: Stretch[] = [...own.map(({ source }) => source), ...leftOut, ...marks, ...(wanted ? [wanted] : [])];
  for (const { start, end } of stretches) {
    bounds.add(Math.min(start, text.length));
    bounds.add(Math.min(end, text.length));
  }
  const points = [...bounds].sort((one, other) => one - other);
  const within = ({ start, end }: Stretch, from: number, to: number): boolean => start <= from && to <= end;
  let taskAt = 0;
  let leftAt = 0;
  const byStart = [...own].sort(
    (one, other) => one.source.start - other.source.start || other.source.end - one.source.end,
  );
  return points.slice(0, -1).map((start, at) => {
    const end = points[at + 1]!;
    while (taskAt + 1 < byStart.length && byStart[taskAt + 1]!.source.start <= start) taskAt++;
    while (leftAt + 1 < leftOut.length && leftOut[leftAt + 1]!.start <= start) leftAt++;
    const task = [byStart[taskAt], byStart[taskAt - 1]].find((one) => one && within(one.source, start, end));
    const isSelected = selected !== undefined && within(selected.source, start, end);
    return {
      start,
      end,
      taskId: isSelected ? selected.id : (task?.id ?? null),
      field: isSelected ? (marks.find((mark) => within(mark, start, end))?.field ?? null) : null,
      isLeftOut: leftOut[leftAt] !== undefined && within(leftOut[leftAt]!, start, end),
      isWanted: wanted !== null && within(wanted, start, end),
    };
  });
}

/** The document (原文) with the words from which the selected task was read marked by field, scrolled to them. */
export function SourceView({
  text,
  tasks,
  leftOut,
  selectedId,
  wanted,
  select,
}: {
  text: string;
  tasks: readonly Placed[];
  leftOut: readonly Stretch[];
  selectedId: string | null;
  /** What the reader asks about: shown above all. */
  wanted: Stretch | null;
  select: (taskId: string) => void;
}) {
  const { t } = useTranslation('plans');
  const box = useRef<HTMLDivElement>(null);
  const pieces = useMemo(
    () => piecesOf(text, tasks, leftOut, { selectedId, wanted }),
    [text, tasks, leftOut, selectedId, wanted],
  );
  useEffect(() => {
    const mark =
      box.current?.querySelector<HTMLElement>('.is-wanted') ?? box.current?.querySelector<HTMLElement>('.is-selected');
    if (!mark || !box.current) return;
    const top = mark.offsetTop - box.current.clientHeight / 3;
    box.current.scrollTo({ top });
  }, [pieces]);
  return (
    <div className="source" role="region" aria-label={t('source.title')}>
      <div className="source-head">
        <h2>{t('source.title')}</h2>
        <ul className="source-legend" aria-label={t('source.legend')}>
          {(['lead', 'responsible', 'cooperating', 'deadline', 'target'] as const).map((field) => (
            <li key={field} className={`mark mark-${field}`}>
              {t(`field.${field}`)}
            </li>
          ))}
        </ul>
      </div>
      <div className="source-text" ref={box} tabIndex={0} role="document" aria-label={t('source.title')}>
        {pieces.map(({ start, end, taskId, field, isLeftOut, isWanted }) => (
          <span
            key={start}
            className={
              [
                taskId !== null && 'of-task',
                taskId !== null && taskId === selectedId && 'is-selected',
                field !== null && `mark mark-${field}`,
                isLeftOut && taskId === null && 'left-out',
                isWanted && 'is-wanted',
              ]
                .filter(Boolean)
                .join(' ') || undefined
            }
            onClick={taskId === null ? undefined : () => select(taskId)}
          >
            {text.slice(start, end)}
          </span>
        ))}
      </div>
    </div>
  );
}
