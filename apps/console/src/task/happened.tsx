import { Button, Timeline } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useWhole } from '../api/use-pages';
import { Instant } from '../layout/day';
import { ProblemView } from '../problem/problem-view';

/** As many are shown at once. */
const SHOWN = 50;

/** What happened to the task (留痕), in the words of history, the newest first. */
export function Happened({ taskId }: { taskId: string }) {
  const { t, i18n } = useTranslation('task');
  // It comes from its beginning.
  const events = useWhole('/api/v1/tasks/{id}/history', { limit: 200 }, { path: { id: taskId } });
  const [shown, setShown] = useState(SHOWN);
  const newestFirst = [...events.items].reverse();
  if (events.error) return <ProblemView problem={events.error} retry={() => void events.refetch()} />;
  return (
    <>
      <Timeline
        items={newestFirst.slice(0, shown).map((event) => ({
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
      {newestFirst.length > shown && <Button onClick={() => setShown(shown + SHOWN)}>{t('historyMore')}</Button>}
    </>
  );
}
