import type { Recipient, Rung } from './policy';

/** Whom one follow-up (催办) goes to. */
export interface FollowUpRecipient {
  postId: string;
  isCopy: boolean;
}

/** The posts of one unit that follow-ups go to; of deputies and handlers those that somebody holds. */
export interface RecipientPosts {
  contact: string;
  head: string;
  deputies: readonly { postId: string; names: readonly string[] }[];
  handlers: readonly string[];
}

/** Whose posts they are for one obligation. */
export interface RelatedPosts {
  unit: RecipientPosts;
  /** Of the units that lead the task (牵头单位), in the order in which they do; none where none is left. */
  leads: readonly RecipientPosts[];
  leader: string;
  office: string;
}

/**
 * The posts that a relation stands for. The deputy in charge (分管负责人) is one who is named on the task, else the only
 * one; where that is nobody the head is it, and where a unit has no handlers (经办人) its contact does that work. What has
 * no lead is led by the unit itself.
 *
 * @param isNamed whether a deputy is one of those whom the task names
 */
export function postsOfRecipient(
  recipient: Recipient,
  { unit, leads, leader, office }: RelatedPosts,
  isNamed: (names: readonly string[]) => boolean,
): readonly string[] {
  const leading = leads.length > 0 ? leads : [unit];
  switch (recipient) {
    case 'contact':
      return [unit.contact];
    case 'head':
      return [unit.head];
    case 'deputy': {
      const { deputies } = unit;
      const one = deputies.find(({ names }) => isNamed(names)) ?? (deputies.length === 1 ? deputies[0] : undefined);
      return [one?.postId ?? unit.head];
    }
    case 'handler':
      return unit.handlers.length > 0 ? unit.handlers : [unit.contact];
    case 'lead_contact':
      return leading.map(({ contact }) => contact);
    case 'lead_head':
      return leading.map(({ head }) => head);
    case 'leader_in_charge':
      return [leader];
    case 'office':
      return [office];
  }
}

/**
 * Each post once, a main recipient before a copy, in the order of the rule.
 *
 * @param postsOf the posts that each relation stands for; two may be the same, as where no leader is named
 */
export function recipientsOf(
  { to, copyTo = [] }: Pick<Rung, 'to' | 'copyTo'>,
  postsOf: (recipient: Recipient) => readonly string[],
): FollowUpRecipient[] {
  const recipients = new Map<string, boolean>();
  for (const post of to.flatMap(postsOf)) recipients.set(post, false);
  for (const post of copyTo.flatMap(postsOf)) {
    if (!recipients.has(post)) recipients.set(post, true);
  }
  return [...recipients].map(([postId, isCopy]) => ({ postId, isCopy }));
}
