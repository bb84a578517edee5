import { consequences } from '@duban/database';
import { assertMay, findPeople, type FoundPerson, UnitDirectory } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, type Fault, invalid, type LocalDate, localDateOf, newId, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { assertDocument } from './plan-records';
import { Plan } from './plan.entity';
import { Task } from './task.entity';

/** What may be restricted: a plan with all that is in it, or a task with its parts. */
export interface Matter {
  kind: 'plan' | 'task';
  id: string;
}

/** Somebody who may know of a restricted matter. */
export interface NamedPerson {
  personId: string;
  username: string;
  displayName: string;
}

/** Matters that only named people may know of (限知事项), whatever post they or others hold. */
@Injectable()
export class RestrictionService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
  ) {}

  /** Who is named, by username; nobody where the matter is not restricted. @throws DomainError PLAN.UNKNOWN, TASK.UNKNOWN */
  async get(tx: EntityManager, actor: Actor, matter: Matter): Promise<NamedPerson[]> {
    assertMay(actor, 'matter.restrict');
    await this.planOf(tx, matter);
    return this.named(tx, matter);
  }

  /** Who may be meant by some words, for whoever names people: see {@link findPeople}. */
  async find(tx: EntityManager, actor: Actor, at: Date, words: string): Promise<FoundPerson[]> {
    assertMay(actor, 'matter.restrict');
    return findPeople(tx, words, at);
  }

  /**
   * Names the people who alone know of the matter from now on; an empty list lifts the restriction.
   * @throws DomainError PLAN.UNKNOWN, TASK.UNKNOWN; RESTRICTION.PERSON_UNKNOWN; RESTRICTION.OFFICE_NOT_NAMED where nobody
   *   would be left who could change it; RESTRICTION.UNIT_NOT_NAMED where a unit carries out what nobody in it may know of
   */
  async set(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    matter: Matter,
    usernames: readonly string[],
  ): Promise<NamedPerson[]> {
    assertMay(actor, 'matter.restrict');
    const plan = await this.planOf(tx, matter);
    if (matter.kind === 'plan') assertDocument(plan);
    const before = await this.named(tx, matter);
    const people = await this.people(tx, [...new Set(usernames)]);
    const day = localDateOf(at, await this.directory.timeZoneOf(tx, plan.jurisdictionId));
    if (people.length > 0) {
      await this.assertOfficeNamed(tx, people, day);
      await this.assertNotBrokenDown(tx, matter);
    }
    await this.write(tx, matter, people);
    await assertUnitsNamed(tx, plan.id, day);
    await this.history.append(tx, actor, at, [
      {
        type: people.length > 0 ? 'restriction.set' : 'restriction.lifted',
        entity: 'restriction',
        entityId: matter.id,
        jurisdictionId: plan.jurisdictionId,
        planId: plan.id,
        taskId: matter.kind === 'task' ? matter.id : null,
        before: stateOf(before),
        after: stateOf(people),
      },
    ]);
    return people;
  }

  /**
   * What is carried over (结转) into another plan is restricted to whom the task was, and its plan, too. The task is new
   * in this transaction.
   */
  async carryOver(tx: EntityManager, actor: Actor, at: Date, from: Task, to: Task): Promise<void> {
    const ofTask = await this.named(tx, { kind: 'task', id: from.id });
    const ofPlan = from.parentId === null ? await this.named(tx, { kind: 'plan', id: from.planId }) : [];
    const isOf = (list: readonly NamedPerson[], { personId }: NamedPerson): boolean =>
      list.length === 0 || list.some((one) => one.personId === personId);
    const people = (ofTask.length > 0 ? ofTask : ofPlan).filter((person) => isOf(ofPlan, person));
    if (people.length === 0) return;
    await this.write(tx, { kind: 'task', id: to.id }, people);
    await this.history.append(tx, actor, at, [
      {
        type: 'restriction.set',
        entity: 'restriction',
        entityId: to.id,
        jurisdictionId: to.jurisdictionId,
        planId: to.planId,
        taskId: to.id,
        before: stateOf([]),
        after: stateOf(people),
      },
    ]);
  }

  /** The plan, locked against those who issue or revise it meanwhile. The matter is found as the actor. */
  private async planOf(tx: EntityManager, { kind, id }: Matter): Promise<Plan> {
    const task = kind === 'task' ? await tx.getRepository(Task).findOneBy({ id }) : null;
    if (kind === 'task' && !task) throw notFound('TASK.UNKNOWN', 'There is no such task.', { taskId: id });
    const planId = task?.planId ?? id;
    const plan = await tx.getRepository(Plan).findOne({ where: { id: planId }, lock: { mode: 'for_no_key_update' } });
    if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
    return plan;
  }

  private named(tx: EntityManager, { kind, id }: Matter): Promise<NamedPerson[]> {
    return tx.query(
      `select p.id as "personId", p.username, p.display_name as "displayName"
       from named_person n join person p on p.id = n.person_id
       where n.${columnOf(kind)} = $1 order by p.username`,
      [id],
    );
  }

  private async people(tx: EntityManager, usernames: readonly string[]): Promise<NamedPerson[]> {
    const people: NamedPerson[] = await tx.query(
      `select id as "personId", username, display_name as "displayName" from person
       where username = any($1) and is_active order by username`,
      [usernames],
    );
    const known = new Set(people.map(({ username }) => username));
    const faults = usernames.flatMap((username, i): Fault[] =>
      known.has(username)
        ? []
        : [{ code: 'RESTRICTION.PERSON_UNKNOWN', message: `Nobody is called ${username}.`, field: `usernames[${i}]` }],
    );
    if (faults.length > 0) {
      throw invalid('RESTRICTION.PERSON_UNKNOWN', 'Some of the people have no open account.', {
        field: 'usernames',
        faults,
      });
    }
    return people;
  }

  /** What hangs below would go on telling of it. */
  private async assertNotBrokenDown(tx: EntityManager, { kind, id }: Matter): Promise<void> {
    const [row]: { isBrokenDown: boolean }[] = await consequences(tx, () =>
      tx.query(
        `select exists (select from task t join assignment a on a.task_id = t.id
           join task lower on lower.upper_assignment_id = a.id
         where ${kind === 'plan' ? 't.plan_id = $1' : '$1 in (t.id, t.parent_id)'}) as "isBrokenDown"`,
        [id],
      ),
    );
    if (!row?.isBrokenDown) return;
    throw conflict(
      'RESTRICTION.BROKEN_DOWN',
      'Units have handed parts of the matter on (二级分解); people below know of it already.',
      { field: 'usernames' },
    );
  }

  private async assertOfficeNamed(tx: EntityManager, people: readonly NamedPerson[], day: LocalDate): Promise<void> {
    const { office } = await this.directory.governmentPosts(tx);
    const heads = await this.directory.holders(tx, [office], day);
    if (heads.some(({ personId }) => people.some((person) => person.personId === personId))) return;
    throw invalid(
      'RESTRICTION.OFFICE_NOT_NAMED',
      'Name the head of the supervision office, too: else nobody could verify the matter, or lift the restriction.',
      { field: 'usernames' },
    );
  }

  /** One statement for each, by the actor: whoever is not named for the matter may not change who is. */
  private async write(tx: EntityManager, { kind, id }: Matter, people: readonly NamedPerson[]): Promise<void> {
    await tx.query(`delete from named_person where ${columnOf(kind)} = $1`, [id]);
    await tx.query(
      `insert into named_person (id, ${columnOf(kind)}, person_id)
       select r.id, $2, r.person_id from jsonb_to_recordset($1::jsonb) as r(id uuid, person_id uuid)`,
      [JSON.stringify(people.map(({ personId }) => ({ id: newId(), person_id: personId }))), id],
    );
  }
}

