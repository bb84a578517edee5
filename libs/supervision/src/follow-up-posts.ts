import {
  postsOfRecipient,
  type Recipient,
  type RecipientPosts,
  recipientsOf,
  type FollowUpRecipient,
  type Rung,
} from '@duban/domain';
import { nameKey, type TitledPost, type UnitDirectory, type UnitPosts } from '@duban/directory';
import type { LocalDate } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import type { IssuerPosts } from './issuer-posts';

/** An obligation, as far as the recipients of its follow-ups go. */
export interface Owed {
  taskId: string;
  unitId: string;
  unitName: string;
  leaders: readonly string[];
}

/** The posts that the rungs of a batch go to, read at once; what no rung asks for is not read. */
export class FollowUpPosts {
  private constructor(
    private readonly units: ReadonlyMap<string, UnitPosts>,
    private readonly titled: readonly TitledPost[],
    private readonly leads: ReadonlyMap<string, readonly string[]>,
  ) {}

  static async read(
    tx: EntityManager,
    directory: UnitDirectory,
    firing: readonly { row: Owed; rung: Rung }[],
    on: LocalDate,
  ): Promise<FollowUpPosts> {
    const asking = (...wanted: Recipient[]): Owed[] =>
      firing
        .filter(({ rung: { to, copyTo = [] } }) => [...to, ...copyTo].some((one) => wanted.includes(one)))
        .map(({ row }) => row);
    const led = [...new Set(asking('lead_contact', 'lead_head').map(({ taskId }) => taskId))];
    const leads = led.length === 0 ? new Map<string, string[]>() : await leadsOf(tx, led);
    const titledOf = [...new Set(asking('deputy', 'handler').map(({ unitId }) => unitId))];
    const titled = titledOf.length === 0 ? [] : await directory.titledPostsOf(tx, titledOf, on);
    const units = [...firing.map(({ row }) => row.unitId), ...[...leads.values()].flat()];
    return new FollowUpPosts(await directory.postsOf(tx, [...new Set(units)]), titled, leads);
  }

  recipientsOf(rung: Rung, { taskId, unitId, unitName, leaders }: Owed, above: IssuerPosts): FollowUpRecipient[] {
    const unit = this.postsOf(unitId);
    if (!unit) throw new Error(`the unit ${unitName} has no posts`);
    const leads = (this.leads.get(taskId) ?? []).flatMap((id) => this.postsOf(id) ?? []);
    const wanted = new Set(leaders.map(nameKey));
    const isNamed = (names: readonly string[]): boolean => names.some((name) => wanted.has(nameKey(name)));
    const posts = { unit, leads, ...above };
    return recipientsOf(rung, (recipient) => postsOfRecipient(recipient, posts, isNamed));
  }

  private postsOf(unitId: string): RecipientPosts | null {
    const unit = this.units.get(unitId);
    if (!unit) return null;
    const own = this.titled.filter((post) => post.unitId === unitId);
    return {
      ...unit,
      deputies: own.filter(({ kind }) => kind === 'deputy'),
      handlers: own.filter(({ kind }) => kind === 'handler').map(({ postId }) => postId),
    };
  }
}

/** The units that lead each task, in the order in which they were handed it. */
async function leadsOf(tx: EntityManager, taskIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows: { taskId: string; units: string[] }[] = await tx.query(
    `select task_id as "taskId", array_agg(unit_id order by id) as units from assignment
     where task_id = any($1::uuid[]) and role = 'lead' and state <> 'cancelled' group by task_id`,
    [taskIds],
  );
  return new Map(rows.map(({ taskId, units }) => [taskId, units]));
}
