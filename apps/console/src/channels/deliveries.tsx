import { Button, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Table } from '../layout/table';
import type { Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';

type Delivery = Schemas['DeliveriesDto']['items'][number];
const STATES = ['queued', 'sending', 'sent', 'delivered', 'read', 'bounced', 'failed', 'suppressed'] as const;

/** What became of every message (投递情况). */
export function Deliveries() {
  const { t } = useTranslation(['admin', 'terms', 'console']);
  const [search, setSearch] = useSearchParams();
  const state = STATES.find((one) => one === search.get('state'));
  const deliveries = usePages('/api/v1/deliveries', { limit: 50, ...(state ? { state } : {}) });
  return (
    <>
      <div className="people-acts">
        <Select
          style={{ minWidth: 180 }}
          aria-label={t('people.state')}
          placeholder={t('people.state')}
          allowClear
          value={state}
          options={STATES.map((value) => ({ value, label: t(`terms:delivery.${value}`) }))}
          onChange={(value) => setSearch({ show: 'deliveries', ...(value ? { state: value } : {}) })}
        />
      </div>
      {deliveries.error && <ProblemView problem={deliveries.error} retry={() => void deliveries.refetch()} />}
      <Table<Delivery>
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: 820 }}
        loading={deliveries.isPending}
        locale={{ emptyText: deliveries.isPending ? <></> : <Empty says={t('deliveries.none')} /> }}
        dataSource={deliveries.items}
        expandable={{
          expandedRowRender: ({ items }) => (
            <ul>
              {items.map(({ notificationId, text }) => (
                <li key={notificationId}>{text}</li>
              ))}
            </ul>
          ),
        }}
        columns={[
          { title: t('deliveries.at'), dataIndex: 'createdAt', render: (at: string) => <Instant at={at} /> },
          {
            title: t('deliveries.to'),
            key: 'to',
            render: (_, { personName, destinationName, address }) => personName ?? destinationName ?? address,
          },
          {
            title: t('destinations.channel'),
            dataIndex: 'channel',
            render: (kind: string) =>
              t(`destinations.kind.${kind}` as 'destinations.kind.webhook', { defaultValue: kind }),
          },
          { title: t('destinations.subject'), dataIndex: 'subject' },
          {
            title: t('people.state'),
            dataIndex: 'state',
            render: (value: Delivery['state']) => (
              <Tag color={value === 'failed' || value === 'bounced' ? 'red' : undefined}>
                {t(`terms:delivery.${value}`)}
              </Tag>
            ),
          },
          { title: t('deliveries.attempts'), dataIndex: 'attempts' },
          { title: t('deliveries.error'), dataIndex: 'lastError', render: (error: string | null) => error ?? '–' },
        ]}
      />
      {deliveries.hasNextPage && (
        <Button block loading={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
    </>
  );
}
