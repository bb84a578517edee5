import { useQuery } from '@tanstack/react-query';
import { answerOf, client, type Problem, type Schemas } from '../api/client';
import { dayOf } from '../layout/day';
import type { GanttRow } from './gantt';
import type { HeatCell } from './heat-map';
import { readAll } from './read-all';

export type Obligation = Schemas['ObligationsDto']['items'][number];
export type FollowUp = Schemas['FollowUpsDto']['items'][number];
type Task = Schemas['TasksDto']['items'][number];

const LONG_MS = 60_000;
const PAGE = 200;

export const useObligations = (planId: string | undefined) =>
  useQuery<Obligation[], Problem>({
    queryKey: ['get', '/api/v1/obligations', { planId }, 'all'],
    enabled: planId !== undefined,
    staleTime: LONG_MS,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        answerOf(client.GET('/api/v1/obligations', { params: { query: { planId, limit: PAGE, cursor } }, signal })),
      ),
  });

export const useFollowUps = (planId: string | undefined) =>
  useQuery<FollowUp[], Problem>({
    queryKey: ['get', '/api/v1/follow-ups', { planId }, 'all'],
    enabled: planId !== undefined,
    staleTime: LONG_MS,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        answerOf(client.GET('/api/v1/follow-ups', { params: { query: { planId, limit: PAGE, cursor } }, signal })),
      ),
  });

export const usePlanTasks = (planId: string | undefined) =>
  useQuery<Task[], Problem>({
    queryKey: ['get', '/api/v1/tasks', { planId }, 'all'],
    enabled: planId !== undefined,
    staleTime: LONG_MS,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        answerOf(client.GET('/api/v1/tasks', { params: { query: { planId, limit: PAGE, cursor } }, signal })),
      ),
  });

/** Late is what was handed in after its date, or is overdue. */
export const isLate = ({
  isOverdue,
  settledAt,
  dueAt,
  state,
}: Pick<Obligation, 'isOverdue' | 'settledAt' | 'dueAt' | 'state'>) =>
  isOverdue || (state === 'discharged' && settledAt !== null && settledAt > dueAt);

export function cellsOf(things: readonly { unitName: string; on: string }[]): HeatCell[] {
  const counts = new Map<string, HeatCell>();
  for (const { unitName, on } of things) {
    const month = on.slice(0, 7);
    const cell = counts.get(`${unitName} ${month}`) ?? { row: unitName, month, value: 0 };
    cell.value++;
    counts.set(`${unitName} ${month}`, cell);
  }
  return [...counts.values()];
}

/** A row a task, with what is due on the way; tasks without any such day are left out. */
export function ganttRows(
  tasks: readonly Pick<Task, 'id' | 'number' | 'content' | 'dueOn'>[],
  obligations: readonly Obligation[],
  { from, words }: { from: string; words: (kind: Obligation['kind']) => string },
): GanttRow[] {
  const byTask = new Map<string, Obligation[]>();
  for (const one of obligations) {
    const isShown = (one.kind === 'milestone' || one.kind === 'completion') && one.state !== 'lapsed';
    if (isShown) byTask.set(one.taskId, [...(byTask.get(one.taskId) ?? []), one]);
  }
  return tasks.flatMap(({ id, number, content, dueOn }) => {
    const owed = byTask.get(id) ?? [];
    const to =
      dueOn ??
      owed
        .map((one) => one.dueOn)
        .sort()
        .at(-1);
    if (to === undefined) return [];
    const marks = owed.map((one) => ({
      text: [words(one.kind), one.subject, one.unitName].filter(Boolean).join(' '),
      on: one.dueOn,
      state: isLate(one) ? ('late' as const) : one.state === 'discharged' ? ('done' as const) : ('open' as const),
    }));
    return [{ name: `${number ?? ''} ${content.slice(0, 24)}`.trim(), from, to, marks }];
  });
}

export function countByDay(instants: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const instant of instants) counts.set(dayOf(instant), (counts.get(dayOf(instant)) ?? 0) + 1);
  return counts;
}

export function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
