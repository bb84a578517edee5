import { Button, Form, Tag } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, type Schemas } from '../api/client';
import { Day, dayOf } from '../layout/day';
import { Table } from '../layout/table';
import { Chart, type ChartOption, TOOLTIP } from '../pictures/chart';
import { Picture } from '../pictures/picture';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { SpanFields } from './span-fields';

type Body = Schemas['BackTestInputDto'];
type BackTested = Schemas['BackTestDto'];
type Totals = NonNullable<BackTested['totals']>;
const SIDES = ['both', 'onlyBefore', 'onlyWith'] as const;
const INK = { both: '#98a2b3', onlyBefore: '#b98300', onlyWith: '#17437e' } as const;
/** As many differences as somebody reads; the totals count all. */
const SHOWN = 200;

/** A rule set held against what really happened (回测): what was sent beside what would have been. Nothing is written. */
export function BackTest({
  policyId,
  tried,
}: {
  policyId: string;
  /** Which rules: a version, a draft, or those that are being written. */
  tried: Pick<Body, 'version' | 'draftId' | 'rules'>;
}) {
  const { t } = useTranslation('policies');
  const backTest = api.useMutation('post', '/api/v1/policies/{id}/back-test');
  const today = dayOf(now());
  return (
    <section className="panel" aria-label={t('backTest.title')}>
      <h2>{t('backTest.title')}</h2>
      <p>{t('backTest.about')}</p>
      <Form<{ from: string; to: string; planId: string }>
        layout="inline"
        name="back-test"
        className="simulate-form"
        initialValues={{ from: `${Number(today.slice(0, 4)) - 1}${today.slice(4)}`, to: today, planId: '' }}
        onFinish={({ from, to, planId }) =>
          backTest.mutate({
            params: { path: { id: policyId } },
            body: { from, to, planId: planId || undefined, limit: SHOWN, ...tried },
          })
        }
      >
        <SpanFields />
        <Button type="primary" htmlType="submit" loading={backTest.isPending}>
          {t('backTest.run')}
        </Button>
      </Form>
      {backTest.error && <ProblemView problem={backTest.error} />}
      {backTest.data?.totals && <Compared totals={backTest.data.totals} items={backTest.data.items} />}
    </section>
  );
}

