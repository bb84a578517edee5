import { App, Button, Progress, Tag } from 'antd';
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
import { DisposalRegister } from './disposal-register';
import '../people/people.css';

type Disposal = Schemas['DisposalsDto']['items'][number];

/** Disposals (销毁): proposed by one, decided on by another, and how far they are carried out. */
export function Disposals() {
  const { t } = useTranslation(['admin', 'console']);
  const { me, may } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [open, setOpen] = useState<Disposal | null>(null);
  const disposals = usePages('/api/v1/disposals', { limit: 50 });
  const decide = api.useMutation('post', '/api/v1/disposals/{id}/decision', {
    onSuccess: async () => {
      void message.success(t('done'));
      await disposals.refetch();
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/disposals/due'] });
    },
    onError: useTellProblem(),
  });
  return (
    <>
      <p>{t('retention.disposalsAbout')}</p>
      {disposals.error && <ProblemView problem={disposals.error} retry={() => void disposals.refetch()} />}
      <Table<Disposal>
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: 760 }}
        loading={disposals.isPending}
        locale={{ emptyText: disposals.isPending ? <></> : <Empty says={t('retention.none')} /> }}
        dataSource={disposals.items}
        columns={[
          { title: t('retention.plan'), dataIndex: 'title' },
          { title: t('changes.reason'), dataIndex: 'reason' },
          { title: t('retention.proposedAt'), dataIndex: 'proposedAt', render: (at: string) => <Day date={at} /> },
          {
            title: t('people.state'),
            key: 'decision',
            render: (_, { decision, decisionReason }) => (
              <Tag title={decisionReason ?? undefined} color={decision === null ? 'orange' : undefined}>
                {t(`retention.${decision ?? 'waiting'}`)}
              </Tag>
            ),
          },
          {
            title: t('retention.files'),
            key: 'files',
            render: (_, { files, done, carriedOutAt }) =>
              files === null ? (
                '–'
              ) : done !== null && carriedOutAt === null ? (
                <Progress
                  size="small"
                  aria-label={t('retention.files')}
                  percent={files === 0 ? 100 : Math.floor((done / files) * 100)}
                />
              ) : (
                files
              ),
          },
          {
            key: 'acts',
            render: (_, one) => (
              <div className="people-acts">
                <Button size="small" onClick={() => setOpen(one)}>
                  {t('retention.register')}
                </Button>
                {one.decision === null &&
                  may('disposal.decide') &&
                  (one.proposedBy === me.personId ? (
                    t('retention.ownProposal')
                  ) : (
                    <>
                      <WithReason
                        danger
                        says={t('retention.approve')}
                        asks={t('retention.approveMeans', { title: one.title })}
                        act={(reason) =>
                          decide.mutate({ params: { path: { id: one.id } }, body: { decision: 'approved', reason } })
                        }
                      />
                      <WithReason
                        says={t('retention.refuse')}
                        act={(reason) =>
                          decide.mutate({ params: { path: { id: one.id } }, body: { decision: 'refused', reason } })
                        }
                      />
                    </>
                  ))}
              </div>
            ),
          },
        ]}
      />
      {disposals.hasNextPage && (
        <Button block loading={disposals.isFetchingNextPage} onClick={() => void disposals.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
      {open && <DisposalRegister disposal={open} close={() => setOpen(null)} />}
    </>
  );
}
