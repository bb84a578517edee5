import { Button, Timeline } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { usePages } from '../api/use-pages';
import { Instant } from '../layout/day';
import { ProblemView } from '../problem/problem-view';

/** What happened to the task (留痕), in the words of history, the oldest first. */
export function Happened({ taskId, version }: { taskId: string; version: number }) {
  const { t, i18n } = useTranslation('task');
  const events = usePages('/api/v1/tasks/{id}/history', { limit: 50 }, { path: { id: taskId } });
  const { refetch } = events;
  useEffect(() => void refetch(), [version, refetch]);
  if (events.error) return <ProblemView problem={events.error} retry={() => void refetch()} />;
  return (
    <>
      <Timeline
        items={events.items.map((event) => ({
          key: event.id,
          content: (
            <>
              <Instant at={event.occurredAt} /> {event.actor.name} {event.words[i18n.language === 'en' ? 'en' : 'zh']}
              {event.reason && <div className="words">{event.reason}</div>}
            </>
          ),
        }))}
      />
      {!events.isPending && events.items.length === 0 && <p className="nothing">{t('historyNone')}</p>}
      {events.hasNextPage && (
        <Button loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
          {t('historyMore')}
        </Button>
      )}
    </>
  );
}
