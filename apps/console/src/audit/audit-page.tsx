import { Button, Dropdown, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { client } from '../api/client';
import { usePages } from '../api/use-pages';
import { Day, dayOf, Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import './audit.css';
import { download } from './download';
import { EventDetails, type FoundEvent } from './event-details';
import { Filters } from './filters';
import { Searches } from './searches';
import { type Filter, useFilter } from './use-search';
import { useWordOf } from './words-of';

type HistoryQuery = Parameters<typeof usePages<'/api/v1/history'>>[1];
const FORMATS = ['xlsx', 'csv', 'jsonl'] as const;

/** The timeline of anything (留痕): whoever did it, whatever it is about, whenever it was. */
export default function AuditPage() {
  const { t } = useTranslation(['audit', 'console']);
  const { filter, change, replace } = useFilter();
  const [open, setOpen] = useState<FoundEvent | null>(null);
  const events = usePages('/api/v1/history', { limit: 50, ...filter } as HistoryQuery);
  return (
    <>
      <PageHead title={t('title')}>
        <Searches filter={filter} replace={replace} />
        <Exports filter={filter} />
        <Link to="/audit/at" data-tour="at">
          <Button>{t('at.title')}</Button>
        </Link>
      </PageHead>
      <Filters filter={filter} change={change} />
      {events.error && <ProblemView problem={events.error} retry={() => void events.refetch()} />}
      <section className="panel">
        {events.isPending && <Skeleton active />}
        {events.data && events.items.length === 0 && <Empty says={t('empty')} />}
        <Timeline events={events.items} open={setOpen} />
        {events.hasNextPage && (
          <Button block loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
            {t('console:act.more')}
          </Button>
        )}
      </section>
      <EventDetails event={open} close={() => setOpen(null)} only={change} />
    </>
  );
}

function Timeline({ events, open }: { events: readonly FoundEvent[]; open: (event: FoundEvent) => void }) {
  const { t, i18n } = useTranslation('audit');
  const wordOf = useWordOf();
  return (
    <ol className="timeline">
      {events.map((event, at) => {
        const isNewDay = at === 0 || dayOf(events[at - 1]!.occurredAt) !== dayOf(event.occurredAt);
        return (
          <li key={event.id}>
            {isNewDay && (
              <h2 className="timeline-day">
                <Day date={event.occurredAt} />
              </h2>
            )}
            <div className="timeline-event">
              <span className="timeline-at">
                <Instant at={event.occurredAt} />
              </span>
              <span className="timeline-says">
                {i18n.language === 'en' ? event.words.en : event.words.zh}
                {event.reason && <small className="timeline-reason">{t('reason', { reason: event.reason })}</small>}
              </span>
              <span className="timeline-about">{wordOf.entity(event.entity)}</span>
              <Button size="small" onClick={() => open(event)}>
                {t('details.open')}
              </Button>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function Exports({ filter }: { filter: Filter }) {
  const { t, i18n } = useTranslation('audit');
  const tell = useTellProblem();
  const [isMaking, setMaking] = useState(false);
  const take = async (format: (typeof FORMATS)[number]): Promise<void> => {
    setMaking(true);
    const query = { ...filter, format, language: i18n.language === 'en' ? 'en' : 'zh' } as Record<string, string>;
    try {
      await download(
        client.GET('/api/v1/history/extract', { params: { query }, parseAs: 'blob' }),
        `${t('exports.name')}.${format}`,
      );
    } catch (error) {
      tell(error);
    } finally {
      setMaking(false);
    }
  };
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: FORMATS.map((format) => ({
          key: format,
          label: t(`exports.${format}`),
          onClick: () => void take(format),
        })),
      }}
    >
      <Button loading={isMaking}>{t('exports.title')}</Button>
    </Dropdown>
  );
}
