import { Button, Input, type InputRef, Select } from 'antd';
import { lazy, type RefObject, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { api } from '../api/client';
import { Light } from '../lights/light';
import { filterOf, LIGHTS, SORTS, STATES, withFilter } from './board-filter';

// A calendar weighs as much as half the board, and few need it.
const DueBefore = lazy(() => import('./due-before'));
// What they offer is asked for after the rows.
const DirectoryFilters = lazy(() => import('./directory-filters'));
// What one keeps, renames and takes back comes after the rows.
const Views = lazy(() => import('./views'));

const SORT_WORDS = { position: 'position', due: 'due', '-due': 'dueDown' } as const;
const TYPING_MS = 300;

/** What the board is narrowed to; each change goes into the address, so that it can be kept and passed on. */
export function FilterBar({ searchBox }: { searchBox: RefObject<InputRef | null> }) {
  const { t } = useTranslation(['board', 'terms']);
  const [search, setSearch] = useSearchParams();
  const filter = filterOf(search);
  const [isDating, setDating] = useState(false);
  const set = (change: Parameters<typeof withFilter>[1]): void =>
    setSearch((was) => withFilter(was, change), { replace: true });

  const plans = api.useQuery('get', '/api/v1/plans', { params: { query: { limit: 200 } } });
  const plan = api.useQuery(
    'get',
    '/api/v1/plans/{id}',
    { params: { path: { id: filter.planId ?? '' } } },
    { enabled: filter.planId !== undefined, staleTime: 60_000 },
  );
  const sections = [...new Set((plan.data?.tasks ?? []).flatMap(({ path }) => path))];

  return (
    <div className="board-filters no-print" role="search" aria-label={t('filter.label')}>
      <Words box={searchBox} value={filter.q ?? ''} set={(q) => set({ q })} />
      <Select
        className="board-filter-wide"
        aria-label={t('filter.plan')}
        placeholder={t('filter.plan')}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={filter.planId}
        onChange={(planId?: string) => set({ planId: planId ?? null, section: null })}
        options={plans.data?.items.map(({ id, title }) => ({ value: id, label: title }))}
      />
      {sections.length > 0 && (
        <Select
          className="board-filter-wide"
          aria-label={t('filter.section')}
          placeholder={t('filter.section')}
          allowClear
          value={filter.section}
          onChange={(section?: string) => set({ section: section ?? null })}
          options={sections.map((value) => ({ value, label: value }))}
        />
      )}
      <Suspense>
        <DirectoryFilters filter={filter} set={set} />
      </Suspense>
      <Select
        className="board-filter"
        aria-label={t('filter.light')}
        placeholder={t('filter.light')}
        allowClear
        value={filter.light}
        onChange={(light?: string) => set({ light: light ?? null })}
        options={LIGHTS.map((value) => ({ value, label: <Light light={value} /> }))}
      />
      <Select
        className="board-filter"
        aria-label={t('filter.state')}
        placeholder={t('filter.state')}
        allowClear
        value={filter.state}
        onChange={(state?: string) => set({ state: state ?? null })}
        options={STATES.map((value) => ({ value, label: t(`terms:assignment.${value}`) }))}
      />
      {filter.dueBefore || isDating ? (
        <Suspense>
          <DueBefore value={filter.dueBefore ?? null} set={(dueBefore) => set({ dueBefore })} />
        </Suspense>
      ) : (
        <Button onClick={() => setDating(true)}>{t('filter.dueBefore')}</Button>
      )}
      <Select
        className="board-filter"
        aria-label={t('filter.sort')}
        value={filter.sort ?? 'position'}
        onChange={(sort) => set({ sort: sort === 'position' ? null : sort })}
        options={SORTS.map((value) => ({ value, label: t(`filter.${SORT_WORDS[value]}`) }))}
      />
      <Suspense fallback={<Button disabled>{t('views.label')}</Button>}>
        <Views />
      </Suspense>
      {search.size > 0 && <Button onClick={() => setSearch({}, { replace: true })}>{t('clear')}</Button>}
    </div>
  );
}

/** Searches when the typing rests. */
function Words({
  box,
  value,
  set,
}: {
  box: RefObject<InputRef | null>;
  value: string;
  set: (q: string | null) => void;
}) {
  const { t } = useTranslation('board');
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => set(typed.trim() || null), TYPING_MS);
    return () => clearTimeout(timer);
    // The setter is another one with each render, and the same in what it does.
  }, [typed, value]);
  return (
    <Input.Search
      ref={box}
      className="board-words"
      aria-label={t('filter.words')}
      placeholder={t('filter.words')}
      allowClear
      maxLength={100}
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
      onSearch={(q) => set(q.trim() || null)}
    />
  );
}
