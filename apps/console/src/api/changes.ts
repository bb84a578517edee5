import { useSyncExternalStore } from 'react';

/** Counts what others have changed, of all tasks and of each: a page that shows one reads it again. */
let everything = 0;
const byTask = new Map<string, number>();
const listeners = new Set<() => void>();
/** A page in the background is brought up to date when it is looked at again. */
let isWaiting = false;

export function tellChanged(taskIds: readonly string[]): void {
  everything++;
  for (const id of taskIds) byTask.set(id, everything);
  if (document.visibilityState === 'visible') tell();
  else isWaiting = true;
}

function tell(): void {
  for (const listener of listeners) listener();
}
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible' || !isWaiting) return;
  isWaiting = false;
  tell();
});

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** A number that grows when somebody has changed the task; without one, any task. */
export const useChanges = (taskId?: string): number =>
  useSyncExternalStore(subscribe, () => (taskId === undefined ? everything : (byTask.get(taskId) ?? 0)));
