import { App, Button, Select, Skeleton, Switch, Tag } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { WithReason } from '../channels/with-reason';
import { UnitSelect } from '../directory/unit-select';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { Table } from '../layout/table';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import { UnitBars } from './unit-bars';

type Card = Schemas['CardsDto']['items'][number];
const COLOURS = ['yellow', 'red'] as const;

/** Cards (督办牌) with why each was given, and the points of each unit; the head of the office takes back what was an error. */
export function Cards() {
  const { t, i18n } = useTranslation(['ledgers', 'terms', 'console']);
  const { may } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const unitId = search.get('unit') ?? undefined;
  const colour = COLOURS.find((one) => one === search.get('colour'));
  const isStanding = search.get('all') !== 'true';
  const set = (key: string, value: string | undefined): void =>
    setSearch((before) => {
      if (value) before.set(key, value);
      else before.delete(key);
      return before;
    });
  const cards = usePages('/api/v1/cards', { limit: 50, unitId, colour, ...(isStanding ? { standing: true } : {}) });
  const withdraw = api.useMutation('post', '/api/v1/cards/{id}/withdrawal', {
    onSuccess: async () => {
      void message.success(t('ledgers:cards.withdrawn'));
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['get', '/api/v1/cards'] }),
        queries.invalidateQueries({ queryKey: ['get', '/api/v1/cards/points'] }),
      ]);
    },
    onError: useTellProblem(),
  });
  return (
    <>
      <p>{t('ledgers:cards.about')}</p>
      <Points unitId={unitId} />
      <div className="people-acts">
        {may('read.all') && (
          <UnitSelect value={unitId} onChange={(id) => set('unit', id)} placeholder={t('ledgers:unit')} />
        )}
        <Select
          allowClear
          style={{ minWidth: 120 }}
          aria-label={t('ledgers:cards.colour')}
          placeholder={t('ledgers:cards.colour')}
          value={colour}
          options={COLOURS.map((value) => ({ value, label: t(`terms:colour.${value}`) }))}
          onChange={(value) => set('colour', value)}
        />
        <label>
          <Switch size="small" checked={!isStanding} onChange={(all) => set('all', all ? 'true' : undefined)} />{' '}
          {t('ledgers:cards.all')}
        </label>
      </div>
      {cards.error && <ProblemView problem={cards.error} retry={() => void cards.refetch()} />}
      <Table<Card>
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: 860 }}
        loading={cards.isPending}
        locale={{ emptyText: cards.isPending ? <></> : <Empty says={t('ledgers:cards.none')} /> }}
        dataSource={cards.items}
        columns={[
          { title: t('ledgers:cards.givenAt'), dataIndex: 'givenAt', render: (at: string) => <Instant at={at} /> },
          {
            title: t('ledgers:cards.card'),
            key: 'card',
            render: (_, { colour: its, points }) => (
              <>
                <Tag color={its === 'red' ? 'red' : its === 'yellow' ? 'gold' : undefined}>
                  {its ? t(`terms:colour.${its}`) : t('ledgers:cards.measures')}
                </Tag>
                {points !== 0 && t('ledgers:cards.pointsOf', { points })}
              </>
            ),
          },
          { title: t('ledgers:unit'), dataIndex: 'unitName' },
          {
            title: t('ledgers:task'),
            key: 'task',
            render: (_, { taskId, taskNumber }) => (
              <Link to={`/tasks/${taskId}`}>{taskNumber ?? t('ledgers:task')}</Link>
            ),
          },
          {
            title: t('ledgers:cards.why'),
            dataIndex: 'why',
            render: (why: Card['why']) => why[i18n.language === 'en' ? 'en' : 'zh'],
          },
          {
            key: 'withdrawal',
            render: (_, { id, withdrawal }) => {
              if (withdrawal) return <Tag>{t('ledgers:cards.withdrawnFor', { reason: withdrawal.reason })}</Tag>;
              if (!may('card.withdraw')) return null;
              return (
                <WithReason
                  says={t('ledgers:cards.withdraw')}
                  asks={t('ledgers:cards.withdrawMeans')}
                  danger
                  act={(reason) => withdraw.mutate({ params: { path: { id } }, body: { reason } })}
                />
              );
            },
          },
        ]}
      />
      {cards.hasNextPage && (
        <Button block loading={cards.isFetchingNextPage} onClick={() => void cards.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
    </>
  );
}

function Points({ unitId }: { unitId: string | undefined }) {
  const { t } = useTranslation('ledgers');
  const points = api.useQuery('get', '/api/v1/cards/points', { params: { query: { unitId } } });
  const units = useMemo(
    () => [...(points.data?.items ?? [])].sort((one, other) => other.red + other.yellow - one.red - one.yellow),
    [points.data],
  );
  const series = useMemo(
    () => [
      { name: t('cards.red'), colour: '#b42318', values: units.map(({ red }) => red) },
      { name: t('cards.yellow'), colour: '#b98300', values: units.map(({ yellow }) => yellow) },
      { name: t('cards.points'), colour: '#98a2b3', values: units.map((unit) => Math.abs(unit.points)) },
    ],
    [units, t],
  );
  if (points.error) return <ProblemView problem={points.error} retry={() => void points.refetch()} />;
  if (points.isPending) return <Skeleton active />;
  const [first] = units;
  if (!first) return null;
  return (
    <UnitBars
      title={t('cards.picture')}
      summary={t('cards.summary', {
        units: units.length,
        first: first.unitName,
        red: first.red,
        yellow: first.yellow,
      })}
      unit={t('unit')}
      names={units.map(({ unitName }) => unitName)}
      series={series}
    />
  );
}
