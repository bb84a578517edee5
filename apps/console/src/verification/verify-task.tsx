import { Skeleton, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, type Schemas } from '../api/client';
import { Day, Instant } from '../layout/day';
import { useSubject } from '../layout/subject';
import { ProblemView } from '../problem/problem-view';
import { EvidenceLink } from './evidence-link';
import { Judge } from './judge';

type Task = Schemas['TaskDetailDto'];
type Report = Task['reports'][number];

/** A task whose lead reports it done: what was promised on one side, what was handed in on the other, and the judgement. */
export function VerifyTask({ taskId, judged }: { taskId: string; judged: () => void }) {
  const { t } = useTranslation(['verification', 'terms']);
  const asked = api.useQuery('get', '/api/v1/tasks/{id}', { params: { path: { id: taskId } } });
  if (asked.error) return <ProblemView problem={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <Skeleton active />;
  const task = asked.data;
  const parts = task.assignments.filter(({ role, state }) => role === 'lead' && state === 'reported');
  const others = task.assignments.filter(({ role }) => role !== 'lead');
  return (
    <div className="verification-task">
      {parts.map((part) => {
        const report = task.reports.findLast(
          ({ assignmentId, kind }) => assignmentId === part.id && kind === 'completion',
        );
        return (
          <article key={part.id}>
            <div className="side-by-side">
              <section className="panel" aria-label={t('verification:promised')}>
                <h2>{t('verification:promised')}</h2>
                <p className="words">
                  <b>{task.number}</b> {task.content} <Link to={`/tasks/${task.id}`}>{t('verification:open')}</Link>
                </p>
                <dl className="facts">
                  <dt>{t('terms:role.lead')}</dt>
                  <dd>{part.unitName}</dd>
                  {task.dueOn && (
                    <>
                      <dt>{t('verification:due')}</dt>
                      <dd>
                        <Day date={task.dueOn} />
                      </dd>
                    </>
                  )}
                  {task.milestones.map(({ text, due }) => (
                    <div key={text} className="facts-row">
                      <dt>{t('terms:obligation.milestone')}</dt>
                      <dd>
                        {text} <Day date={due} />
                      </dd>
                    </div>
                  ))}
                </dl>
                {others.length > 0 && (
                  <details>
                    <summary>{t('verification:others', { count: others.length })}</summary>
                    <ul className="message-lines">
                      {others.map(({ id, unitName, role, state }) => (
                        <li key={id}>
                          {unitName}（{t(`terms:role.${role}`)}）{t(`terms:assignment.${state}`)}
                        </li>
                      ))}
                    </ul>
                  </details>
                )}
                <Earlier task={task} assignmentId={part.id} />
              </section>
              <section className="panel" aria-label={t('verification:reported')}>
                <h2>{t('verification:reported')}</h2>
                {report ? <Handed report={report} task={task} /> : <p>{t('verification:noReport')}</p>}
              </section>
            </div>
            <Judge part={part} taskNumber={task.number} judged={judged} />
          </article>
        );
      })}
      {parts.length === 0 && <section className="panel">{t('verification:gone')}</section>}
    </div>
  );
}

function Handed({ report, task }: { report: Report; task: Task }) {
  const { t } = useTranslation(['verification', 'plans']);
  return (
    <>
      <p className="quiet">
        <Instant at={report.reportedAt} />
      </p>
      <p className="words">{report.text}</p>
      {report.measurements.length > 0 && (
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">{t('verification:target')}</th>
              <th scope="col">{t('verification:wanted')}</th>
              <th scope="col">{t('verification:given')}</th>
              <th scope="col">{t('verification:met')}</th>
            </tr>
          </thead>
          <tbody>
            {report.measurements.map(({ targetId, value }) => {
              const target = task.targets.find(({ id }) => id === targetId);
              const isMet = target ? meets(value, target) : null;
              return (
                <tr key={targetId}>
                  <th scope="row">{target?.text}</th>
                  <td>
                    {target &&
                      `${t(`plans:comparator.${target.comparator}`)} ${target.value}${target.upper ? `—${target.upper}` : ''} ${target.unit}`}
                  </td>
                  <td>
                    <b>{value}</b> {target?.unit}
                  </td>
                  <td>
                    {isMet !== null && (
                      <Tag color={isMet ? 'green' : 'red'}>
                        {t(isMet ? 'verification:isMet' : 'verification:isNotMet')}
                      </Tag>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {report.shortfallReason && (
        <p>
          <b>{t('verification:shortfall')}</b> {report.shortfallReason}
        </p>
      )}
      {report.goAheadReason && (
        <p>
          <b>{t('verification:goAhead')}</b> {report.goAheadReason}
        </p>
      )}
      <h3>{t('verification:evidence', { count: report.evidence.length })}</h3>
      {report.evidence.length === 0 && <p className="quiet">{t('verification:noEvidence')}</p>}
      <ul className="plain-list">
        {report.evidence.map((evidence) => (
          <li key={`${evidence.title} ${evidence.fileId ?? evidence.location}`}>
            <EvidenceLink evidence={evidence} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Whether a figure keeps the promise, where that is plain. */
function meets(value: number, { comparator, value: wanted, upper }: Task['targets'][number]): boolean | null {
  if (comparator === 'gte' || comparator === 'eq') return value >= wanted;
  if (comparator === 'gt') return value > wanted;
  if (comparator === 'lte') return value <= wanted;
  if (comparator === 'lt') return value < wanted;
  if (comparator === 'range') return upper === null ? null : value >= wanted && value <= upper;
  return null;
}

function Earlier({ task, assignmentId }: { task: Task; assignmentId: string }) {
  const { t } = useTranslation('verification');
  const inWords = useSubject();
  const earlier = task.verifications.filter((one) => one.assignmentId === assignmentId);
  const reports = task.reports.filter((one) => one.assignmentId === assignmentId && one.kind !== 'completion');
  return (
    <>
      {earlier.map(({ id, event, conclusion, recordedAt }) => (
        <p key={id}>
          <Tag color={event === 'return' ? 'orange' : 'green'}>{t(`earlier.${event}`)}</Tag> <Instant at={recordedAt} />{' '}
          {conclusion}
        </p>
      ))}
      {reports.length > 0 && (
        <details>
          <summary>{t('earlierReports', { count: reports.length })}</summary>
          <ul className="message-lines">
            {reports.map(({ id, period, reportedAt, text }) => (
              <li key={id}>
                <Instant at={reportedAt} /> {inWords(period)} {text}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