function Compared({ totals, items }: { totals: Totals; items: BackTested['items'] }) {
  const { t } = useTranslation(['policies', 'terms']);
  const { both, onlyBefore, onlyWith, worstBefore, worstWith } = totals;
  if (both + onlyBefore + onlyWith === 0) return <p role="status">{t('policies:backTest.nothing')}</p>;
  const counts = SIDES.map((side) => ({
    title: t(`policies:backTest.${side}`),
    dataIndex: side,
    align: 'right' as const,
  }));
  const total = t('policies:backTest.total', {
    sent: both + onlyBefore,
    would: both + onlyWith,
    both,
    less: onlyBefore,
    more: onlyWith,
  });
  const differences = onlyBefore + onlyWith;
  return (
    <>
      <p role="status" className="simulated">
        <b>{total}</b>
      </p>
      <ul className="kinds">
        {worstBefore && (
          <li>
            {t('policies:backTest.worstBefore')} <Day date={worstBefore.day} /> ({worstBefore.followUps})
          </li>
        )}
        {worstWith && (
          <li>
            {t('policies:backTest.worstWith')} <Day date={worstWith.day} /> ({worstWith.followUps})
          </li>
        )}
      </ul>
      <Weeks days={totals.byDay} summary={total} />
      <details open>
        <summary>{t('policies:backTest.byKind')}</summary>
        <Table
          size="small"
          rowKey={({ kind, colour }) => `${kind} ${colour}`}
          pagination={false}
          scroll={{ x: 'max-content' }}
          dataSource={totals.byKind}
          columns={[
            {
              title: t('policies:backTest.kind'),
              key: 'kind',
              render: (_, { kind, colour }) =>
                `${colour ? t(`terms:colour.${colour}`) : ''}${t(`policies:kind.${kind}`)}`,
            },
            ...counts,
          ]}
        />
      </details>
      <details>
        <summary>{t('policies:backTest.byUnit')}</summary>
        <Table
          size="small"
          rowKey="unitId"
          pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
          scroll={{ x: 'max-content' }}
          dataSource={totals.byUnit}
          columns={[{ title: t('policies:unit'), dataIndex: 'unitName' }, ...counts]}
        />
      </details>
      {differences > 0 && (
        <details>
          <summary>{t('policies:backTest.differences', { count: differences })}</summary>
          <Table
            size="small"
            rowKey={(one) => `${one.side} ${one.obligationId} ${one.rung} ${one.postId} ${one.day}`}
            pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
            scroll={{ x: 'max-content' }}
            dataSource={items}
            columns={[
              { title: t('policies:day'), dataIndex: 'day', render: (day: string) => <Day date={day} /> },
              {
                title: t('policies:backTest.side'),
                dataIndex: 'side',
                render: (side: 'only_before' | 'only_with') => (
                  <Tag color={side === 'only_before' ? 'gold' : 'blue'}>
                    {t(`policies:backTest.${side === 'only_before' ? 'onlyBefore' : 'onlyWith'}`)}
                  </Tag>
                ),
              },
              {
                title: t('policies:backTest.step'),
                key: 'rung',
                render: (_, { kind, colour }) =>
                  `${colour ? t(`terms:colour.${colour}`) : ''}${t(`policies:kind.${kind}`)}`,
              },
              {
                title: t('policies:unit'),
                dataIndex: 'unitId',
                render: (id: string) => totals.byUnit.find(({ unitId }) => unitId === id)?.unitName,
              },
              {
                title: t('policies:backTest.task'),
                dataIndex: 'taskId',
                render: (id: string, { taskNumber, subject }) => (
                  <Link to={`/tasks/${id}`}>{taskNumber ?? subject ?? t('policies:backTest.task')}</Link>
                ),
              },
            ]}
          />
        </details>
      )}
    </>
  );
}

/** The Monday of the week of a day. */
function mondayOf(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.toISOString().slice(0, 10);
}

function Weeks({ days, summary }: { days: Totals['byDay']; summary: string }) {
  const { t } = useTranslation('policies');
  const title = t('backTest.picture');
  const weeks = useMemo(() => {
    const sums = new Map<string, Record<(typeof SIDES)[number], number>>();
    for (const day of days) {
      const week = mondayOf(day.day);
      const sum = sums.get(week) ?? { both: 0, onlyBefore: 0, onlyWith: 0 };
      for (const side of SIDES) sum[side] += day[side];
      sums.set(week, sum);
    }
    return [...sums].sort(([one], [other]) => one.localeCompare(other));
  }, [days]);
  const option = useMemo(
    (): ChartOption => ({
      tooltip: { ...TOOLTIP, trigger: 'axis', axisPointer: { type: 'shadow' } },
      legend: { bottom: 0 },
      grid: { left: 8, right: 16, top: 16, bottom: 48, containLabel: true },
      xAxis: { type: 'category', data: weeks.map(([week]) => week) },
      yAxis: { type: 'value', minInterval: 1 },
      series: SIDES.map((side) => ({
        type: 'bar',
        stack: 'sent',
        name: t(`backTest.${side}`),
        itemStyle: { color: INK[side] },
        data: weeks.map(([, sum]) => sum[side]),
      })),
    }),
    [weeks, t],
  );
  return (
    <Picture
      title={title}
      summary={summary}
      table={{
        heads: [t('backTest.week'), ...SIDES.map((side) => t(`backTest.${side}`))],
        rows: weeks.map(([week, sum]) => [week, ...SIDES.map((side) => sum[side])]),
      }}
    >
      <Chart option={option} height={300} label={`${title} ${summary}`} />
    </Picture>
  );
}
