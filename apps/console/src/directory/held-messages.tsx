import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '../api/client';
import { Instant } from '../layout/day';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';

/** What the cap of a unit and week holds back (暂缓的消息): the office says in the message rules how much a unit gets. */
export function HeldMessages({ code }: { code: string }) {
  const { t } = useTranslation('directory');
  const { may } = useSession();
  const held = api.useQuery('get', '/api/v1/units/{code}/held-messages', { params: { path: { code } } });
  return (
    <>
      <h3>{t('held.title')}</h3>
      {held.error && <ProblemView problem={held.error} retry={() => void held.refetch()} />}
      {held.isPending && <Skeleton active paragraph={{ rows: 1 }} />}
      {held.data?.items.length === 0 && <p className="quiet">{t('held.none')}</p>}
      <ul className="plain-list">
        {held.data?.items.map(({ notificationId, text, taskId, heldSince, until, persons }) => (
          <li key={notificationId}>
            {taskId ? <Link to={`/tasks/${taskId}`}>{text ?? t('held.noText')}</Link> : (text ?? t('held.noText'))}
            <div className="quiet">
              {persons.map(({ personName }) => personName).join('、')} · {t('held.since')} <Instant at={heldSince} /> ·{' '}
              {t('held.until')} <Instant at={until} />
            </div>
          </li>
        ))}
      </ul>
      {may('message.rules') && <Link to="/channels?show=rules">{t('held.rules')}</Link>}
    </>
  );
}
