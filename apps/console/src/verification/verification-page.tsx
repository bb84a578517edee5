import { Button, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { usePages } from '../api/use-pages';
import { Empty } from '../layout/empty';
import { Key } from '../layout/key';
import { PageHead } from '../layout/page-head';
import { useKeys } from '../layout/use-keys';
import { ProblemView } from '../problem/problem-view';
import { VerifyTask } from './verify-task';
import './verification.css';

/** What was reported done (已报办结) and waits for the office: one after another, beside what was promised. */
export default function VerificationPage() {
  const { t } = useTranslation(['verification', 'console']);
  const [search, setSearch] = useSearchParams();
  const waiting = usePages('/api/v1/tasks', { state: 'reported', limit: 100, sort: 'due' });
  const at = Math.max(
    0,
    waiting.items.findIndex(({ id }) => id === search.get('task')),
  );
  const current = waiting.items[at];
  const go = (place: number): void => {
    const next = waiting.items[Math.min(waiting.items.length - 1, Math.max(0, place))];
    if (next) setSearch({ task: next.id }, { replace: true });
  };
  useKeys({ j: () => go(at + 1), k: () => go(at - 1) });
  return (
    <>
      <PageHead title={t('verification:title')}>
        {waiting.items.length > 0 && (
          <>
            <span className="quiet">{t('verification:place', { at: at + 1, of: waiting.items.length })}</span>
            <Button size="small" disabled={at === 0} onClick={() => go(at - 1)}>
              <Key>k</Key> {t('verification:previous')}
            </Button>
            <Button size="small" disabled={at >= waiting.items.length - 1} onClick={() => go(at + 1)}>
              <Key>j</Key> {t('verification:next')}
            </Button>
          </>
        )}
      </PageHead>
      {waiting.error && <ProblemView problem={waiting.error} retry={() => void waiting.refetch()} />}
      {waiting.isPending && <Skeleton active />}
      {!waiting.isPending && !current && (
        <section className="panel">
          <Empty says={t('verification:empty')} />
        </section>
      )}
      <div className="verification">
        {waiting.items.length > 1 && (
          <nav className="panel verification-list" aria-label={t('verification:waiting')}>
            <ol>
              {waiting.items.map(({ id, number, content, leads }, place) => (
                <li key={id}>
                  <button
                    type="button"
                    className={place === at ? 'is-selected' : undefined}
                    aria-current={place === at}
                    onClick={() => go(place)}
                  >
                    <b>{number}</b> {content.slice(0, 36)}
                    <small>{leads.join('、')}</small>
                  </button>
                </li>
              ))}
            </ol>
          </nav>
        )}
        {current && (
          <VerifyTask
            key={current.id}
            taskId={current.id}
            judged={() => {
              const next = waiting.items[at + 1] ?? waiting.items[at - 1];
              setSearch(next ? { task: next.id } : {}, { replace: true });
              void waiting.refetch();
            }}
          />
        )}
      </div>
    </>
  );
}
