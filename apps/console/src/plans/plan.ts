import { useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';

export type Plan = Schemas['PlanDto'];
export type Task = Plan['tasks'][number];
export type Warning = Plan['warnings'][number];

export interface Placed {
  task: Task;
  depth: number;
  siblings: readonly Task[];
}

/** Tasks with their parts, in the order of the document. */
export function inOrder(tasks: readonly Task[], depth = 0): Placed[] {
  return tasks.flatMap((task) => [
    { task, depth, siblings: tasks },
    ...inOrder(task.subtasks as unknown as Task[], depth + 1),
  ]);
}

const init = (id: string) => ({ params: { path: { id } } });

export const usePlan = (id: string) => api.useQuery('get', '/api/v1/plans/{id}', init(id));
export const useSource = (id: string) =>
  api.useQuery('get', '/api/v1/plans/{id}/source', init(id), { staleTime: Infinity });
export const useUnresolvedNames = (id: string, isOn: boolean) =>
  api.useQuery(
    'get',
    '/api/v1/plans/{id}/unresolved-names',
    { params: { path: { id }, query: { limit: 200 } } },
    { enabled: isOn },
  );

/** A draft as it is after a command on it: every command answers with the whole of it. */
function useTakePlan(): (plan: Plan) => void {
  const queries = useQueryClient();
  return (plan) => {
    queries.setQueryData(api.queryOptions('get', '/api/v1/plans/{id}', init(plan.id)).queryKey, plan);
    void queries.invalidateQueries({ queryKey: ['get', '/api/v1/plans/{id}/unresolved-names'] });
    void queries.invalidateQueries({ queryKey: ['get', '/api/v1/plans'] });
  };
}

/** Every command on the draft of a plan, of which each answers with the draft as it is then. */
export function useDraftCommands(id: string, { onError }: { onError: (problem: unknown) => void }) {
  const take = useTakePlan();
  const after = { onSuccess: (plan: Plan) => take(plan), onError };
  const path = { id };
  const queries = useQueryClient();
  const edit = api.useMutation('patch', '/api/v1/plans/{id}/tasks/{taskId}', after);
  const add = api.useMutation('post', '/api/v1/plans/{id}/tasks', after);
  const remove = api.useMutation('delete', '/api/v1/plans/{id}/tasks/{taskId}', after);
  const split = api.useMutation('post', '/api/v1/plans/{id}/tasks/{taskId}/split', after);
  const merge = api.useMutation('post', '/api/v1/plans/{id}/merge', after);
  const order = api.useMutation('put', '/api/v1/plans/{id}/order', after);
  const confirmLeads = api.useMutation('post', '/api/v1/plans/{id}/confirm-leads', after);
  const standingUnits = api.useMutation('post', '/api/v1/plans/{id}/standing-units', after);
  const answerName = api.useMutation('put', '/api/v1/plans/{id}/unresolved-names', after);
  return {
    /** Reads the draft as others have made it meanwhile. */
    reread: () =>
      queries.refetchQueries({ queryKey: api.queryOptions('get', '/api/v1/plans/{id}', init(id)).queryKey }),
    isBusy: [edit, add, remove, split, merge, order, confirmLeads, standingUnits, answerName].some(
      ({ isPending }) => isPending,
    ),
    edit: (taskId: string, body: Schemas['TaskEditDto']) =>
      edit.mutateAsync({ params: { path: { id, taskId } }, body }),
    add: (body: Schemas['TaskAdditionDto']) => add.mutateAsync({ params: { path }, body }),
    remove: (taskId: string, expectedVersion: number) =>
      remove.mutate({ params: { path: { id, taskId }, query: { expectedVersion } } }),
    split: (taskId: string, body: Schemas['TaskSplitDto']) => split.mutate({ params: { path: { id, taskId } }, body }),
    merge: (body: Schemas['TaskMergeDto']) => merge.mutate({ params: { path }, body }),
    order: (body: Schemas['TaskOrderDto']) => order.mutate({ params: { path }, body }),
    confirmLeads: (body: Schemas['ConfirmLeadsDto']) => confirmLeads.mutate({ params: { path }, body }),
    standingUnits: (body: Schemas['StandingUnitsDto']) => standingUnits.mutate({ params: { path }, body }),
    answerName: (body: Schemas['NameAnswerDto']) => answerName.mutate({ params: { path }, body }),
  };
}
export type DraftCommands = ReturnType<typeof useDraftCommands>;
