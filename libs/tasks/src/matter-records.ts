import { matterKind } from '@duban/domain';
import type { Change, EventType } from '@duban/history';
import type { MatterSource, RegisteredMatter } from './matter.entity';
import type { Task } from './task.entity';

/** What history keeps of a matter, and what is shown of it: nothing by which somebody private could be known. */
export interface MatterSnapshot {
  id: string;
  taskId: string;
  kind: RegisteredMatter['kind'];
  kindName: string;
  year: number;
  serial: number;
  number: string;
  receivedOn: string | null;
  level: string | null;
  source: MatterSource;
  /** Masked: 张**. */
  petitioner: string | null;
  dueReason: string | null;
  sameAs: string | null;
  registeredAt: string;
  version: number;
}

export const matterSnapshot = (matter: RegisteredMatter, task: Task): MatterSnapshot => ({
  id: matter.id,
  taskId: matter.taskId,
  kind: matter.kind,
  kindName: matterKind(matter.kind).name.zh,
  year: matter.year,
  serial: matter.serial,
  number: task.number ?? '',
  receivedOn: task.receivedOn,
  level: task.level,
  source: matter.source,
  petitioner: matter.petitioner,
  dueReason: matter.dueReason,
  sameAs: matter.sameAs,
  registeredAt: matter.registeredAt.toISOString(),
  version: matter.version,
});

export const matterChange = (
  type: EventType,
  matter: RegisteredMatter,
  task: Task,
  before: MatterSnapshot | null,
  reason: string | null = null,
): Change => ({
  type,
  entity: 'matter',
  entityId: matter.id,
  jurisdictionId: matter.jurisdictionId,
  planId: task.planId,
  taskId: matter.taskId,
  reason,
  before: before === null ? null : { ...before },
  after: { ...matterSnapshot(matter, task) },
});
