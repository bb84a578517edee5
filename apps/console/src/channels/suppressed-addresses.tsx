import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { Table } from '../layout/table';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import { WithReason } from './with-reason';

type Suppressed = Schemas['SuppressedDto']['items'][number];

/** Addresses from which messages came back (退信): nothing goes there until somebody says that they work. */
export function SuppressedAddresses() {
  const { t } = useTranslation('admin');
  const { may } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const addresses = usePages('/api/v1/suppressed-addresses', { limit: 50 });
  const lift = api.useMutation('post', '/api/v1/suppressed-addresses/{id}/lift', {
    onSuccess: async () => {
      void message.success(t('done'));
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/suppressed-addresses'] });
    },
    onError: useTellProblem(),
  });
  return (
    <>
      {addresses.error && <ProblemView problem={addresses.error} retry={() => void addresses.refetch()} />}
      <Table<Suppressed>
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: true }}
        loading={addresses.isPending}
        locale={{ emptyText: addresses.isPending ? <></> : <Empty says={t('suppressed.none')} /> }}
        dataSource={addresses.items}
        columns={[
          { title: t('destinations.address'), dataIndex: 'address' },
          {
            title: t('suppressed.whose'),
            dataIndex: 'persons',
            render: (persons: Suppressed['persons']) => persons.map(({ name }) => name).join('、') || '–',
          },
          { title: t('suppressed.since'), dataIndex: 'since', render: (at: string) => <Instant at={at} /> },
          {
            title: t('suppressed.words'),
            key: 'words',
            render: (_, { status, words }) => `${status} ${words}`,
          },
          {
            key: 'lift',
            render: (_, { id, liftedAt }) =>
              liftedAt === null
                ? may('address.lift') && (
                    <WithReason
                      says={t('suppressed.lift')}
                      act={(reason) => lift.mutate({ params: { path: { id } }, body: { reason } })}
                    />
                  )
                : t('suppressed.lifted'),
          },
        ]}
      />
    </>
  );
}
