import { Button, List, Switch, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useQueryClient } from '@tanstack/react-query';
import { answerOf, api, client } from '../api/client';
import { usePages } from '../api/use-pages';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';

/** What came for me (收件箱), the newest first. */
export default function InboxPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const isUnreadOnly = search.get('unread') === 'true';
  const queries = useQueryClient();
  const tell = useTellProblem();
  const inbox = usePages('/api/v1/inbox', { limit: 50, ...(isUnreadOnly ? { unread: 'true' as const } : {}) });
  const read = api.useMutation('post', '/api/v1/inbox/{id}/read', {
    onSuccess: () => queries.invalidateQueries({ queryKey: ['get', '/api/v1/inbox'] }),
    onError: tell,
  });
  const unread = inbox.items.filter(({ readAt }) => readAt === null);
  const [isReadingAll, setReadingAll] = useState(false);
  /** One after another: each is told to whoever waits for it to be read. */
  const readAll = async (): Promise<void> => {
    setReadingAll(true);
    try {
      for (const { id } of unread) await answerOf(client.POST('/api/v1/inbox/{id}/read', { params: { path: { id } } }));
    } catch (problem) {
      tell(problem);
    }
    await queries.invalidateQueries({ queryKey: ['get', '/api/v1/inbox'] });
    setReadingAll(false);
  };
  return (
    <>
      <PageHead title={t('inbox.title')}>
        {unread.length > 1 && (
          <Button loading={isReadingAll} onClick={() => void readAll()}>
            {t('inbox.markAll', { count: unread.length })}
          </Button>
        )}
        <label>
          <Switch
            checked={isUnreadOnly}
            onChange={(on) => setSearch(on ? { unread: 'true' } : {}, { replace: true })}
            size="small"
          />{' '}
          {t('inbox.unreadOnly')}
        </label>
      </PageHead>
      {inbox.error && <ProblemView problem={inbox.error} retry={() => void inbox.refetch()} />}
      <section className="panel">
        <List
          className="inbox-list"
          loading={inbox.isPending}
          locale={{ emptyText: <Empty says={t('inbox.empty')} /> }}
          dataSource={inbox.items}
          rowKey="id"
          loadMore={
            inbox.hasNextPage && (
              <Button block loading={inbox.isFetchingNextPage} onClick={() => void inbox.fetchNextPage()}>
                {t('act.more')}
              </Button>
            )
          }
          renderItem={(message) => (
            <List.Item
              actions={
                message.readAt === null
                  ? [
                      <Button
                        key="read"
                        size="small"
                        loading={read.isPending && read.variables?.params.path.id === message.id}
                        onClick={() => read.mutate({ params: { path: { id: message.id } } })}
                      >
                        {t('inbox.markRead')}
                      </Button>,
                    ]
                  : []
              }
            >
              <List.Item.Meta
                title={
                  <>
                    {message.readAt === null && <Tag color="blue">●</Tag>}
                    {message.subject}{' '}
                    <small>
                      <Instant at={message.createdAt} />
                    </small>
                  </>
                }
                description={
                  <ul className="message-lines">
                    {message.items.map((item) => (
                      <li key={item.notificationId}>
                        {item.text} {item.taskId && <Link to={`/tasks/${item.taskId}`}>{t('inbox.open')}</Link>}
                      </li>
                    ))}
                  </ul>
                }
              />
            </List.Item>
          )}
        />
      </section>
    </>
  );
}
