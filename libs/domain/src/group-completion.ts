/** When a group (集合单位) has done its part of a task: with all of its members, with any one, or with some number. */
export type GroupRule = 'all' | 'any' | { atLeast: number };

/** A member's part, as far as the rule looks at it. */
export type MemberPart =
  /** Reported or verified. */
  | 'done'
  /** Assigned or in progress; its clock may stand. */
  | 'open'
  /** Cancelled, not implemented, or another unit's by now that is no member. */
  | 'gone';

/**
 * Whether a group has done its part, by the parts that there are now: of more members than are left, all that are left
 * are asked. A group of which nobody is left has nothing to do any more.
 */
export function isGroupComplete(rule: GroupRule, parts: readonly MemberPart[]): boolean {
  const left = parts.filter((part) => part !== 'gone');
  const done = left.filter((part) => part === 'done').length;
  return done >= Math.min(wantedOf(rule, left.length), left.length);
}

const wantedOf = (rule: GroupRule, members: number): number =>
  rule === 'all' ? members : rule === 'any' ? 1 : rule.atLeast;
