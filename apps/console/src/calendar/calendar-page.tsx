import { Alert, Button, InputNumber, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Table } from '../layout/table';
import { api, type Schemas } from '../api/client';
import { Day, dayOf } from '../layout/day';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { useSession } from '../session/session';
import { ImportPaper } from './import-paper';
import './calendar.css';

type CalendarDay = Schemas['CalendarDto']['days'][number];
const MONTHS = Array.from({ length: 12 }, (_, month) => month);
/** The days of January 2024 that are a Monday and those after it. */
const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;

/** A year of the working calendar (工作日历): days off, make-up days, and the papers that say so. */
export default function CalendarPage() {
  const { t } = useTranslation('calendar');
  const { may } = useSession();
  const [search, setSearch] = useSearchParams();
  const [isImporting, setImporting] = useState(false);
  const year = Number(search.get('year')) || Number(dayOf(now()).slice(0, 4));
  const calendar = api.useQuery('get', '/api/v1/calendar', { params: { query: { year } } });
  const papers = api.useQuery('get', '/api/v1/calendar/papers');
  const go = (next: number | null): void => {
    if (next !== null) setSearch({ year: String(next) }, { replace: true });
  };
  return (
    <>
      <PageHead title={t('title', { year })}>
        <Button onClick={() => go(year - 1)}>{t('earlier')}</Button>
        <InputNumber
          aria-label={t('year')}
          value={year}
          min={2008}
          max={2100}
          onChange={go}
          style={{ width: '6.5em' }}
        />
        <Button onClick={() => go(year + 1)}>{t('later')}</Button>
        {may('calendar.import') && (
          <Button type="primary" onClick={() => setImporting(true)}>
            {t('import')}
          </Button>
        )}
      </PageHead>
      {calendar.error && <ProblemView problem={calendar.error} retry={() => void calendar.refetch()} />}
      {calendar.data?.isProvisional && (
        <Alert type="warning" showIcon title={t('provisional')} className="calendar-note" />
      )}
      {calendar.isPending ? (
        <Skeleton active />
      ) : (
        <div className="months">
          {MONTHS.map((month) => (
            <Month key={month} year={year} month={month} days={calendar.data?.days ?? []} />
          ))}
        </div>
      )}
      <section className="panel">
        <h2>{t('papers')}</h2>
        <Table
          size="small"
          rowKey="id"
          loading={papers.isPending}
          pagination={{ pageSize: 8, hideOnSinglePage: true, showSizeChanger: false }}
          scroll={{ x: 'max-content' }}
          dataSource={[...(papers.data?.items ?? [])].reverse()}
          columns={[
            { title: t('year'), dataIndex: 'year' },
            {
              title: t('paper'),
              dataIndex: 'title',
              render: (title: string, { url, number }) => (
                <>
                  {/^https?:/.test(url) ? (
                    <a href={url} target="_blank" rel="noopener noreferrer">
                      {title}
                    </a>
                  ) : (
                    title
                  )}{' '}
                  <span className="quiet">{number}</span>
                </>
              ),
            },
            { title: t('issuedOn'), dataIndex: 'issuedOn', render: (day: string) => <Day date={day} /> },
            { title: t('version'), dataIndex: 'version' },
          ]}
        />
      </section>
      {isImporting && <ImportPaper year={year} close={() => setImporting(false)} />}
    </>
  );
}

function Month({ year, month, days }: { year: number; month: number; days: readonly CalendarDay[] }) {
  const { t, i18n } = useTranslation('calendar');
  const byDate = new Map(days.map((day) => [day.date, day]));
  const first = new Date(Date.UTC(year, month, 1));
  const blanks = (first.getUTCDay() + 6) % 7;
  const count = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const cells = [...Array.from({ length: blanks }, () => 0), ...Array.from({ length: count }, (_, place) => place + 1)];
  const weeks = Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) =>
    Array.from({ length: 7 }, (__, place) => cells[week * 7 + place] ?? 0),
  );
  const locale = i18n.language === 'en' ? 'en-GB' : 'zh-CN';
  const name = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'narrow', timeZone: 'UTC' });
  return (
    <table className="month">
      <caption>{name.format(first)}</caption>
      <thead>
        <tr>
          {WEEK.map((day) => (
            <th key={day} scope="col">
              {weekday.format(new Date(Date.UTC(2024, 0, day)))}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week, place) => (
          <tr key={place}>
            {week.map((number, at) => {
              if (number === 0) return <td key={at} />;
              const date = `${year}-${String(month + 1).padStart(2, '0')}-${String(number).padStart(2, '0')}`;
              const day = byDate.get(date);
              const reason = day?.reason ?? (at > 4 ? 'weekend' : 'weekday');
              const mark = reason === 'holiday' ? t('off') : reason === 'make_up_day' ? t('on') : '';
              return (
                <td
                  key={at}
                  className={`day-${reason}`}
                  title={[day?.holiday, day?.paper].filter(Boolean).join(' ') || undefined}
                >
                  {number}
                  {mark && <small>{mark}</small>}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
