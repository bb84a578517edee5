import { Button, Spin, Tag } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { EvidenceLinks } from '../evidence/evidence-links';
import { Instant } from '../layout/day';
import { useSubject } from '../layout/subject';
import { Light } from '../lights/light';
import { now } from '../session/clock';
import { useSession } from '../session/session';

const CorrectReport = lazy(() => import('./correct-report'));
const Sentences = lazy(() => import('./sentences'));

type Task = Schemas['TaskDto'];
type Report = Task['reports'][number];
/** A task, or a part of it. */
type WithParts = Pick<Task, 'id' | 'assignments' | 'targets'>;

const REPORT_KINDS = ['progress_report', 'completion', 'action_plan', 'milestone', 'rectification'] as const;
/** An action plan is revised, and a completion withdrawn. */
const CORRECTED_KINDS: readonly string[] = ['progress_report', 'milestone'];

/** What was reported (报送), the newest first, in all its versions. */
export function Reports({ task, again }: { task: Task; again: () => void }) {
  const all: readonly WithParts[] = [task, ...task.subtasks];
  return [...task.reports].reverse().map((report) => {
    const of = all.find(({ assignments }) => assignments.some(({ id }) => id === report.assignmentId)) ?? task;
    return <OneReport key={report.id} task={task} of={of} report={report} again={again} />;
  });
}

interface Props {
  task: Task;
  of: WithParts;
  report: Report;
  again: () => void;
}

const REASONS = [
  ['difficulties', 'difficulties'],
  ['nextSteps', 'nextSteps'],
  ['shortfallReason', 'shortfall'],
  ['goAheadReason', 'goAhead'],
  ['behindReason', 'behind'],
] as const;

function OneReport({ task, of, report, again }: Props) {
  const { t } = useTranslation('task');
  const inWords = useSubject();
  const { may } = useSession();
  const [shown, show] = useState<'sentences' | 'correction' | null>(null);
  const part = of.assignments.find(({ id }) => id === report.assignmentId);
  const known = REPORT_KINDS.find((one) => one === report.kind);
  const kind = known ? t(`reportKinds.${known}`) : report.kind;
  const version = versionOf(report, task.reports);
  const isCorrected = task.reports.some(({ correctsId }) => correctsId === report.id);
  /** Which report a button is about, for whoever hears it by itself. */
  const about = [part?.unitName, kind, inWords(report.period), version > 1 ? t('report.version', { version }) : null]
    .filter(Boolean)
    .join(' ');
  const toggle = (what: 'sentences' | 'correction'): void => show(shown === what ? null : what);
  const mayCorrect = useMayCorrect(task, part, report) && !isCorrected;
  const mayReadSentences = known !== 'action_plan' && may('read.own', 'read.all');
  return (
    <div className="said">
      <p>
        <strong>{part?.unitName}</strong> · {kind}
        {report.period && `（${inWords(report.period)}）`} · <Instant at={report.reportedAt} />{' '}
        {version > 1 && <Tag>{t('report.version', { version })}</Tag>}
        {isCorrected && <Tag>{t('report.corrected')}</Tag>}
      </p>
      {report.correctionReason && <p>{t('report.correction', { reason: report.correctionReason })}</p>}
      <p className="words">{report.text}</p>
      {REASONS.map(([field, words]) =>
        report[field] ? (
          <p key={field} className="words">
            {t(`report.${words}`)}：{report[field]}
          </p>
        ) : null,
      )}
      <Figures of={of} report={report} />
      <EvidenceLinks evidence={report.evidence} />
      <div className="report-acts no-print">
        {mayReadSentences && (
          <Button
            size="small"
            aria-expanded={shown === 'sentences'}
            aria-label={`${t('report.sentences')} ${about}`}
            onClick={() => toggle('sentences')}
          >
            {t('report.sentences')}
          </Button>
        )}
        {mayCorrect && (
          <Button
            size="small"
            aria-expanded={shown === 'correction'}
            aria-label={`${t('report.correct')} ${about}`}
            onClick={() => toggle('correction')}
          >
            {t('report.correct')}
          </Button>
        )}
      </div>
      <Suspense fallback={<Spin />}>
        {shown === 'sentences' && <Sentences reportId={report.id} />}
        {shown === 'correction' && part && (
          <CorrectReport of={of} part={part} report={report} again={again} close={() => show(null)} />
        )}
      </Suspense>
    </div>
  );
}

function Figures({ of, report }: { of: WithParts; report: Report }) {
  if (report.measurements.length === 0) return null;
  return (
    <ul className="plain">
      {report.measurements.map(({ targetId, value, actualShare = null, light }) => {
        const target = of.targets.find(({ id }) => id === targetId);
        return (
          <li key={targetId}>
            {target?.text}：{value} {target?.unit}
            {actualShare !== null && `（${Math.round(actualShare * 100) / 100}%）`} {light && <Light light={light} />}
          </li>
        );
      })}
    </ul>
  );
}

/** Of the versions of a report: 1, and one more for each that it corrects. */
function versionOf({ correctsId }: Report, reports: readonly Report[]): number {
  const before = correctsId ? reports.find(({ id }) => id === correctsId) : undefined;
  return before ? 1 + versionOf(before, reports) : 1;
}

/**
 * Whether to offer a correction: to the unit itself, while the part is under way, nobody has decided on the report, and
 * no later period is due or reported. The server judges.
 */
function useMayCorrect(task: Task, part: WithParts['assignments'][number] | undefined, report: Report): boolean {
  const { me, may } = useSession();
  if (!part || part.unitId !== me.unitId || !may('assignment.act')) return false;
  if (!CORRECTED_KINDS.includes(report.kind)) return false;
  if (report.state && report.state !== 'submitted') return false;
  const marks: readonly string[] = part.marks ?? [];
  if (marks.includes('suspended') || (part.state !== 'in_progress' && part.state !== 'reported')) return false;
  const owed = task.obligations.find(({ id }) => id === report.obligationId);
  if (!owed || owed.kind !== 'progress_report') return true;
  return !task.obligations.some(
    ({ assignmentId, kind, dueOn, dueAt, state }) =>
      assignmentId === owed.assignmentId &&
      kind === owed.kind &&
      dueOn > owed.dueOn &&
      (state === 'discharged' || Date.parse(dueAt) <= now().getTime()),
  );
}
