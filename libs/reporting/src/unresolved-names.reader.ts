import { assertInMatter, assertMay, isResolved, type NameGuess, nameKey, UnitDirectory } from '@duban/directory';
import type { Actor } from '@duban/history';
import { notFound } from '@duban/kernel';
import { Plan, type Role, ROLES, type TaskSnapshot } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { cursorKey, isCount, type Page, pageOf } from './page';
import { presentTasks } from './plan.reader';

/** A task that names somebody, and as what. */
export interface NameUse {
  taskId: string;
  number: string | null;
  role: Role;
}

/** A name of which the directory is not certain (待认定名称), with those whom it may mean, best first. */
export interface UnresolvedName {
  name: string;
  /** `ambiguous`: the guesses with reason `candidate` are those that it cannot tell apart. */
  reason: 'unknown' | 'ambiguous';
  /** How many tasks use it. */
  uses: number;
  /** The first of them. */
  tasks: NameUse[];
  guesses: NameGuess[];
}

const MOST_USES = 50;

/** The queue of names that wait for a person, plan by plan, in the order in which the plan names them. */
@Injectable()
export class UnresolvedNamesReader {
  constructor(private readonly directory: UnitDirectory) {}

  /** @throws DomainError RIGHTS.NOT_ALLOWED for who does not see all, PLAN.UNKNOWN, REQUEST.BAD_CURSOR */
  async list(
    tx: EntityManager,
    actor: Actor,
    planId: string,
    limit: number,
    cursor?: string,
  ): Promise<Page<UnresolvedName>> {
    assertMay(actor, 'read.all');
    assertInMatter(actor, { planId });
    const plan = await tx.findOneBy(Plan, { id: planId });
    if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
    const tasks = await presentTasks(tx, { planId });
    const used = usesOf(tasks.flatMap((task) => [task, ...task.subtasks]));
    const readings = await this.directory.readNames(
      tx,
      plan.jurisdictionId,
      [...used.values()].map(({ name }) => name),
    );
    const uncertain = [...used.values()].flatMap(({ name, uses, place }) => {
      const reading = readings.get(name);
      return reading && !isResolved(reading) ? [{ name, uses, place, ...reading }] : [];
    });
    const key = cursorKey(cursor, [isCount]);
    const rows = uncertain.filter(({ place }) => key === null || place > (key[0] as number)).slice(0, limit + 1);
    const guesses = await this.directory.guess(tx, plan.jurisdictionId, rows);
    const page = pageOf(rows, limit, ({ place }) => [place]);
    return {
      ...page,
      items: page.items.map(({ name, reason, uses }) => ({
        name,
        reason,
        uses: uses.length,
        tasks: uses.slice(0, MOST_USES),
        guesses: guesses.get(name) ?? [],
      })),
    };
  }
}

/** All names of a plan, spelled as they are first, with their place among them. */
function usesOf(tasks: readonly TaskSnapshot[]): Map<string, { name: string; place: number; uses: NameUse[] }> {
  const used = new Map<string, { name: string; place: number; uses: NameUse[] }>();
  for (const task of tasks) {
    for (const role of ROLES) {
      for (const name of task[role]) {
        const known = used.get(nameKey(name)) ?? { name, place: used.size, uses: [] };
        known.uses.push({ taskId: task.id, number: task.number, role });
        used.set(nameKey(name), known);
      }
    }
  }
  return used;
}
