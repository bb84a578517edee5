import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Table } from '../layout/table';
import type { Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Day, dayOf } from '../layout/day';
import { Empty } from '../layout/empty';
import { useSubject } from '../layout/subject';
import { TaskLink } from '../layout/task-link';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';

/** What is overdue, the longest first, and the units that have most of it. */
export function Stuck({ units, count }: { units: Schemas['DashboardDto']['mostOverdueUnits']; count: number }) {
  const { t } = useTranslation(['desk', 'terms']);
  const inWords = useSubject();
  const dueBefore = `${dayOf(now())}T23:59:59Z`;
  const owed = usePages('/api/v1/obligations', { state: 'open', dueBefore, limit: 50 });
  const overdue = owed.items.filter(({ isOverdue }) => isOverdue);
  return (
    <section className="panel" id="stuck">
      <h2>{t('desk:stuck')}</h2>
      {owed.error && <ProblemView problem={owed.error} />}
      {units.length > 0 && (
        <p>
          {units.map(({ unitId, unitName, overdue: ofUnit, standingNotices }) => (
            <Link key={unitId} to={`/notices?state=standing&unit=${unitId}`} className="stuck-unit">
              {unitName} {t('desk:stuckUnit', { count: ofUnit, notices: standingNotices })}
            </Link>
          ))}
        </p>
      )}
      <Table
        size="small"
        rowKey="id"
        loading={owed.isPending}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        tableLayout="fixed"
        scroll={{ x: 420 }}
        locale={{ emptyText: <Empty says={t('desk:noStuck')} /> }}
        dataSource={overdue}
        columns={[
          { title: t('desk:unit'), dataIndex: 'unitName', width: '28%' },
          {
            title: t('desk:what'),
            key: 'what',
            render: (_, one) => (
              <>
                {t(`terms:obligation.${one.kind}`)} {inWords(one.subject)}
                <br />
                <TaskLink of={one} />
              </>
            ),
          },
          {
            title: t('desk:dueOn'),
            dataIndex: 'dueOn',
            width: '8.5em',
            render: (day: string) => <Day date={day} isDue />,
          },
        ]}
      />
      {count > overdue.length && overdue.length > 0 && (
        <Link to={`/board?${new URLSearchParams({ dueBefore, sort: 'due' })}`}>{t('desk:allStuck', { count })}</Link>
      )}
    </section>
  );
}
