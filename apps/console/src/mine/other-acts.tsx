import { useTranslation } from 'react-i18next';
import { LinkButton } from '../layout/link-button';
import { useSession } from '../session/session';
import type { Part, Task } from './act-props';
import { type Act, actPath } from './act-path';

/** What the unit can do with its part as it stands; the server judges, this only offers what may go. */
function actsOf(task: Task, part: Part, unitId: string | null, may: (...rights: string[]) => boolean): Act[] {
  if (part.unitId !== unitId || !may('assignment.act')) return [];
  const marks = part.marks ?? [];
  const { state, role } = part;
  const isStill = marks.includes('suspended');
  const others = task.assignments.some((one) => one.unitId !== unitId);
  const acts: [Act, boolean][] = [
    ['sign', state === 'assigned' && marks.length === 0],
    ['object', state === 'assigned' && !isStill],
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

/** What is owed of a part that a report discharges. */
export const openReports = (task: Task, part: Part): Task['obligations'] =>
  task.obligations.filter(
    ({ assignmentId, kind, state }) =>
      assignmentId === part.id && state === 'open' && ['progress_report', 'milestone', 'instruction'].includes(kind),
  );

/** What else can be done with the part, each on its page: for the pages of the acts, and for that of the task. */
export function OtherActs({ task, part, except }: { task: Task; part: Part; except?: Act }) {
  const { t } = useTranslation('mine');
  const { me, may } = useSession();
  const acts = actsOf(task, part, me.unitId, may).filter((act) => act !== except);
  if (acts.length === 0) return null;
  return (
    <section className="panel no-print" aria-label={t('others')}>
      <h2>{t('others')}</h2>
      <div className="act-others">
        {acts.map((act) => (
          <LinkButton key={act} to={actPath({ taskId: task.id, assignmentId: part.id }, act)}>
            {t(`title.${act}`)}
          </LinkButton>
        ))}
      </div>
    </section>
  );
}
