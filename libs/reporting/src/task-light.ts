import type { NoticeSnapshot, ObligationSnapshot } from '@duban/supervision';
import type { TaskSnapshot } from '@duban/tasks';
import type { Light } from './board';

/** The rule of the board (`lightOf`), over what is shown with a task: nobody sees another light here than there. */
export function lightOfTask(
  {
    id,
    state,
    obligations,
    notices,
  }: Pick<TaskSnapshot, 'id' | 'state'> & { obligations: ObligationSnapshot[]; notices: NoticeSnapshot[] },
  at: Date,
): Light | null {
  if (state === null || state === 'cancelled' || state === 'not_implemented') return null;
  const own = obligations.filter(({ taskId }) => taskId === id);
  const ids = new Set(own.map((obligation) => obligation.id));
  const standing = ['issued', 'acknowledged', 'answered'];
  const colours = new Set(
    notices
      .filter(({ obligationId, state: stands }) => ids.has(obligationId) && standing.includes(stands))
      .map(({ colour }) => colour),
  );
  if (colours.has('red') || colours.has('orange')) return 'red';
  if (colours.has('yellow')) return 'yellow';
  return own.some((one) => one.state === 'open' && new Date(one.dueAt) <= at) ? 'yellow' : 'green';
}
