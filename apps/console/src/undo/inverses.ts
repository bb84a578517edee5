import { answerOf, client, type Schemas } from '../api/client';

/** Takes an act back, by the ordinary route and within the same rights. @throws Problem */
export type Undo = () => Promise<unknown>;

type Assignment = Pick<Schemas['AssignmentDto'], 'id' | 'version' | 'state'>;
type Versioned = { id: string; version: number };

/**
 * Which acts have an inverse, and what it is, from what the act was answered with: the one place that decides it. What is
 * not here binds as soon as it is done, such as a verification, a return, a notice or an issue, and is asked about before.
 */
export const INVERSES = {
  /** A completion report (办结报告), until it is judged; one that waits for the unit’s head does not count yet. */
  report: (part: Assignment): Undo | null => (part.state === 'reported' ? transition(part, 'withdraw') : null),
  object: (part: Assignment): Undo => transition(part, 'withdraw_objection'),
  suspend: (part: Assignment): Undo => transition(part, 'resume'),
  apply:
    ({ id, version }: Versioned): Undo =>
    () =>
      answerOf(
        client.POST('/api/v1/applications/{id}/transitions', {
          params: { path: { id } },
          body: { event: 'withdraw', expectedVersion: version },
        }),
      ),
  raiseCoordination:
    ({ id, version }: Versioned): Undo =>
    () =>
      answerOf(
        client.POST('/api/v1/coordinations/{id}/transitions', {
          params: { path: { id } },
          body: { event: 'withdraw', expectedVersion: version },
        }),
      ),
  askForContributions: ({ items }: { items: readonly Versioned[] }): Undo | null =>
    together(
      items.map(
        ({ id, version }) =>
          () =>
            answerOf(
              client.POST('/api/v1/contributions/{id}/transitions', {
                params: { path: { id } },
                body: { event: 'withdraw', expectedVersion: version },
              }),
            ),
      ),
    ),
  /** With which of its members a group has done its part; the rule before, where nobody had set one it was all. */
  setGroupRule:
    (taskId: string, before: Pick<Schemas['StandingDto'], 'groupId' | 'rule'>, version: number): Undo =>
    () =>
      answerOf(
        client.PUT('/api/v1/tasks/{id}/group-completion', {
          params: { path: { id: taskId } },
          body: { ...before, expectedVersion: version },
        }),
      ),
  /** What was planned of a target before; figures that were given meanwhile keep what was planned then. */
  setCurve:
    (
      { shape, points, shares, season }: Schemas['ProgressDto']['targets'][number]['curve'],
      { targetId, number }: Pick<Schemas['TargetCurveDto'], 'targetId' | 'number'>,
    ): Undo =>
    () =>
      answerOf(
        client.PUT('/api/v1/targets/{id}/curve', {
          params: { path: { id: targetId } },
          body: {
            shape,
            // Those of milestones follow from their shares.
            ...(shape === 'steps' && points ? { points } : {}),
            ...(season === null ? (shares ? { shares } : {}) : { season }),
            expectedNumber: number,
          },
        }),
      ),
  pauseDestination:
    ({ id }: { id: string }, reason: string): Undo =>
    () =>
      answerOf(client.POST('/api/v1/destinations/{id}/resume', { params: { path: { id } }, body: { reason } })),
  resumeDestination:
    ({ id }: { id: string }, reason: string): Undo =>
    () =>
      answerOf(client.POST('/api/v1/destinations/{id}/pause', { params: { path: { id } }, body: { reason } })),
  removeSearch:
    ({ name, filter }: Pick<Schemas['SavedSearchDto'], 'name' | 'filter'>): Undo =>
    () =>
      answerOf(client.POST('/api/v1/history/searches', { body: { name, filter } })),
  removeView:
    ({ name, filter, isShared }: Pick<Schemas['SavedViewDto'], 'name' | 'filter' | 'isShared'>): Undo =>
    () =>
      answerOf(client.POST('/api/v1/tasks/views', { body: { name, filter, isShared } })),
  /** Shared with colleagues, or with nobody any more. */
  shareView:
    ({ id, isShared, version }: Pick<Schemas['SavedViewDto'], 'id' | 'isShared' | 'version'>): Undo =>
    () =>
      answerOf(
        client.PATCH('/api/v1/tasks/views/{id}', {
          params: { path: { id } },
          body: { isShared: !isShared, expectedVersion: version },
        }),
      ),
} as const;

const transition =
  ({ id, version }: Assignment, event: Schemas['AssignmentTransitionDto']['event']): Undo =>
  () =>
    answerOf(
      client.POST('/api/v1/assignments/{id}/transitions', {
        params: { path: { id } },
        body: { event, expectedVersion: version },
      }),
    );

/** Several acts taken back as one, the last first; null where there are none. */
export function together(undos: readonly Undo[]): Undo | null {
  if (undos.length === 0) return null;
  return async () => {
    for (const undo of [...undos].reverse()) await undo();
  };
}
