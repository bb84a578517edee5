import type { Recipient, Rung } from './policy';

/** Whom one follow-up (催办) goes to. */
export interface FollowUpRecipient {
  postId: string;
  isCopy: boolean;
}

/**
 * Each post once, a main recipient before a copy, in the order of the rule.
 *
 * @param postOf the post that each relation stands for; two may be the same, as where no leader is named
 */
export function recipientsOf(
  { to, copyTo = [] }: Pick<Rung, 'to' | 'copyTo'>,
  postOf: Readonly<Record<Recipient, string>>,
): FollowUpRecipient[] {
  const recipients = new Map<string, boolean>();
  for (const recipient of to) recipients.set(postOf[recipient], false);
  for (const recipient of copyTo) {
    if (!recipients.has(postOf[recipient])) recipients.set(postOf[recipient], true);
  }
  return [...recipients].map(([postId, isCopy]) => ({ postId, isCopy }));
}
