import { isAnothers } from '@duban/database';
import { assertMay } from '@duban/directory';
import { ENDED_STATES, type GroupRule, isGroupComplete, type MemberPart } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, forbidden, invalid, newId, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { holdTask } from './acted-part';
import type { Assignment } from './assignment.entity';
import { GroupCompletion } from './group-completion.entity';
import { Task } from './task.entity';

/** How a group (集合单位) stands in a task. */
export interface GroupStanding {
  groupId: string;
  groupName: string;
  rule: GroupRule;
  /** Members that have a part by the group and are waited for. */
  members: number;
  /** Of them, those that have reported or been verified. */
  done: number;
  isComplete: boolean;
  /** 0 where nobody has set a rule: it is all of them. */
  version: number;
}

interface MemberRow {
  id: string;
  groupId: string;
  groupName: string;
  state: Assignment['state'];
  marks: string[];
}

/**
 * With which of its members a group has done its part of a task. It is looked at anew each time, by the parts that there
 * are then: one that was transferred (移交) to a unit has left the group and is waited for by itself; one that a
 * reorganisation (机构改革) gave to a successor is still the group's.
 */
@Injectable()
export class GroupCompletionService {
  constructor(private readonly history: HistoryService) {}

  /** The groups by which units have parts in a task. */
  async standings(tx: EntityManager, taskId: string): Promise<GroupStanding[]> {
    const byGroup = await this.members(tx, taskId);
    const rules = await tx.getRepository(GroupCompletion).findBy({ taskId });
    return [...byGroup].map(([groupId, members]) => {
      const set = rules.find((one) => one.groupId === groupId);
      const rule = ruleOf(set);
      const parts = members.map(partOf).filter((part) => part !== 'gone');
      return {
        groupId,
        groupName: members[0]!.groupName,
        rule,
        members: parts.length,
        done: parts.filter((part) => part === 'done').length,
        isComplete: isGroupComplete(rule, parts),
        version: set?.version ?? 0,
      };
    });
  }

  /** Parts of members for which nobody waits any more, since enough of the others have done theirs. */
  async released(tx: EntityManager, taskId: string): Promise<string[]> {
    const rules = await tx.getRepository(GroupCompletion).findBy({ taskId });
    if (rules.every(({ rule }) => rule === 'all')) return [];
    const byGroup = await this.members(tx, taskId);
    return rules.flatMap((set) => {
      const members = byGroup.get(set.groupId) ?? [];
      if (set.rule === 'all' || !isGroupComplete(ruleOf(set), members.map(partOf))) return [];
      return members.filter(({ state }) => state === 'assigned' || state === 'in_progress').map(({ id }) => id);
    });
  }

  /**
   * @throws DomainError TASK.UNKNOWN, TASK.NOT_YOURS, GROUP_COMPLETION.TASK_ENDED, GROUP_COMPLETION.NOT_IN_TASK,
   *   GROUP_COMPLETION.TOO_MANY, GROUP_COMPLETION.STALE
   */
  async set(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    taskId: string,
    { groupId, rule, expectedVersion }: { groupId: string; rule: GroupRule; expectedVersion?: number },
  ): Promise<GroupStanding> {
    assertMay(actor, 'assignment.judge');
    if (!(await tx.getRepository(Task).existsBy({ id: taskId }))) {
      if (await isAnothers(tx, 'task', taskId))
        throw forbidden('TASK.NOT_YOURS', 'This task is not yours.', { taskId });
      throw notFound('TASK.UNKNOWN', 'There is no such task.', { taskId });
    }
    const { task, plan } = await holdTask(tx, actor, taskId);
    if (task.state === null || ENDED_STATES.includes(task.state)) {
      throw conflict('GROUP_COMPLETION.TASK_ENDED', 'The task is a draft or has ended; nobody is waited for.', {
        state: task.state,
      });
    }
    const standing = (await this.standings(tx, taskId)).find((one) => one.groupId === groupId);
    if (!standing) {
      throw invalid('GROUP_COMPLETION.NOT_IN_TASK', 'No unit has a part in the task by this group.', {
        field: 'groupId',
      });
    }
    if (typeof rule === 'object' && rule.atLeast > standing.members) {
      throw invalid('GROUP_COMPLETION.TOO_MANY', `The group has ${standing.members} members in the task.`, {
        field: 'rule.atLeast',
      });
    }
    if (expectedVersion !== undefined && expectedVersion !== standing.version) {
      throw conflict('GROUP_COMPLETION.STALE', 'Somebody has set another rule since you read it.', {
        version: standing.version,
        rule: standing.rule,
      });
    }
    const repository = tx.getRepository(GroupCompletion);
    const known = await repository.findOneBy({ taskId, groupId });
    const before = known === null ? null : snapshotOf(known);
    const wanted = {
      rule: typeof rule === 'object' ? ('at_least' as const) : rule,
      atLeast: typeof rule === 'object' ? rule.atLeast : null,
      setBy: actor.personId!,
      setAt: at,
    };
    const { jurisdictionId } = task;
    const row = known ?? repository.create({ id: newId(), jurisdictionId, taskId, groupId, version: 1 });
    Object.assign(row, wanted);
    await (known === null ? repository.insert(row) : repository.save(row));
    await this.history.append(tx, actor, at, [
      {
        type: 'group_completion.set',
        entity: 'group_completion',
        entityId: row.id,
        jurisdictionId,
        planId: plan.id,
        taskId,
        before,
        after: snapshotOf(row),
      },
    ]);
    return (await this.standings(tx, taskId)).find((one) => one.groupId === groupId)!;
  }

  private async members(tx: EntityManager, taskId: string): Promise<Map<string, MemberRow[]>> {
    const rows: MemberRow[] = await tx.query(
      `select a.id, a.group_id as "groupId", g.name as "groupName", a.state, a.marks
       from assignment a join unit_group g on g.id = a.group_id
       where a.task_id = $1 and a.role <> 'lead' and a.assigned_at = a.created_at order by g.name, a.id`,
      [taskId],
    );
    const byGroup = new Map<string, MemberRow[]>();
    for (const row of rows) byGroup.set(row.groupId, [...(byGroup.get(row.groupId) ?? []), row]);
    return byGroup;
  }
}

const ruleOf = (set: GroupCompletion | undefined): GroupRule =>
  set === undefined ? 'all' : set.rule === 'at_least' ? { atLeast: set.atLeast! } : set.rule;

/** Nobody waits for a part whose clock stands. */
const partOf = ({ state, marks }: MemberRow): MemberPart => {
  if (state === 'reported' || state === 'verified') return 'done';
  return ENDED_STATES.includes(state) || marks.includes('suspended') ? 'gone' : 'open';
};

const snapshotOf = (row: GroupCompletion): Record<string, unknown> => ({ ...row, setAt: row.setAt.toISOString() });
