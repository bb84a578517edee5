import { App, Button, Popconfirm, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { Table } from '../layout/table';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Day } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import { ADMINISTRATORS, MakeDelegation } from './make-delegation';
import { usePostName } from './post-name';
import './people.css';

type Delegation = Schemas['DelegationsDto']['items'][number];

/** Who stands in for whom (代行). */
export function Delegations() {
  const { t } = useTranslation(['admin', 'console']);
  const { me, may } = useSession();
  const [isMaking, setMaking] = useState(false);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const postName = usePostName();
  const delegations = usePages('/api/v1/delegations', { limit: 50 });
  const end = api.useMutation('post', '/api/v1/delegations/{id}/end', {
    onSuccess: async () => {
      void message.success(t('done'));
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/delegations'] });
    },
    onError: useTellProblem(),
  });
  const mayMake =
    may('delegation.make') ||
    me.posts.some(({ kind, onBehalfOf }) => onBehalfOf === null && !ADMINISTRATORS.includes(kind));
  return (
    <>
      {mayMake && (
        <div className="people-acts">
          <Button onClick={() => setMaking(true)}>{t('delegations.make')}</Button>
        </div>
      )}
      {delegations.error && <ProblemView problem={delegations.error} retry={() => void delegations.refetch()} />}
      <Table<Delegation>
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: 760 }}
        loading={delegations.isPending}
        locale={{ emptyText: delegations.isPending ? <></> : <Empty says={t('delegations.none')} /> }}
        dataSource={delegations.items}
        columns={[
          { title: t('delegations.holder'), dataIndex: 'displayName' },
          {
            title: t('changes.post'),
            key: 'post',
            render: (_, one) => postName({ kind: one.postKind, title: one.postTitle, unitCode: one.unitCode }),
          },
          { title: t('delegations.delegate'), dataIndex: 'delegateName' },
          { title: t('delegations.from'), dataIndex: 'fromOn', render: (on: string) => <Day date={on} /> },
          { title: t('delegations.until'), dataIndex: 'untilOn', render: (on: string) => <Day date={on} /> },
          { title: t('changes.reason'), dataIndex: 'reason' },
          {
            title: t('people.state'),
            key: 'state',
            render: (_, { state, isInForce }) => (
              <Tag color={isInForce ? 'green' : undefined}>
                {t(isInForce ? 'delegations.inForce' : `delegations.${state}`)}
              </Tag>
            ),
          },
          {
            key: 'end',
            render: (_, { id, state, personId, madeBy }) =>
              state === 'standing' &&
              (may('delegation.make') || [personId, madeBy].includes(me.personId ?? '')) && (
                <Popconfirm
                  title={t('delegations.endSure')}
                  onConfirm={() => end.mutate({ params: { path: { id } }, body: {} })}
                >
                  <Button size="small">{t('delegations.end')}</Button>
                </Popconfirm>
              ),
          },
        ]}
      />
      {delegations.hasNextPage && (
        <Button block loading={delegations.isFetchingNextPage} onClick={() => void delegations.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
      {isMaking && <MakeDelegation close={() => setMaking(false)} />}
    </>
  );
}
