import { Alert, Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChanges } from '../api/changes';
import { api, type Schemas } from '../api/client';
import { Instant } from '../layout/day';
import { useSession } from '../session/session';

type Change = Schemas['ChangesDto']['items'][number]['events'][number];

const SECOND_MS = 1000;
const NEWEST = 5;
const NOTHING: readonly Change[] = [];

/**
 * What others have done to a task since a form on it was opened, as they do it. `fresh` is what one has not looked at;
 * `newest` what came last, for where something is known to have changed.
 */
export function useOthersSince(taskId: string): {
  fresh: readonly Change[];
  newest: readonly Change[];
  reread: () => Promise<unknown>;
  look: () => void;
} {
  const { me } = useSession();
  const count = useChanges(taskId);
  const before = useRef(count);
  const [known, setKnown] = useState<ReadonlySet<string> | null>(null);
  const from = new Date(Date.parse(me.now) - SECOND_MS).toISOString();
  const { data, refetch } = api.useQuery(
    'get',
    '/api/v1/tasks/{id}/changes',
    { params: { path: { id: taskId }, query: { from } } },
    { staleTime: 0, gcTime: 0 },
  );
  useEffect(() => {
    if (count > before.current) void refetch();
    before.current = count;
  }, [count, refetch]);
  const all = (data?.items ?? []).flatMap(({ events }) => events);
  all.sort((one, other) => Date.parse(one.occurredAt) - Date.parse(other.occurredAt));
  // What there was when the form was opened is no news.
  useEffect(() => {
    if (data && known === null) setKnown(new Set(all.map(({ id }) => id)));
  });
  const isAnothers = ({ actor }: Change): boolean => actor.personId !== null && actor.personId !== me.personId;
  return {
    fresh: known === null ? NOTHING : all.filter((one) => !known.has(one.id) && isAnothers(one)),
    newest: all.slice(-NEWEST),
    reread: refetch,
    look: () => setKnown(new Set(all.map(({ id }) => id))),
  };
}

/** Says in a form that others have changed what it is about, and who; what one has written stays. */
export function ChangedMeanwhile({ events, see }: { events: readonly Change[]; see?: () => void }) {
  const { t, i18n } = useTranslation('drafts');
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      className="act-note"
      title={t('stale')}
      action={
        see && (
          <Button size="small" onClick={see}>
            {t('see')}
          </Button>
        )
      }
      description={
        <>
          <ul className="message-lines">
            {events.map(({ id, actor, words, occurredAt, reason }) => (
              <li key={id}>
                <Instant at={occurredAt} /> {actor.name} {words[i18n.language === 'en' ? 'en' : 'zh']}
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
