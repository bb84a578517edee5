import type { Schemas } from '../api/client';

/** A task, or a part of it. */
export type WithTargets = Pick<Schemas['TaskDto'], 'id' | 'planId' | 'targets' | 'milestones'>;
