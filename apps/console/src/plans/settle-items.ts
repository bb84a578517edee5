import type { Schemas } from '../api/client';
import type { Placed, Plan, Warning } from './plan';
import type { Stretch } from './source-view';

type Name = Schemas['UnresolvedNamesDto']['items'][number];

/** Something of a draft that a person has to say, or to look at, before it is issued. */
export type ToSettle =
  | { kind: 'name'; key: string; taskId: string | null; wanted: Stretch | null; name: Name }
  | { kind: 'warning'; key: string; taskId: string | null; wanted: Stretch | null; warning: Warning };

/** What is asked elsewhere already, by its name. */
const ASKED_BY_NAME = new Set(['unknown_unit', 'ambiguous_unit']);

/** What waits, in the order of the document: names that stand for nobody for certain, and the reader's open remarks. */
export function toSettle(
  plan: Plan,
  names: readonly Name[],
  tasks: readonly Placed[],
  text: string,
  seen: ReadonlySet<string>,
): ToSettle[] {
  const byId = new Map(tasks.map(({ task }) => [task.id, task]));
  const asked = names.map((name): ToSettle => {
    const taskId = name.tasks[0]?.taskId ?? null;
    const source = taskId === null ? undefined : byId.get(taskId)?.source;
    const at = source ? text.indexOf(name.name, source.start) : -1;
    const isThere = source !== undefined && at !== -1 && at < source.end;
    return {
      kind: 'name',
      key: `name ${name.name}`,
      taskId,
      wanted: isThere ? { start: at, end: at + name.name.length } : null,
      name,
    };
  });
  const remarks = plan.warnings
    .filter(({ code, settled }) => !settled && !ASKED_BY_NAME.has(code))
    .map((warning): ToSettle => {
      const start = warning.start ?? null;
      const lineEnd = start === null ? -1 : text.indexOf('\n', start);
      const wanted = start === null ? null : { start, end: lineEnd === -1 ? text.length : lineEnd };
      const key = `${warning.code} ${warning.line} ${warning.message}`;
      return { kind: 'warning', key, taskId: warning.taskId, wanted, warning };
    })
    .filter(({ key }) => !seen.has(key));
  const place = ({ wanted, taskId }: ToSettle): number =>
    wanted?.start ?? (taskId === null ? undefined : byId.get(taskId)?.source.start) ?? 0;
  return [...asked, ...remarks].sort((one, other) => place(one) - place(other));
}
