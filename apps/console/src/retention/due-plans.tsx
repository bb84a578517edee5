import { App, Button, Input, Modal, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Table } from '../layout/table';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { WithReason } from '../channels/with-reason';
import { Day } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import '../people/people.css';

type Due = Schemas['DuePlansDto']['items'][number];

/** Closed plans whose period is over: chosen and proposed for disposal (销毁), which somebody else decides on. */
export function DuePlans() {
  const { t } = useTranslation(['admin', 'console']);
  const { may } = useSession();
  const { message } = App.useApp();
  const tell = useTellProblem();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<string[]>([]);
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const due = usePages('/api/v1/disposals/due', { limit: 50 });
  const changed = async (): Promise<void> => {
    setChosen([]);
    await due.refetch();
    await queries.invalidateQueries({ queryKey: ['get', '/api/v1/disposals'] });
  };
  const propose = api.useMutation('post', '/api/v1/disposals', {
    onSuccess: async () => {
      void message.success(t('retention.proposed'));
      setAsking(false);
      setReason('');
      await changed();
    },
    onError: tell,
  });
  const hold = api.useMutation('put', '/api/v1/plans/{id}/disposal-hold', {
    onSuccess: async () => {
      void message.success(t('done'));
      await changed();
    },
    onError: tell,
  });
  return (
    <>
      <p>{t('retention.dueAbout')}</p>
      {may('plan.archive') && (
        <div className="people-acts">
          <Button type="primary" disabled={chosen.length === 0} onClick={() => setAsking(true)}>
            {t('retention.propose', { count: chosen.length })}
          </Button>
        </div>
      )}
      {due.error && <ProblemView problem={due.error} retry={() => void due.refetch()} />}
      <Table<Due>
        rowKey="planId"
        size="small"
        pagination={false}
        scroll={{ x: 760 }}
        loading={due.isPending}
        locale={{ emptyText: due.isPending ? <></> : <Empty says={t('retention.noneDue')} /> }}
        dataSource={due.items}
        rowSelection={
          may('plan.archive')
            ? {
                selectedRowKeys: chosen,
                onChange: (keys) => setChosen(keys.map(String)),
                getCheckboxProps: ({ title, hold: held, disposalId }) => ({
                  'aria-label': title,
                  disabled: held !== null || disposalId !== null,
                }),
                columnTitle: t('retention.choose'),
              }
            : undefined
        }
        columns={[
          { title: t('retention.plan'), key: 'title', render: (_, { title, year }) => `${title}（${year}）` },
          {
            title: t('retention.period'),
            dataIndex: 'retention',
            render: (one: Due['retention']) => t(`retention.kept.${one}`),
          },
          { title: t('retention.dueOn'), dataIndex: 'dueOn', render: (on: string) => <Day date={on} /> },
          {
            title: t('retention.archivedAt'),
            dataIndex: 'archivedAt',
            render: (at: string | null) => (at === null ? t('retention.notArchived') : <Day date={at} />),
          },
          { title: t('retention.files'), dataIndex: 'files' },
          {
            title: t('people.state'),
            key: 'state',
            render: (_, { hold: held, disposalId }) =>
              held !== null ? (
                <Tag color="orange" title={held}>
                  {t('retention.held')}
                </Tag>
              ) : (
                disposalId !== null && <Tag>{t('retention.waiting')}</Tag>
              ),
          },
          {
            key: 'hold',
            render: (_, { planId, hold: held }) =>
              may('disposal.hold') && (
                <WithReason
                  says={t(held === null ? 'retention.hold' : 'retention.letGo')}
                  act={(why) =>
                    hold.mutate({ params: { path: { id: planId } }, body: { isHeld: held === null, reason: why } })
                  }
                />
              ),
          },
        ]}
      />
      {due.hasNextPage && (
        <Button block loading={due.isFetchingNextPage} onClick={() => void due.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
      <Modal
        open={isAsking}
        title={t('retention.propose', { count: chosen.length })}
        okText={t('console:act.confirm')}
        okButtonProps={{ disabled: reason.trim() === '', loading: propose.isPending }}
        onOk={() => propose.mutate({ body: { planIds: chosen, reason: reason.trim() } })}
        onCancel={() => setAsking(false)}
      >
        <p>{t('retention.proposeMeans')}</p>
        <Input.TextArea
          aria-label={t('changes.reason')}
          placeholder={t('changes.reason')}
          rows={2}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Modal>
    </>
  );
}
