import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Empty } from '../layout/empty';
import { Table } from '../layout/table';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { TestResult } from './test-result';

type Channel = Schemas['ChannelsDto']['items'][number];

/** The channels to people (发送渠道), each to be tried on oneself (试发). */
export function OwnChannels() {
  const { t } = useTranslation('admin');
  const [testing, setTesting] = useState<{ id: string; to: string } | null>(null);
  const channels = api.useQuery('get', '/api/v1/channels');
  const nameOf = (channel: string): string =>
    t(`destinations.kind.${channel}` as 'destinations.kind.smtp', { defaultValue: channel });
  const ask = api.useMutation('post', '/api/v1/channels/{channel}/test', {
    onSuccess: ({ id, channel }) => setTesting({ id, to: nameOf(channel) }),
    onError: useTellProblem(),
  });
  if (channels.error) return <ProblemView problem={channels.error} retry={() => void channels.refetch()} />;
  if (!channels.data) return <Skeleton active />;
  return (
    <>
      <p>{t('tests.about')}</p>
      <Table<Channel>
        rowKey="channel"
        size="small"
        pagination={false}
        scroll={{ x: true }}
        locale={{ emptyText: <Empty says={t('tests.none')} /> }}
        dataSource={channels.data.items}
        columns={[
          { title: t('destinations.channel'), dataIndex: 'channel', render: nameOf },
          {
            title: t('tests.address'),
            dataIndex: 'address',
            render: (address: string | null) => address ?? t('tests.noAddress'),
          },
          {
            key: 'test',
            render: (_, { channel, address }) => (
              <Button
                size="small"
                disabled={address === null}
                loading={ask.isPending && ask.variables.params.path.channel === channel}
                aria-label={t('tests.askOf', { channel: nameOf(channel) })}
                onClick={() => ask.mutate({ params: { path: { channel } } })}
              >
                {t('tests.ask')}
              </Button>
            ),
          },
        ]}
      />
      {testing && <TestResult key={testing.id} {...testing} close={() => setTesting(null)} />}
    </>
  );
}
