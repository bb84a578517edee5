import { PrinterOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { api } from '../api/client';
import { usePages } from '../api/use-pages';
import { Day, dayOf, Instant } from '../layout/day';
import { PageHead } from '../layout/page-head';
import { Light } from '../lights/light';
import { ColourMark } from '../notices/colour-mark';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { useSession } from '../session/session';
import './bulletins.css';

const MOST = 200;
const KEPT = 'duban.bulletin';

/** A bulletin (通报) of a span, put together from what is recorded, to be printed or kept as PDF by the browser. */
export default function BulletinPage() {
  const { t } = useTranslation(['bulletins', 'terms']);
  const [search, setSearch] = useSearchParams();
  const today = dayOf(now());
  const from = search.get('from') ?? `${today.slice(0, 8)}01`;
  const to = search.get('to') ?? today;
  const [words, setWords] = useState(() => localStorage.getItem(KEPT) ?? '');
  const set = (name: 'from' | 'to', value: string): void => setSearch({ from, to, [name]: value }, { replace: true });
  const write = (next: string): void => {
    localStorage.setItem(KEPT, next);
    setWords(next);
  };
  return (
    <>
      <PageHead title={t('bulletins:title')}>
        <label>
          {t('bulletins:from')}{' '}
          <Input
            type="date"
            value={from}
            max={to}
            onChange={({ target }) => target.value && set('from', target.value)}
          />
        </label>
        <label>
          {t('bulletins:to')}{' '}
          <Input type="date" value={to} min={from} onChange={({ target }) => target.value && set('to', target.value)} />
        </label>
        <Button type="primary" icon={<PrinterOutlined />} onClick={() => window.print()}>
          {t('bulletins:print')}
        </Button>
      </PageHead>
      <section className="panel no-print">
        <label htmlFor="bulletin-words">{t('bulletins:words')}</label>
        <Input.TextArea id="bulletin-words" rows={3} value={words} onChange={({ target }) => write(target.value)} />
      </section>
      <article className="panel bulletin" tabIndex={0} aria-label={t('bulletins:title')}>
        <header>
          <h2>{t('bulletins:head')}</h2>
          <p>
            <Day date={from} /> — <Day date={to} />
          </p>
        </header>
        {words && <p className="words">{words}</p>}
        <Whole />
        <Late />
        <Notices from={from} to={to} />
        <Cards from={from} to={to} />
        <Foot />
      </article>
    </>
  );
}

const isWithin = (instant: string, from: string, to: string): boolean => {
  const day = dayOf(instant);
  return from <= day && day <= to;
};

function Whole() {
  const { t } = useTranslation(['bulletins', 'terms']);
  const dashboard = api.useQuery('get', '/api/v1/dashboard');
  const red = usePages('/api/v1/tasks', { light: 'red', limit: MOST });
  const yellow = usePages('/api/v1/tasks', { light: 'yellow', limit: MOST });
  if (dashboard.error) return <ProblemView problem={dashboard.error} />;
  const { tasks = {}, obligations } = dashboard.data ?? {};
  const sum = Object.values(tasks).reduce((all, one) => all + one, 0);
  return (
    <section>
      <h3>{t('bulletins:whole')}</h3>
      <p>
        {t('bulletins:wholeWords', {
          count: sum,
          verified: tasks.verified ?? 0,
          open: obligations?.open ?? 0,
          overdue: obligations?.overdue ?? 0,
          red: red.items.length,
          yellow: yellow.items.length,
        })}
      </p>
      {red.items.length > 0 && (
        <table className="bulletin-table">
          <caption>{t('bulletins:redTasks')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('bulletins:number')}</th>
              <th scope="col">{t('bulletins:task')}</th>
              <th scope="col">{t('terms:role.lead')}</th>
              <th scope="col">{t('bulletins:light')}</th>
            </tr>
          </thead>
          <tbody>
            {red.items.map(({ id, number, content, leads, light }) => (
              <tr key={id}>
                <td>{number}</td>
                <td>{content}</td>
                <td>{leads.join('、')}</td>
                <td>
                  <Light light={light} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Late() {
  const { t } = useTranslation('bulletins');
  const dashboard = api.useQuery('get', '/api/v1/dashboard');
  const units = dashboard.data?.mostOverdueUnits ?? [];
  if (units.length === 0) return null;
  return (
    <section>
      <h3>{t('late')}</h3>
      <table className="bulletin-table">
        <thead>
          <tr>
            <th scope="col">{t('unit')}</th>
            <th scope="col">{t('overdue')}</th>
            <th scope="col">{t('standing')}</th>
          </tr>
        </thead>
        <tbody>
          {units.map(({ unitId, unitName, overdue, standingNotices }) => (
            <tr key={unitId}>
              <td>{unitName}</td>
              <td>{overdue}</td>
              <td>{standingNotices}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Notices({ from, to }: { from: string; to: string }) {
  const { t } = useTranslation(['bulletins', 'terms']);
  const notices = usePages('/api/v1/notices', { limit: MOST });
  const named = notices.items.filter(({ inNextBulletin, issuedAt }) => inNextBulletin || isWithin(issuedAt, from, to));
  if (notices.error) return <ProblemView problem={notices.error} />;
  return (
    <section>
      <h3>{t('bulletins:notices', { count: named.length })}</h3>
      {named.length === 0 && <p>{t('bulletins:noNotices')}</p>}
      {named.length > 0 && (
        <table className="bulletin-table">
          <thead>
            <tr>
              <th scope="col">{t('bulletins:number')}</th>
              <th scope="col">{t('bulletins:unit')}</th>
              <th scope="col">{t('bulletins:about')}</th>
              <th scope="col">{t('bulletins:issued')}</th>
              <th scope="col">{t('bulletins:state')}</th>
            </tr>
          </thead>
          <tbody>
            {named.map(({ id, number, colour, unitName, taskNumber, obligationKind, subject, issuedAt, state }) => (
              <tr key={id}>
                <td>
                  <ColourMark colour={colour} /> {number}
                </td>
                <td>{unitName}</td>
                <td>
                  {t('bulletins:of', { number: taskNumber ?? '—' })} {t(`terms:obligation.${obligationKind}`)} {subject}
                </td>
                <td>
                  <Day date={issuedAt} />
                </td>
                <td>{t(`terms:notice.${state}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Cards({ from, to }: { from: string; to: string }) {
  const { t, i18n } = useTranslation(['bulletins', 'terms']);
  const cards = usePages('/api/v1/cards', { limit: MOST, standing: true });
  const given = cards.items.filter(({ givenAt }) => isWithin(givenAt, from, to));
  if (given.length === 0) return null;
  return (
    <section>
      <h3>{t('bulletins:cards', { count: given.length })}</h3>
      <ul>
        {given.map(({ id, colour, unitName, why, points, taskNumber }) => (
          <li key={id}>
            {unitName} {t('bulletins:of', { number: taskNumber ?? '—' })} {colour && t(`terms:colour.${colour}`)}{' '}
            {why[i18n.language === 'en' ? 'en' : 'zh']} {points > 0 && t('bulletins:points', { count: points })}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** When it was put together, and, for whoever may read history, the newest signed root that what it says goes back to. */
function Foot() {
  const { t } = useTranslation('bulletins');
  const { may, me } = useSession();
  const checkpoints = api.useQuery(
    'get',
    '/api/v1/history/checkpoints',
    { params: { query: { limit: 1 } } },
    { enabled: may('history.read') },
  );
  const newest = checkpoints.data?.items[0];
  return (
    <footer>
      <p>
        {t('made')} <Instant at={me.now} />
      </p>
      {newest && (
        <p className="bulletin-root">
          {t('checkpoint', { number: newest.number, size: newest.size })} <code>{newest.root}</code>
        </p>
      )}
    </footer>
  );
}
