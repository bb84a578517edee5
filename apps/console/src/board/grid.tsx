import { Checkbox, Tag } from 'antd';
import { type KeyboardEvent, memo, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Schemas } from '../api/client';
import { Day, DueDay } from '../layout/day';
import { useView } from '../layout/view';
import { Light } from '../lights/light';
import type { RowSource } from './row-source';
import { scaleOf, scrollTo, windowAt } from './scroll';

export type TaskRow = Schemas['TasksDto']['items'][number];

interface GridProps {
  source: RowSource<TaskRow>;
  selected: ReadonlyMap<string, TaskRow>;
  select: (selected: ReadonlyMap<string, TaskRow>) => void;
  /** All rows of the list; null where they are too many to be done with at once. */
  selectAll: (() => void) | null;
  /** A row to be brought into view. */
  jumpTo: number | null;
  jumped: () => void;
  askJump: () => void;
  askSearch: () => void;
}

const ROW_PIXELS = 44;
const LARGE_ROW_PIXELS = 60;

/** Rows of any number, of which those in view are drawn; moved through by keys, as a sheet is. */
export function Grid({ source, selected, select, selectAll, jumpTo, jumped, askJump, askSearch }: GridProps) {
  const { t } = useTranslation('board');
  const navigate = useNavigate();
  const rowHeight = useView().isLarge ? LARGE_ROW_PIXELS : ROW_PIXELS;
  const frame = useRef<HTMLDivElement>(null);
  const [viewHeight, setViewHeight] = useState(600);
  const [scrolled, setScrolled] = useState(0);
  const [active, setActive] = useState(0);
  const rows = source.total;
  const view = windowAt(rows, rowHeight, viewHeight, scrolled);

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = new ResizeObserver(() => setViewHeight(element.clientHeight));
    measure.observe(element);
    return () => measure.disconnect();
  }, []);
  useEffect(() => source.ensure(view.from, view.to), [source, view.from, view.to]);

  const scale = scaleOf(rows, rowHeight, viewHeight);
  useEffect(() => {
    const element = frame.current;
    if (!element || scale === 1) return;
    // A wheel turns by rows of the list: the scroll bar of a very long one would go several screens at a time.
    let kept = 0;
    const turn = (event: WheelEvent): void => {
      if (event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      const pixels = [1, rowHeight, viewHeight][event.deltaMode]!;
      // Where it stands is a whole pixel: the rest of a small turn counts with the next.
      kept += event.deltaY * pixels * scale;
      const whole = Math.trunc(kept);
      kept -= whole;
      element.scrollTop += whole;
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, [scale, rowHeight, viewHeight]);

  const show = useCallback(
    (row: number) => {
      const wanted = Math.min(Math.max(0, row), Math.max(0, rows - 1));
      setActive(wanted);
      const element = frame.current;
      if (!element) return;
      const seen = windowAt(rows, rowHeight, viewHeight, element.scrollTop, 0);
      if (wanted > seen.from && wanted < seen.to - 1) return;
      const first = wanted <= seen.from ? wanted : wanted - Math.floor(viewHeight / rowHeight) + 1;
      element.scrollTop = scrollTo(Math.max(0, first), rows, rowHeight, viewHeight);
    },
    [rows, rowHeight, viewHeight],
  );
  useEffect(() => {
    if (jumpTo === null) return;
    show(jumpTo);
    frame.current?.focus();
    jumped();
  }, [jumpTo, jumped, show]);

  const chosen = useRef(selected);
  chosen.current = selected;
  const toggle = useCallback(
    (row: TaskRow): void => {
      const next = new Map(chosen.current);
      if (!next.delete(row.id)) next.set(row.id, row);
      select(next);
    },
    [select],
  );
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(viewHeight / rowHeight) - 1);
    const row = source.row(active);
    const acts: Record<string, () => void> = {
      ArrowDown: () => show(active + 1),
      j: () => show(active + 1),
      ArrowUp: () => show(active - 1),
      k: () => show(active - 1),
      PageDown: () => show(active + page),
      PageUp: () => show(active - page),
      Home: () => show(0),
      End: () => show(rows - 1),
      Enter: () => row && void navigate(`/tasks/${row.id}`),
      ' ': () => row && toggle(row),
      g: askJump,
      '/': askSearch,
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const indexes = Array.from({ length: Math.max(0, view.to - view.from) }, (_, i) => view.from + i);
  return (
    <div className="grid panel">
      <div
        className="grid-frame"
        ref={frame}
        role="grid"
        tabIndex={0}
        aria-label={t('title')}
        aria-rowcount={source.isTotalKnown ? rows + 1 : -1}
        // Of a row that is not here, or waits to be read, there is nothing to name.
        aria-activedescendant={indexes.includes(active) && source.row(active) ? `row-${active}` : undefined}
        onKeyDown={press}
        onScroll={({ currentTarget }) => setScrolled(currentTarget.scrollTop)}
      >
        <div className="grid-row grid-head" role="row" aria-rowindex={1}>
          {(['select', 'light', 'number', 'content', 'leads', 'state', 'next', 'due'] as const).map((column) => (
            <div key={column} role="columnheader" className={`grid-${column}`}>
              {column === 'select' ? (
                <Checkbox
                  aria-label={t(selectAll ? 'columns.selectAll' : 'columns.tooManyToSelect')}
                  title={t(selectAll ? 'columns.selectAll' : 'columns.tooManyToSelect')}
                  disabled={!selectAll && selected.size === 0}
                  checked={source.isTotalKnown && rows > 0 && selected.size === rows}
                  indeterminate={selected.size > 0 && selected.size < rows}
                  onChange={() => (selected.size === rows || !selectAll ? select(new Map()) : selectAll())}
                />
              ) : (
                t(`columns.${column}`)
              )}
            </div>
          ))}
        </div>
        <div className="grid-body" role="rowgroup" style={{ height: view.height }}>
          <div role="presentation" style={{ transform: `translateY(${view.top}px)` }}>
            {indexes.map((index) => (
              <Row
                key={index}
                index={index}
                row={source.row(index)}
                height={rowHeight}
                isActive={index === active}
                isSelected={selected.has(source.row(index)?.id ?? '')}
                activate={setActive}
                toggle={toggle}
              />
            ))}
          </div>
        </div>
      </div>
      <p className="grid-help no-print">{t('jump.help')}</p>
    </div>
  );
}

interface RowProps {
  index: number;
  row: TaskRow | undefined;
  height: number;
  isActive: boolean;
  isSelected: boolean;
  activate: (index: number) => void;
  toggle: (row: TaskRow) => void;
}

/** Kept as it is while others come into view: that is what scrolling smoothly takes. */
const Row = memo(function Row({ index, row, height, isActive, isSelected, activate, toggle }: RowProps) {
  const { t } = useTranslation(['board', 'terms']);
  const style = { height };
  if (!row) {
    return (
      <div className="grid-row grid-waiting" role="row" aria-rowindex={index + 2} style={style}>
        <div role="gridcell" className="grid-content">
          …
        </div>
      </div>
    );
  }
  const leads = row.leads.join('、');
  return (
    <div
      id={`row-${index}`}
      className={`grid-row${isActive ? ' is-active' : ''}${isSelected ? ' is-selected' : ''}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      style={style}
      onClick={() => activate(index)}
    >
      <div role="gridcell" className="grid-select">
        <Checkbox
          tabIndex={-1}
          checked={isSelected}
          onChange={() => toggle(row)}
          aria-label={`${t('columns.select')} ${row.number ?? ''}`}
        />
      </div>
      <div role="gridcell" className="grid-light">
        <Light light={row.light} isShort />
      </div>
      <div role="gridcell" className="grid-number">
        {row.number}
      </div>
      <div role="gridcell" className="grid-content">
        <Link to={`/tasks/${row.id}`} tabIndex={-1} title={row.content}>
          {row.content}
        </Link>
      </div>
      <div role="gridcell" className="grid-leads" title={leads}>
        {leads}
        {row.leadInferred && <Tag title={t('terms:leadInferred')}>{t('inferred')}</Tag>}
      </div>
      <div role="gridcell" className="grid-state">
        {row.state && t(`terms:assignment.${row.state}`)}
        {row.notice && (
          <span
            className={`notice-tag notice-${row.notice}`}
            title={t('terms:noticeShort', { colour: t(`terms:colour.${row.notice}`) })}
          >
            {t(`noticeOf.${row.notice}`)}
          </span>
        )}
      </div>
      <div role="gridcell" className="grid-next">
        <DueDay at={row.nextDueAt} />
        {row.overdue > 0 && <span className="date-late"> · {t('overdueItems', { count: row.overdue })}</span>}
      </div>
      <div role="gridcell" className="grid-due">
        <Day date={row.dueOn} />
      </div>
    </div>
  );
});
