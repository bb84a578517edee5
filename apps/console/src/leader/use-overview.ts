import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, client, type Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { dayOf } from '../layout/day';
import type { TrendPoint } from '../lights/light-trend';
import { now } from '../session/clock';
import { monthEnds, monthOf, tenOf } from './what-matters';

export type Dashboard = Schemas['DashboardDto'];
export type TaskRow = Schemas['TasksDto']['items'][number];

/** The government's plans in force, the newest first, and of them the one that is asked for, or the newest. */
export function usePlan(id: string | null) {
  const found = usePages('/api/v1/plans', { limit: 200, source: 'document' });
  const plans = found.items
    .filter(({ state, unitId }) => state === 'issued' && !unitId)
    .sort((a, b) => (b.issuedOn ?? '').localeCompare(a.issuedOn ?? ''));
  return {
    plans,
    plan: plans.find((one) => one.id === id) ?? plans[0],
    isPending: found.isPending,
    error: found.error,
  };
}

/** What stands in the plan now; `everyMs` asks again and again, for a screen that nobody touches. */
export function useNow(planId: string | undefined, everyMs?: number) {
  const how = { enabled: planId !== undefined, refetchInterval: everyMs };
  return api.useQuery('get', '/api/v1/dashboard', { params: { query: { planId } } }, how);
}

/**
 * The lights at the end of each month of the year so far, and as they are now. A past month never changes again; they are
 * asked one by one, when what is of today is there, so that nobody waits for the past.
 */
export function useTrend(
  planId: string | undefined,
  issuedOn: string | null | undefined,
  present: Dashboard | undefined,
) {
  const today = dayOf(now());
  const ends = monthEnds(issuedOn ?? today, today);
  const queries = useQueryClient();
  const queryKey = ['trend', planId, ends];
  const past = useQuery({
    queryKey,
    enabled: planId !== undefined && present !== undefined,
    staleTime: Infinity,
    queryFn: async () => {
      const lights: Dashboard['lights'][] = [];
      for (const asOf of ends) {
        const asked = client.GET('/api/v1/dashboard', { params: { query: { planId, asOf } } });
        lights.push((await answerOf(asked)).lights);
        queries.setQueryData(queryKey, [...lights]);
      }
      return lights;
    },
  });
  return [
    ...ends.map((day, place): TrendPoint => ({ month: monthOf(day), lights: past.data?.[place] ?? null })),
    { month: monthOf(today), lights: present?.lights ?? null },
  ];
}

/** The ten that matter: what is red, what a notice stands on, what is due soonest. */
export function useTenThatMatter(planId: string | undefined, everyMs?: number) {
  const how = { enabled: planId !== undefined, refetchInterval: everyMs };
  const of = (query: { light?: 'red' | 'yellow'; sort?: 'due' }) =>
    api.useQuery('get', '/api/v1/tasks', { params: { query: { planId, limit: 50, ...query } } }, how);
  const red = of({ light: 'red', sort: 'due' });
  const yellow = of({ light: 'yellow', sort: 'due' });
  const soonest = of({ sort: 'due' });
  const all = [red, yellow, soonest];
  return {
    tasks: tenOf([red, yellow, soonest].map(({ data }) => data?.items ?? [])),
    isPending: all.some(({ isPending }) => isPending),
    error: all.map(({ error }) => error).find((error) => error !== null) ?? null,
  };
}
