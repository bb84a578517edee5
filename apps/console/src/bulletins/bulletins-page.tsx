import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePages } from '../api/use-pages';
import { Day } from '../layout/day';
import { Empty } from '../layout/empty';
import { PageHead } from '../layout/page-head';
import { Table } from '../layout/table';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { MakeBulletin } from './make-bulletin';

/** Bulletins (通报): those that were published, and for the office the next one. */
export default function BulletinsPage() {
  const { t } = useTranslation('bulletins');
  const { may } = useSession();
  return (
    <>
      <PageHead title={t('title')} />
      <Published />
      {may('read.all') && <MakeBulletin />}
    </>
  );
}

function Published() {
  const { t } = useTranslation('bulletins');
  const found = usePages('/api/v1/bulletins', { limit: 50 });
  if (found.error) return <ProblemView problem={found.error} retry={() => void found.refetch()} />;
  if (!found.isPending && found.items.length === 0)
    return (
      <section className="panel no-print">
        <Empty says={t('none')} />
      </section>
    );
  return (
    <section className="panel no-print">
      <h2>{t('published')}</h2>
      <Table
        rowKey="id"
        size="small"
        pagination={false}
        loading={found.isPending}
        scroll={{ x: 'max-content' }}
        dataSource={found.items}
        columns={[
          {
            title: t('number'),
            render: (_, { id, year, number }) => <Link to={`/bulletins/${id}`}>{t('issue', { year, number })}</Link>,
          },
          { title: t('name'), dataIndex: 'title' },
          {
            title: t('span'),
            render: (_, { from, to }) => (
              <>
                <Day date={from} /> — <Day date={to} />
              </>
            ),
          },
          { title: t('publishedOn'), render: (_, { publishedAt }) => <Day date={publishedAt} /> },
        ]}
      />
      {found.hasNextPage && (
        <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </section>
  );
}
