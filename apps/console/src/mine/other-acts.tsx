import { useTranslation } from 'react-i18next';
import { unitsBelow, useUnits } from '../directory/units';
import { dayOf } from '../layout/day';
import { LinkButton } from '../layout/link-button';
import { now } from '../session/clock';
import { useSession } from '../session/session';
import type { Part, Task } from './act-props';
import { type Act, actPath } from './act-path';
import { TO_ANSWER } from './owed';
import './mine.css';

/** What the unit can do with its part as it stands; the server judges, this only offers what may go. */
function actsOf(task: Task, part: Part, unitId: string | null, may: (...rights: string[]) => boolean): Act[] {
  if (part.unitId !== unitId || !may('assignment.act')) return [];
  const marks = part.marks ?? [];
  const { state, role } = part;
  const isStill = marks.includes('suspended');
  const others = task.assignments.some((one) => one.unitId !== unitId);
  const acts: [Act, boolean][] = [
    ['sign', state === 'assigned' && marks.length === 0],
    ['object', state === 'assigned' && !isStill && (timeToObject(task, part).isOpen || marks.includes('objected'))],
    ['plan', state === 'in_progress' && role === 'lead'],
    ['report', state === 'in_progress' && openReports(task, part).length > 0],
    ['completion', state === 'in_progress' && !isStill],
    ['withdraw', state === 'reported' && !isStill],
    ['contributions', role === 'lead' && state === 'in_progress' && others],
    ['breakdown', state !== 'cancelled' && state !== 'not_implemented' && may('breakdown.draft')],
    ['apply', (state === 'in_progress' || state === 'assigned') && may('application.make')],
    ['coordination', (state === 'in_progress' || state === 'assigned') && others],
  ];
  return acts.filter(([, isPossible]) => isPossible).map(([act]) => act);
}

/** Until when the unit may object (异议), null of what was signed for, and whether it still may. */
export function timeToObject({ objectionDays }: Task, { id }: Part): { lastOn: string | null; isOpen: boolean } {
  const lastOn = objectionDays.find(({ assignmentId }) => assignmentId === id)?.lastOn ?? null;
  return { lastOn, isOpen: lastOn !== null && lastOn >= dayOf(now()) };
}

/** What is owed of a part that a report discharges. */
export const openReports = (task: Task, part: Part): Task['obligations'] =>
  task.obligations.filter(
    ({ assignmentId, kind, state }) =>
      assignmentId === part.id && state === 'open' && ['progress_report', 'milestone', 'instruction'].includes(kind),
  );

interface Offer {
  act: Act;
  /** A notice or a report, where the act is about one. */
  of?: string;
  /** What the notice is called. */
  number?: string;
}

/** Beside what the unit may do by itself: notices (督办单) that wait for its answer, and reports that wait for its head. */
function offersOf(task: Task, part: Part, unitId: string | null, may: (...rights: string[]) => boolean): Offer[] {
  if (part.unitId !== unitId) return [];
  const own = new Set(task.obligations.filter(({ assignmentId }) => assignmentId === part.id).map(({ id }) => id));
  const notices = may('assignment.act')
    ? task.notices.filter(({ obligationId, state }) => own.has(obligationId) && TO_ANSWER.includes(state))
    : [];
  const waiting = may('report.confirm')
    ? task.reports.filter(({ assignmentId, state }) => assignmentId === part.id && state === 'submitted')
    : [];
  return [
    ...notices.map(({ id, number }) => ({ act: 'notice' as const, of: id, number })),
    ...waiting.map(({ id }) => ({ act: 'confirm' as const, of: id })),
    ...actsOf(task, part, unitId, may).map((act) => ({ act })),
  ];
}

/** What else can be done with the part, each on its page: for the pages of the acts, and for that of the task. */
export function OtherActs({
  task,
  part,
  except,
  title,
}: {
  task: Task;
  part: Part;
  /** The act on whose page this is; nothing of it is offered again. */
  except?: Act;
  title?: string;
}) {
  const { t } = useTranslation('mine');
  const { me, may } = useSession();
  const units = useUnits(part.unitId === me.unitId && may('breakdown.draft'));
  const offers = offersOf(task, part, me.unitId, may).filter(
    // Who has nobody below has nobody to hand parts to.
    ({ act }) => act !== except && (act !== 'breakdown' || unitsBelow(units.data ?? [], part.unitId).length > 0),
  );
  if (offers.length === 0) return null;
  const says = title ?? t('others');
  return (
    <section className="panel no-print" aria-label={says}>
      <h2>{says}</h2>
      <div className="act-others">
        {offers.map(({ act, of, number }) => (
          <LinkButton key={`${act} ${of}`} to={actPath({ taskId: task.id, assignmentId: part.id }, act, of)}>
            {number !== undefined && t('answerOf', { number })}
            {number === undefined && (of === undefined ? t(`title.${act}`) : t(`do.${act}`))}
          </LinkButton>
        ))}
      </div>
    </section>
  );
}