const columnOf = (kind: Matter['kind']): string => (kind === 'plan' ? 'plan_id' : 'task_id');

/**
 * Every unit that carries out something restricted in the plan has somebody who may know of it, at each level at which it
 * is restricted: reminders go to nobody else. Over all units, so as a consequence.
 * @throws DomainError RESTRICTION.UNIT_NOT_NAMED with each unit
 */
export async function assertUnitsNamed(tx: EntityManager, planId: string, day: LocalDate): Promise<void> {
  const units: { id: string; name: string }[] = await consequences(tx, () =>
    tx.query(
      `select distinct u.id, u.name
       from task t
         join assignment a on a.task_id = t.id and a.state not in ('cancelled', 'not_implemented')
         join unit u on u.id = a.unit_id
       where t.plan_id = $1 and exists (select from named_person n where ${COVERS})
         and not exists (
           select from post p
             join post_holding h on h.post_id = p.id and h.from_on <= $2::date and (h.to_on is null or h.to_on > $2::date)
             join person x on x.id = h.person_id and x.is_active
           where p.unit_id = a.unit_id and not exists (
             select from named_person n where ${COVERS} and not exists (
               select from named_person own where own.person_id = x.id
                 and own.plan_id is not distinct from n.plan_id and own.task_id is not distinct from n.task_id)))
       order by u.name`,
      [planId, day],
    ),
  );
  if (units.length === 0) return;
  const names = units.map(({ name }) => name);
  throw invalid(
    'RESTRICTION.UNIT_NOT_NAMED',
    `Nobody who may know of it holds a post in units that carry it out. Name somebody of each: ${names.join('、')}.`,
    { field: 'usernames', units: names },
  );
}

/** Whether the naming `n` is about the task `t`: by itself, its task, or its plan. */
const COVERS = `(n.plan_id = t.plan_id or n.task_id in (t.id, t.parent_id))`;

/** Who is named, as history records it. */
const stateOf = (people: readonly NamedPerson[]): { persons: { personId: string; username: string }[] } => ({
  persons: people
    .map(({ personId, username }) => ({ personId, username }))
    .toSorted((one, other) => (one.username < other.username ? -1 : 1)),
});
