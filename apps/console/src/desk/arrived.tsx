import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePages } from '../api/use-pages';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { useSession } from '../session/session';

/** Of a message, the lines that the desk has room for. */
const LINES = 3;

/** What the newest messages that one has not read say, each line leading to what it is about. */
export function Arrived() {
  const { t } = useTranslation('desk');
  const { may } = useSession();
  const inbox = usePages('/api/v1/inbox', { unread: 'true', limit: 6 }, { enabled: may('inbox.read') });
  return (
    <section className="panel">
      <h2>
        {t('arrived')} <Link to="/inbox">{t('inbox')}</Link>
      </h2>
      {inbox.items.length === 0 && !inbox.isPending && <Empty says={t('noArrived')} />}
      <ul className="plain-list">
        {inbox.items.map(({ id, items, createdAt }) => (
          <li key={id}>
            <small className="quiet">
              <Instant at={createdAt} />
            </small>
            {items.slice(0, LINES).map(({ notificationId, text, taskId }) => (
              <div key={notificationId}>{taskId ? <Link to={`/tasks/${taskId}`}>{text}</Link> : text}</div>
            ))}
            {items.length > LINES && <Link to="/inbox">{t('others', { count: items.length - LINES })}</Link>}
          </li>
        ))}
      </ul>
    </section>
  );
}
