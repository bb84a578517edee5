import type { EntityManager, QueryRunner } from 'typeorm';
import { PreparingClient } from '../preparing-client';

/** A role of the database, one for each kind of actor. They own nothing and nobody signs in by them. */
export const ROLES = [
  'duban_system',
  'duban_office',
  'duban_leader',
  'duban_auditor',
  'duban_admin',
  'duban_security',
  'duban_unit',
] as const;
export type Role = (typeof ROLES)[number];

/** Of an actor, what the database goes by. */
export interface Acting {
  personId: string | null;
  /** A post's kind, or `system`. */
  post: string;
  unitId: string | null;
}

/** What a transaction is told of who acts; each is gone when it ends. */
export interface Settings {
  role: Role;
  person: string;
  post: string;
  unit: string;
}

const ROLE_OF: Readonly<Record<string, Role>> = {
  system: 'duban_system',
  office: 'duban_office',
  officer: 'duban_office',
  leader: 'duban_leader',
  auditor: 'duban_auditor',
  admin: 'duban_admin',
  security: 'duban_security',
  head: 'duban_unit',
  deputy: 'duban_unit',
  contact: 'duban_unit',
  handler: 'duban_unit',
};

/** The supervision itself, signing in, the worker. */
export const SYSTEM: Settings = { role: 'duban_system', person: '', post: 'system', unit: '' };

/** The one place where it is said as what somebody works in the database. */
export function settingsOf({ personId, post, unitId }: Acting): Settings {
  const role = Object.hasOwn(ROLE_OF, post) ? ROLE_OF[post] : undefined;
  if (!role) throw new Error(`no role of the database is for the post ${post}`);
  return role === 'duban_system' ? SYSTEM : { role, person: personId ?? '', post, unit: unitId ?? '' };
}

/** As what the transactions that are under way work. */
const entered = new WeakMap<QueryRunner, Settings>();

const TAKE_UP = `set_config('role', $1, true), set_config('duban.person', $2, true), set_config('duban.post', $3, true),
  set_config('duban.unit', $4, true)`;
const valuesOf = ({ role, person, post, unit }: Settings): string[] => [role, person, post, unit];

/** Takes the settings up, for this transaction alone. They are parameters: no value becomes a part of a statement. */
async function enter(tx: EntityManager, settings: Settings): Promise<void> {
  await tx.query(`select ${TAKE_UP}`, valuesOf(settings));
  await note(tx, settings);
}

async function note({ queryRunner }: EntityManager, settings: Settings): Promise<void> {
  if (!queryRunner) return;
  entered.set(queryRunner, settings);
  const client: unknown = await queryRunner.connect();
  if (client instanceof PreparingClient) client.role = settings.role;
}

/**
 * The first statement of a transaction.
 * @returns the position of the newest calendar (工作日历), 0 where none is recorded; and whether the person is named for a
 *   restricted matter (限知事项)
 */
export async function begin(tx: EntityManager, settings: Settings): Promise<{ position: number; isNamed: boolean }> {
  const [row]: { position: number; isNamed: boolean }[] = await tx.query(
    `select calendar_position() as position, is_named($2) as "isNamed", ${TAKE_UP}`,
    valuesOf(settings),
  );
  await note(tx, settings);
  return row!;
}

/**
 * What follows from a command beyond what its actor may see or write: in their transaction, as the system. For values
 * that are derived from all parts of a task, what is owed, messages, numbers, and the locks that come before one's own;
 * never for the row that the command is about, which is read, locked and written as the actor.
 *
 * Whoever acts afterwards is the actor again, whatever became of the work.
 */
export async function consequences<T>(tx: EntityManager, work: () => Promise<T>): Promise<T> {
  const runner = tx.queryRunner;
  const settings = runner && entered.get(runner);
  if (!settings || settings.role === 'duban_system') return work();
  // The person stays: what is recorded names them.
  await enter(tx, { ...settings, role: 'duban_system' });
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // In a failed transaction this fails, too, and whatever it is rolled back to has the settings of then.
    await enter(tx, settings).catch(() => entered.set(runner, settings));
    throw error;
  }
  await enter(tx, settings);
  return result;
}

/**
 * Whether there is such a thing, though the actor does not see it: they are told that it is not theirs. Of what is
 * restricted (限知) they are told nothing, as of what there is not.
 */
export async function isAnothers(
  tx: EntityManager,
  kind: 'task' | 'assignment' | 'supervision_notice' | 'evidence_file' | 'report' | 'action_plan',
  id: string,
): Promise<boolean> {
  const [row]: { known: boolean }[] = await tx.query(`select is_anothers($1, $2) as known`, [kind, id]);
  return row?.known ?? false;
}
