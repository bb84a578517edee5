import { Drawer, Grid, List, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';

/** What goes or went by a disposal (销毁清册): each task with its files. */
export function DisposalRegister({
  disposal: { id, title },
  close,
}: {
  disposal: Schemas['DisposalsDto']['items'][number];
  close: () => void;
}) {
  const { t } = useTranslation('admin');
  const isWide = Grid.useBreakpoint().md ?? true;
  const register = api.useQuery('get', '/api/v1/disposals/{id}/register', { params: { path: { id } } });
  return (
    <Drawer open onClose={close} size={isWide ? 720 : '100%'} title={`${t('retention.register')} · ${title}`}>
      {register.error && <ProblemView problem={register.error} retry={() => void register.refetch()} />}
      {register.isPending && <Skeleton active />}
      {register.data && (
        <List
          dataSource={register.data.tasks}
          rowKey="taskId"
          locale={{ emptyText: <Empty says={t('retention.noFiles')} /> }}
          renderItem={({ number, content, files }) => (
            <List.Item>
              <List.Item.Meta
                title={[number, content].filter(Boolean).join('. ')}
                description={files.map(({ fileId, name, unitName, removedAt }) => (
                  <div key={fileId}>
                    {name} · {unitName}
                    {removedAt !== null && ` · ${t('retention.removed')}`}
                  </div>
                ))}
              />
            </List.Item>
          )}
        />
      )}
    </Drawer>
  );
}
