import type { Recipient } from '@duban/domain';
import { type GovernmentPosts, nameKey, type UnitDirectory, type UnitPosts } from '@duban/directory';
import type { LocalDate } from '@duban/kernel';
import type { EntityManager } from 'typeorm';

/** Somebody in a post from a day to a day, the last excluded. */
interface Holding {
  postId: string;
  personId: string;
  name: string;
  fromOn: LocalDate;
  toOn: LocalDate | null;
}

/** Whom a follow-up is about, as far as its recipients go. */
interface Concerned {
  unitId: string;
  unitCode: string;
  unitName: string;
  leaders: readonly string[];
}

interface Described {
  recipient: { postId: string; post: string; unitId: string | null; unitCode: string | null };
  persons: { personId: string; name: string }[];
}

/** Who will hold the posts that follow-ups go to, day by day, as far as it is known now. */
export class SimulatedRecipients {
  private readonly knownLeaders = new Map<string, string | null>();

  private constructor(
    private readonly posts: ReadonlyMap<string, UnitPosts>,
    private readonly government: GovernmentPosts,
    private readonly leaders: ReadonlySet<string>,
    private readonly holdings: ReadonlyMap<string, readonly Holding[]>,
  ) {}

  static async read(
    tx: EntityManager,
    directory: UnitDirectory,
    concerned: readonly Concerned[],
    { from, to }: { from: LocalDate; to: LocalDate },
  ): Promise<SimulatedRecipients> {
    const units = [...new Set(concerned.map(({ unitId }) => unitId))];
    const posts = await directory.postsOf(tx, units);
    const government = await directory.governmentPosts(tx);
    const leaders: { id: string }[] = await tx.query(`select id from post where kind = 'leader' order by id`);
    const wanted = [
      ...[...posts.values()].flatMap(({ head, contact }) => [head, contact]),
      government.office,
      ...leaders.map(({ id }) => id),
    ];
    const rows: Holding[] = await tx.query(
      `select h.post_id as "postId", p.id as "personId", p.display_name as name, h.from_on::text as "fromOn",
         h.to_on::text as "toOn"
       from post_holding h join person p on p.id = h.person_id and p.is_active
       where h.post_id = any($1::uuid[]) and h.from_on <= $3 and (h.to_on is null or h.to_on > $2)
       order by h.from_on, p.username`,
      [wanted, from, to],
    );
    const holdings = new Map<string, Holding[]>();
    for (const row of rows) holdings.set(row.postId, [...(holdings.get(row.postId) ?? []), row]);
    return new SimulatedRecipients(posts, government, new Set(leaders.map(({ id }) => id)), holdings);
  }

  /** The post that each relation of a rung stands for on a day. */
  postsOf({ unitId, unitName, leaders }: Concerned, day: LocalDate): Record<Recipient, string> {
    const unit = this.posts.get(unitId);
    if (!unit) throw new Error(`the unit ${unitName} has no posts`);
    const { office } = this.government;
    return { contact: unit.contact, head: unit.head, leader_in_charge: this.leaderOf(leaders, day) ?? office, office };
  }

  describe(postId: string, day: LocalDate, { unitId, unitCode }: Concerned): Described {
    const unit = this.posts.get(unitId);
    const post =
      postId === unit?.contact
        ? 'contact'
        : postId === unit?.head
          ? 'head'
          : this.leaders.has(postId)
            ? 'leader'
            : 'office';
    const isOfUnit = post === 'contact' || post === 'head';
    return {
      recipient: { postId, post, unitId: isOfUnit ? unitId : null, unitCode: isOfUnit ? unitCode : null },
      persons: this.holdersOf(postId, day).map(({ personId, name }) => ({ personId, name })),
    };
  }

  /** The leader in charge (分管领导) of one of these names, where one holds such a post on the day. */
  private leaderOf(names: readonly string[], day: LocalDate): string | null {
    if (names.length === 0) return null;
    const known = this.knownLeaders.get(`${day} ${names.join(' ')}`);
    if (known !== undefined) return known;
    const keys = new Set(names.map(nameKey));
    const holds = (postId: string): boolean => this.holdersOf(postId, day).some(({ name }) => keys.has(nameKey(name)));
    const found = [...this.leaders].find(holds) ?? null;
    this.knownLeaders.set(`${day} ${names.join(' ')}`, found);
    return found;
  }

  private holdersOf(postId: string, day: LocalDate): Holding[] {
    return (this.holdings.get(postId) ?? []).filter(
      ({ fromOn, toOn }) => fromOn <= day && (toOn === null || day < toOn),
    );
  }
}
