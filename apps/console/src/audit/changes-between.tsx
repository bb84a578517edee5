import { Button, Collapse, Skeleton, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { Light } from '../lights/light';
import { ProblemView } from '../problem/problem-view';
import { DifferenceTable } from './difference-table';
import { useWordOf } from './words-of';

type Change = Schemas['ChangesDto']['items'][number];

/** What is another at the end of one day than at that of an earlier one, and by whom. */
export function ChangesBetween({
  planId,
  taskId,
  from,
  to,
  whole,
}: {
  planId: string;
  taskId: string | null;
  from: string;
  to: string;
  whole: () => void;
}) {
  const { t, i18n } = useTranslation(['audit', 'console']);
  const wordOf = useWordOf();
  const query = { from, to, limit: 50 };
  const ofPlan = usePages('/api/v1/plans/{id}/changes', query, { path: { id: planId }, enabled: taskId === null });
  const ofTask = usePages('/api/v1/tasks/{id}/changes', query, {
    path: { id: taskId ?? '' },
    enabled: taskId !== null,
  });
  const changes = taskId === null ? ofPlan : ofTask;
  const items: Change[] = changes.items;
  const lights = (changes.data?.pages[0] as Schemas['ChangesDto'] | undefined)?.lights ?? [];
  const isEnglish = i18n.language === 'en';
  return (
    <section className="panel">
      {taskId && <Button onClick={whole}>{t('changes.whole')}</Button>}
      {changes.error && <ProblemView problem={changes.error} retry={() => void changes.refetch()} />}
      {changes.isPending && <Skeleton active />}
      {changes.data && items.length === 0 && <Empty says={t('changes.empty')} />}
      {lights.length > 0 && (
        <>
          <h2>{t('changes.lights')}</h2>
          <p className="audit-marks">
            {lights.map(({ taskId: id, number, before, after }) => (
              <Tag key={id}>
                {number} <Light light={before} /> → <Light light={after} />
              </Tag>
            ))}
          </p>
        </>
      )}
      <Collapse
        items={items.map((change) => ({
          key: `${change.entity} ${change.entityId}`,
          label: (
            <>
              <Tag>{wordOf.entity(change.entity)}</Tag>
              {change.events.at(-1) && (isEnglish ? change.events.at(-1)!.words.en : change.events.at(-1)!.words.zh)}
              {change.eventCount > 1 && <small> {t('changes.events', { count: change.eventCount })}</small>}
            </>
          ),
          children: (
            <>
              <DifferenceTable before={change.before} after={change.after} />
              <ul>
                {change.events.map(({ id, occurredAt, words }) => (
                  <li key={id}>
                    <Instant at={occurredAt} /> {isEnglish ? words.en : words.zh}
                  </li>
                ))}
              </ul>
            </>
          ),
        }))}
      />
      {changes.hasNextPage && (
        <Button block loading={changes.isFetchingNextPage} onClick={() => void changes.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
    </section>
  );
}
