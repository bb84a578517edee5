import { Alert, Spin } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { Instant } from '../layout/day';
import { useSession } from '../session/session';

const SECOND_MS = 1000;
/** Clocks differ a little; a demonstration's stands still, and then the newest are shown. */
const TOLERANCE_MS = 5 * SECOND_MS;
const NEWEST = 5;

/** What others did to a task since one began to write: one's own text stays, and is sent after a look at it. */
export function ChangedMeanwhile({ taskId, since }: { taskId: string; since: string }) {
  const { t, i18n } = useTranslation('drafts');
  const { me } = useSession();
  const from = new Date(Date.parse(me.now) - SECOND_MS).toISOString();
  const changes = api.useQuery(
    'get',
    '/api/v1/tasks/{id}/changes',
    { params: { path: { id: taskId }, query: { from } } },
    { staleTime: 0, gcTime: 0 },
  );
  const all = (changes.data?.items ?? []).flatMap(({ events: of }) => of);
  all.sort((one, other) => Date.parse(one.occurredAt) - Date.parse(other.occurredAt));
  const fresh = all.filter(({ occurredAt }) => Date.parse(occurredAt) >= Date.parse(since) - TOLERANCE_MS);
  const events = fresh.length > 0 ? fresh : all.slice(-NEWEST);
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      className="act-note"
      title={t('stale')}
      description={
        <>
          {changes.isPending && <Spin />}
          <ul className="message-lines">
            {events.map(({ id, words, occurredAt, reason }) => (
              <li key={id}>
                <Instant at={occurredAt} /> {words[i18n.language === 'en' ? 'en' : 'zh']}
                {reason && `（${reason}）`}
              </li>
            ))}
          </ul>
          <p>{t('staleHelp')}</p>
        </>
      }
    />
  );
}
