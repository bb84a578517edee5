import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { Day, Instant } from '../layout/day';
import { useSubject } from '../layout/subject';
import { ColourMark } from '../notices/colour-mark';
import './bulletins.css';

type Content = Schemas['BulletinContentDto'];

interface SheetProps {
  title: string;
  /** 第几期; a draft has none yet. */
  issue?: { year: number; number: number };
  from: string;
  to: string;
  words: string | null;
  content: Content;
  madeAt: string;
}

/** A bulletin (通报) as it is read and printed. */
export function BulletinSheet({ title, issue, from, to, words, content, madeAt }: SheetProps) {
  const { t } = useTranslation(['bulletins', 'terms']);
  const { checkpoint } = content;
  return (
    <article className="panel bulletin" tabIndex={0} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {issue && <p>{t('bulletins:issue', issue)}</p>}
        <p>
          <Day date={from} /> — <Day date={to} />
        </p>
      </header>
      {words && <p className="words">{words}</p>}
      <Whole content={content} />
      <Late content={content} />
      <Notices content={content} />
      <Cards content={content} />
      <footer>
        <p>
          {t('bulletins:made')} <Instant at={madeAt} />
        </p>
        {checkpoint && (
          <p className="bulletin-root">
            {t('bulletins:checkpoint', { number: checkpoint.number, size: checkpoint.size })}{' '}
            <code>{checkpoint.root}</code>
          </p>
        )}
      </footer>
    </article>
  );
}

function Whole({ content: { tasks, lights, obligations, redTasks } }: { content: Content }) {
  const { t } = useTranslation(['bulletins', 'terms']);
  return (
    <section>
      <h3>{t('bulletins:whole')}</h3>
      <p>
        {t('bulletins:wholeWords', {
          count: Object.values(tasks).reduce((all, one) => all + one, 0),
          verified: tasks.verified ?? 0,
          open: obligations.open,
          overdue: obligations.overdue,
          red: lights.red ?? 0,
          yellow: lights.yellow ?? 0,
        })}
      </p>
      {redTasks.length > 0 && (
        <table className="bulletin-table">
          <caption>{t('bulletins:redTasks')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('bulletins:number')}</th>
              <th scope="col">{t('bulletins:task')}</th>
              <th scope="col">{t('terms:role.lead')}</th>
            </tr>
          </thead>
          <tbody>
            {redTasks.map(({ taskId, number, content, leads }) => (
              <tr key={taskId}>
                <td>{number}</td>
                <td>{content}</td>
                <td>{leads.join('、')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Late({ content: { overdueUnits } }: { content: Content }) {
  const { t } = useTranslation('bulletins');
  if (overdueUnits.length === 0) return null;
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
          {overdueUnits.map(({ unitId, unitName, overdue, standingNotices }) => (
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

function Notices({ content: { notices } }: { content: Content }) {
  const { t } = useTranslation(['bulletins', 'terms']);
  const inWords = useSubject();
  return (
    <section>
      <h3>{t('bulletins:notices', { count: notices.length })}</h3>
      {notices.length === 0 && <p>{t('bulletins:noNotices')}</p>}
      {notices.length > 0 && (
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
            {notices.map(
              ({ noticeId, number, colour, unitName, taskNumber, obligationKind, subject, issuedAt, state }) => (
                <tr key={noticeId}>
                  <td>
                    <ColourMark colour={colour} /> {number}
                  </td>
                  <td>{unitName}</td>
                  <td>
                    {t('bulletins:of', { number: taskNumber ?? '—' })}{' '}
                    {t(`terms:obligation.${obligationKind}` as 'terms:obligation.answer')} {inWords(subject)}
                  </td>
                  <td>
                    <Day date={issuedAt} />
                  </td>
                  <td>{t(`terms:notice.${state}`)}</td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Cards({ content: { cards } }: { content: Content }) {
  const { t, i18n } = useTranslation(['bulletins', 'terms']);
  if (cards.length === 0) return null;
  return (
    <section>
      <h3>{t('bulletins:cards', { count: cards.length })}</h3>
      <ul>
        {cards.map(({ cardId, colour, unitName, why, points, taskNumber }) => (
          <li key={cardId}>
            {unitName} {t('bulletins:of', { number: taskNumber ?? '—' })} {colour && t(`terms:colour.${colour}`)}{' '}
            {why[i18n.language === 'en' ? 'en' : 'zh']} {points > 0 && t('bulletins:points', { count: points })}
          </li>
        ))}
      </ul>
    </section>
  );
}
