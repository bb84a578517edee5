import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePages } from '../api/use-pages';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { useSession } from '../session/session';

/** The newest messages that nobody has read. */
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
        {inbox.items.map(({ id, subject, createdAt }) => (
          <li key={id}>
            {subject}{' '}
            <small className="quiet">
              <Instant at={createdAt} />
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
