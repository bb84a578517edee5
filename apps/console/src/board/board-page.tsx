import { Button, type InputRef } from 'antd';
import { lazy, Suspense, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { answerOf, client, type Problem } from '../api/client';
import { useChanges } from '../api/changes';
import { Empty } from '../layout/empty';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { filterOf } from './board-filter';
import './board.css';
import { BulkActs } from './bulk-acts';
import { FilterBar } from './filter-bar';
import { Grid, type TaskRow } from './grid';
import { RowSource } from './row-source';

const Jump = lazy(() => import('./jump'));
const TakeBoard = lazy(() => import('./take-board'));

/** One act on each of more would go on for minutes. */
const MOST_SELECTED = 1000;

/** The board (台账): every task with its light, its state and what is due next. */
export default function BoardPage() {
  const { t } = useTranslation('board');
  const { may } = useSession();
  const [search] = useSearchParams();
  const [generation, setGeneration] = useState(0);
  const source = useRows(search.toString(), generation);
  const [selected, setSelected] = useState<ReadonlyMap<string, TaskRow>>(new Map());
  const searchBox = useRef<InputRef>(null);
  const [jumpTo, setJumpTo] = useState<number | null>(null);
  const [isJumping, setJumping] = useState(false);
  const change = useChanges();

  // Somebody has changed a task: what is in view is read again, without moving it.
  useEffect(() => {
    if (change > 0) setGeneration((was) => was + 1);
  }, [change]);
  useEffect(() => setSelected(new Map()), [search]);

  const selectAll = (): void =>
    void source.all().then(
      (rows) => setSelected(new Map(rows.map((row) => [row.id, row]))),
      // The list itself says what went wrong with it.
      () => undefined,
    );
  const isEmpty = source.isTotalKnown && source.total === 0;
  return (
    <div className="board">
      <PageHead
        title={t('title')}
        extra={
          <span aria-live="polite">{source.isTotalKnown ? t('total', { count: source.total }) : t('counting')}</span>
        }
      >
        <BulkActs
          selected={selected}
          clear={() => setSelected(new Map())}
          done={() => setGeneration((was) => was + 1)}
        />
        <Suspense fallback={<Button disabled>{t('take.label')}</Button>}>
          <TakeBoard source={source} />
        </Suspense>
        <Button onClick={() => setJumping(true)}>{t('jump.open')}</Button>
      </PageHead>
      <FilterBar searchBox={searchBox} />
      {source.error !== null && (
        <ProblemView problem={source.error as Problem} retry={() => setGeneration((was) => was + 1)} />
      )}
      {isEmpty ? (
        <section className="panel">
          <Empty says={t('empty')}>
            {may('plan.draft') && (
              <Link to="/plans">
                <Button type="primary">{t('importPlan')}</Button>
              </Link>
            )}
          </Empty>
        </section>
      ) : (
        <Grid
          source={source}
          selected={selected}
          select={setSelected}
          selectAll={source.isTotalKnown && source.total <= MOST_SELECTED ? selectAll : null}
          jumpTo={jumpTo}
          jumped={() => setJumpTo(null)}
          askJump={() => setJumping(true)}
          askSearch={() => searchBox.current?.focus()}
        />
      )}
      {isJumping && (
        <Suspense>
          <Jump
            source={source}
            sort={filterOf(search).sort ?? 'position'}
            close={() => setJumping(false)}
            go={(row) => {
              setJumping(false);
              setJumpTo(row);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

/** The rows that the address asks for; another address, or another generation, is another list. */
function useRows(address: string, generation: number): RowSource<TaskRow> {
  const source = useMemo(() => {
    const query = filterOf(new URLSearchParams(address));
    return new RowSource<TaskRow>((cursor, limit, signal) =>
      answerOf(
        client.GET('/api/v1/tasks', {
          params: { query: { ...query, limit, ...(cursor === null ? {} : { cursor }) } },
          signal,
        }),
      ),
    );
    // Another generation reads the same anew.
  }, [address, generation]);
  useEffect(() => {
    const abort = new AbortController();
    // The first rows are on the page before it is counted how many there are.
    const query = filterOf(new URLSearchParams(address));
    void client.GET('/api/v1/tasks/landmarks', { params: { query }, signal: abort.signal }).then(
      ({ data }) => data && source.setLandmarks(data.total, data.items),
      () => undefined,
    );
    return () => {
      abort.abort();
      source.end();
    };
  }, [address, source]);
  useSyncExternalStore(source.subscribe, source.snapshot);
  return source;
}
