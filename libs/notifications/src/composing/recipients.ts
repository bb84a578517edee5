import { contactColumns, type Holder, isInMatter, type StandIn, UnitDirectory } from '@duban/directory';
import type { LocalDate } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { personParty, type PersonParty } from './party';
import type { Waiting } from './waiting';

/** Who is told of a notification. */
export interface Recipient {
  party: PersonParty;
  /** Somebody stands in (代行), and is told by all channels: for the inbox alone. */
  isStoodInFor: boolean;
}

/** Whom a notification concerns. */
export interface Addressees {
  told: Recipient[];
  /** They hold the post, or stand in for its holder, and may not know of the restricted matter (限知事项). */
  notNamed: PersonParty[];
}

/** Knows who is told of what. */
@Injectable()
export class Recipients {
  constructor(private readonly directory: UnitDirectory) {}

  /**
   * Who is told of each row, today: whoever holds its post, and whoever stands in for them in its matter (代行). The holder
   * on leave gets no mail of it, but finds it in the inbox on coming back. Of a restricted matter (限知事项) only those who
   * are named for it.
   */
  async of(tx: EntityManager, today: LocalDate, rows: readonly Waiting[]): Promise<(row: Waiting) => Addressees> {
    const postIds = [...new Set(rows.map((row) => row.postId))];
    const holders = byPost(await this.directory.holders(tx, postIds, today));
    const standIns = byPost(await this.directory.standIns(tx, postIds, today));
    const colleagues = await colleaguesByPost(
      tx,
      today,
      rows.filter(({ namedIds }) => namedIds !== null),
    );
    return (row) => {
      const told = new Map<string, Recipient>();
      for (const holder of holders.get(row.postId) ?? []) {
        const standing = (standIns.get(row.postId) ?? []).filter(
          (standIn) =>
            standIn.holderId === holder.personId && isInMatter(standIn.matter, row) && isNamed(row, standIn.personId),
        );
        for (const standIn of standing)
          told.set(standIn.personId, { party: personParty(standIn), isStoodInFor: false });
        // Somebody may hold the post and stand in for another holder of it: then nothing is quiet.
        if (!told.has(holder.personId)) {
          told.set(holder.personId, { party: personParty(holder), isStoodInFor: standing.length > 0 });
        }
      }
      const named = [...told.values()].filter(({ party }) => isNamed(row, party.id));
      if (row.namedIds === null) return { told: named, notNamed: [] };
      const notNamed = [...told.values()].map(({ party }) => party).filter(({ id }) => !isNamed(row, id));
      if (named.length > 0) return { told: named, notNamed };
      // Of a restricted matter whoever is named in the unit, where its post is held by nobody who is.
      const others = (colleagues.get(row.postId) ?? [])
        .filter(({ personId }) => isNamed(row, personId))
        .map((holder) => ({ party: personParty(holder), isStoodInFor: false }));
      return { told: others, notNamed };
    };
  }
}

function byPost<T extends Holder | StandIn>(people: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of people) groups.set(one.postId, [...(groups.get(one.postId) ?? []), one]);
  return groups;
}

const isNamed = ({ namedIds }: Waiting, personId: string): boolean => namedIds === null || namedIds.includes(personId);

/** Who holds any post of the unit to which each post belongs, once a person. */
async function colleaguesByPost(
  tx: EntityManager,
  today: LocalDate,
  rows: readonly Waiting[],
): Promise<Map<string, Holder[]>> {
  if (rows.length === 0) return new Map();
  const holders: Holder[] = await tx.query(
    `select distinct on (asked.id, p.id) asked.id as "postId", p.id as "personId", p.username,
       p.display_name as "displayName", ${contactColumns('p')}
     from unnest($1::uuid[]) asked(id)
       join post mine on mine.id = asked.id
       join post any_post on any_post.unit_id = mine.unit_id
       join post_holding h on h.post_id = any_post.id and h.from_on <= $2 and (h.to_on is null or h.to_on > $2)
       join person p on p.id = h.person_id and p.is_active
     order by asked.id, p.id`,
    [[...new Set(rows.map(({ postId }) => postId))], today],
  );
  return byPost(holders);
}
