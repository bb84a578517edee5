import { insertAll } from '@duban/database';
import { type PlannedUnitChanges, UnitDirectory } from '@duban/directory';
import { assignmentMachine } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { localDateOf, newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { Assignment } from './assignment.entity';
import { AssignmentService } from './assignment.service';
import { followEnded } from './breakdown-succession';
import { assignmentChange } from './plan-records';
import { Plan } from './plan.entity';
import { PolicyService } from './policy.service';
import type { PlannedWork } from './reorganisation.preview';
import { assignmentSnapshot } from './snapshots';
import { SupervisionPort } from './supervision.port';
import { Task } from './task.entity';
import { advanceTask } from './task-states';

/** A reorganisation that is being carried out. */
export interface CarriedOut {
  actor: Actor;
  at: Date;
  reorganisationId: string;
  /** As history gives it. */
  reason: string;
  units: PlannedUnitChanges;
  /** By code, of the units that were made, too. */
  unitIds: ReadonlyMap<string, string>;
}

/** Gives open work to the units that take over (机构改革). The caller holds the parts, and has changed the units. */
@Injectable()
export class ReorganisedWork {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly assignments: AssignmentService,
    private readonly supervision: SupervisionPort,
  ) {}

  async carryOut(tx: EntityManager, carried: CarriedOut, { parts, changes }: PlannedWork): Promise<void> {
    const { actor, at, reason, units, unitIds } = carried;
    for (const { change, partId } of changes) {
      if (change !== 'cancelled' && change !== 'merged') continue;
      const why = change === 'merged' ? 'merged' : 'unit_abolished';
      await this.assignments.cancel(tx, actor, at, partId, why, reason);
    }
    const moved = changes
      .filter(({ change }) => change === 'moves')
      .map(({ partId, to }) => ({ part: parts.get(partId)!, unitId: unitIds.get(to!)! }));
    await this.move(tx, carried, moved);
    const added = await this.add(tx, carried, { parts, changes });
    const merged = changes
      .filter(({ change }) => change === 'merged')
      .map(({ partId, to, taskId }) => {
        return { taskId, fromUnitId: parts.get(partId)!.unitId, toUnitId: unitIds.get(to!)! };
      });
    const successorOf = (codes: readonly string[]): string | null =>
      codes[0] === undefined ? null : unitIds.get(codes[0])!;
    await this.supervision.moveWork(tx, {
      actor,
      at,
      reason,
      jurisdictionId: units.jurisdictionId,
      effectiveOn: units.effectiveOn,
      parts: moved.map(({ part, unitId }) => ({
        assignmentId: part.id,
        planId: part.planId,
        taskId: part.taskId,
        fromUnitId: part.unitId,
        toUnitId: unitId,
      })),
      merged: merged.filter(({ fromUnitId, toUnitId }) => fromUnitId !== toUnitId),
      cancelled: changes
        .filter(({ change }) => change === 'cancelled')
        .map(({ partId, taskId }) => ({ taskId, fromUnitId: parts.get(partId)!.unitId })),
      ended: units.changes.ended.map(({ code, successors }) => ({
        unitId: unitIds.get(code)!,
        successorId: successorOf(successors),
      })),
      told: toldOf({ parts, changes }, units, unitIds),
    });
    await followEnded(
      tx,
      this.history,
      { actor, at, reason },
      units.changes.ended.map(({ code, successors }) => ({
        unitId: unitIds.get(code)!,
        successorId: successorOf(successors),
      })),
    );
    for (const taskId of new Set(added.map((one) => one.taskId))) {
      const task = await tx.getRepository(Task).findOneByOrFail({ id: taskId });
      await this.history.append(tx, actor, at, await advanceTask(tx, task));
    }
  }

  private async move(
    tx: EntityManager,
    { actor, at, reorganisationId, reason }: CarriedOut,
    moved: readonly { part: { id: string; unitName: string; planId: string }; unitId: string }[],
  ): Promise<void> {
    if (moved.length === 0) return;
    const ids = moved.map(({ part }) => part.id);
    const rows = await tx.getRepository(Assignment).findBy({ id: In(ids) });
    const names = await this.directory.namesOf(
      tx,
      moved.map(({ unitId }) => unitId),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    await tx.query(
      `update assignment a set unit_id = r.unit_id, origin_unit_id = coalesce(a.origin_unit_id, a.unit_id),
         reorganisation_id = $2, version = a.version + 1
       from jsonb_to_recordset($1::jsonb) as r(id uuid, unit_id uuid) where a.id = r.id`,
      [JSON.stringify(moved.map(({ part, unitId }) => ({ id: part.id, unit_id: unitId }))), reorganisationId],
    );
    await this.history.append(
      tx,
      actor,
      at,
      moved.map(({ part, unitId }) => {
        const row = byId.get(part.id)!;
        const before = assignmentSnapshot(row, part.unitName);
        Object.assign(row, { unitId, reorganisationId, version: row.version + 1 });
        return assignmentChange('assignment.moved', row, part.planId, names.get(unitId) ?? '', before, reason);
      }),
    );
  }

  /** A matter that goes to several: each but the first gets a part of its own, made like at issue. */
  private async add(
    tx: EntityManager,
    { actor, at, reorganisationId, reason, units, unitIds }: CarriedOut,
    { parts, changes }: PlannedWork,
  ): Promise<Assignment[]> {
    const wanted = changes.filter(({ change }) => change === 'added');
    if (wanted.length === 0) return [];
    const origins = await tx.getRepository(Assignment).findBy({ id: In(wanted.map(({ partId }) => partId)) });
    const originOf = new Map(origins.map((one) => [one.id, one]));
    const added = wanted.map(({ partId, taskId, to, role }) => {
      const origin = originOf.get(partId)!;
      return Object.assign(new Assignment(), {
        id: newId(),
        jurisdictionId: units.jurisdictionId,
        taskId,
        unitId: unitIds.get(to!)!,
        originUnitId: origin.originUnitId ?? parts.get(partId)!.unitId,
        reorganisationId,
        role,
        groupId: origin.groupId,
        isLeadInferred: origin.isLeadInferred,
        state: assignmentMachine.initial,
        version: 1,
        marks: [],
        resumeOn: null,
        assignedAt: at,
        createdAt: at,
      });
    });
    await insertAll(tx, Assignment, added);
    const names = await this.directory.namesOf(
      tx,
      added.map(({ unitId }) => unitId),
    );
    const tasks = await tx.getRepository(Task).findBy({ id: In(added.map(({ taskId }) => taskId)) });
    const planOf = new Map(tasks.map(({ id, planId }) => [id, planId]));
    await this.history.append(
      tx,
      actor,
      at,
      added.map((one) => {
        const planId = planOf.get(one.taskId)!;
        return assignmentChange('assignment.assigned', one, planId, names.get(one.unitId) ?? '', null, reason);
      }),
    );
    const today = localDateOf(at, units.timeZone);
    for (const plan of await tx.getRepository(Plan).findBy({ id: In([...planOf.values()]) })) {
      const policy = await this.policies.version(tx, plan.policyId!, plan.policyVersion!);
      await this.supervision.makeObligations(tx, {
        actor,
        at,
        plan,
        policy,
        year: plan.year!,
        // What would have been due before is not owed by whoever comes to it now.
        issuedOn: today,
        reorganisationId,
        tasks: tasks.filter((task) => task.planId === plan.id),
        assignments: added.filter((one) => planOf.get(one.taskId) === plan.id),
      });
    }
    return added;
  }
}

/** What each unit that takes over is told: from whom, and how much. */
function toldOf(
  { parts, changes }: PlannedWork,
  { units }: PlannedUnitChanges,
  unitIds: ReadonlyMap<string, string>,
): { unitId: string; from: string[]; count: number }[] {
  const taken = new Map<string, { from: Set<string>; taskIds: Set<string> }>();
  for (const { change, partId, taskId, to } of changes) {
    const part = parts.get(partId)!;
    if (to === null || (change === 'merged' && part.unit === to)) continue;
    const one = taken.get(to) ?? { from: new Set(), taskIds: new Set() };
    one.from.add(units.get(part.unit)!.name);
    one.taskIds.add(taskId);
    taken.set(to, one);
  }
  return [...taken].map(([code, { from, taskIds }]) => {
    return { unitId: unitIds.get(code)!, from: [...from], count: taskIds.size };
  });
}
