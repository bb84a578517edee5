import { type FollowUpRecipient, postsOfRecipient, type RecipientPosts, recipientsOf, type Rung } from '@duban/domain';
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
  unitName: string;
  leaders: readonly string[];
  /** The units that lead the task (牵头单位). */
  leads: readonly string[];
}

/** A unit with its posts; of deputies and handlers all, whoever holds them. */
interface UnitWithPosts extends UnitPosts {
  code: string;
  titled: readonly TitledPost[];
}

interface TitledPost {
  postId: string;
  unitId: string;
  kind: 'deputy' | 'handler';
}

interface Described {
  recipient: { postId: string; post: string; unitId: string | null; unitCode: string | null };
  persons: { personId: string; name: string }[];
}

/** Who will hold the posts that follow-ups go to, day by day, as far as it is known now. */
export class SimulatedRecipients {
  private readonly ofUnits = new Map<string, { post: string; unitId: string; unitCode: string }>();
  private readonly knownLeaders = new Map<string, string | null>();

  private constructor(
    private readonly units: ReadonlyMap<string, UnitWithPosts>,
    private readonly government: GovernmentPosts,
    private readonly leaders: ReadonlySet<string>,
    private readonly holdings: ReadonlyMap<string, readonly Holding[]>,
  ) {
    for (const [unitId, { code, contact, head, titled }] of units) {
      const of = { unitId, unitCode: code };
      this.ofUnits.set(contact, { post: 'contact', ...of }).set(head, { post: 'head', ...of });
      for (const { postId, kind } of titled) this.ofUnits.set(postId, { post: kind, ...of });
    }
  }

  static async read(
    tx: EntityManager,
    directory: UnitDirectory,
    concerned: readonly Concerned[],
    { from, to }: { from: LocalDate; to: LocalDate },
  ): Promise<SimulatedRecipients> {
    const unitIds = [...new Set(concerned.flatMap(({ unitId, leads }) => [unitId, ...leads]))];
    const posts = await directory.postsOf(tx, unitIds);
    const titled: TitledPost[] = await tx.query(
      `select id as "postId", unit_id as "unitId", kind from post
       where unit_id = any($1::uuid[]) and kind in ('deputy', 'handler') order by id`,
      [unitIds],
    );
    const codes: { id: string; code: string }[] = await tx.query(
      `select id, code from unit where id = any($1::uuid[])`,
      [unitIds],
    );
    const units = new Map(
      codes.flatMap(({ id, code }): [string, UnitWithPosts][] => {
        const single = posts.get(id);
        return single ? [[id, { ...single, code, titled: titled.filter(({ unitId }) => unitId === id) }]] : [];
      }),
    );
    const government = await directory.governmentPosts(tx);
    const leaders: { id: string }[] = await tx.query(`select id from post where kind = 'leader' order by id`);
    const wanted = [
      ...[...posts.values()].flatMap(({ head, contact }) => [head, contact]),
      ...titled.map(({ postId }) => postId),
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
    return new SimulatedRecipients(units, government, new Set(leaders.map(({ id }) => id)), holdings);
  }

  /** The posts that a rung goes to on a day. */
  of(rung: Rung, { unitId, unitName, leaders, leads }: Concerned, day: LocalDate): FollowUpRecipient[] {
    const unit = this.postsOf(unitId, day);
    if (!unit) throw new Error(`the unit ${unitName} has no posts`);
    const { office } = this.government;
    const posts = {
      unit,
      leads: leads.flatMap((id) => this.postsOf(id, day) ?? []),
      leader: this.leaderOf(leaders, day) ?? office,
      office,
    };
    const wanted = new Set(leaders.map(nameKey));
    const isNamed = (names: readonly string[]): boolean => names.some((name) => wanted.has(nameKey(name)));
    return recipientsOf(rung, (recipient) => postsOfRecipient(recipient, posts, isNamed));
  }

  describe(postId: string, day: LocalDate): Described {
    const none = { post: this.leaders.has(postId) ? 'leader' : 'office', unitId: null, unitCode: null };
    return {
      recipient: { postId, ...(this.ofUnits.get(postId) ?? none) },
      persons: this.holdersOf(postId, day).map(({ personId, name }) => ({ personId, name })),
    };
  }

  private postsOf(unitId: string, day: LocalDate): RecipientPosts | null {
    const unit = this.units.get(unitId);
    if (!unit) return null;
    const { contact, head, titled } = unit;
    const held = titled.flatMap(({ postId, kind }) => {
      const names = this.holdersOf(postId, day).map(({ name }) => name);
      return names.length === 0 ? [] : [{ postId, kind, names }];
    });
    return {
      contact,
      head,
      deputies: held.filter(({ kind }) => kind === 'deputy'),
      handlers: held.filter(({ kind }) => kind === 'handler').map(({ postId }) => postId),
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
