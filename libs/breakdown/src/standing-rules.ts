import type { Span } from './breakdown.types';
import { Beginnings } from './characters';

/** A sentence about all tasks (下同): who leads where no label says so, or units that every later task gets. */
export type StandingRule = 'first_listed_leads' | 'first_group_leads' | 'standing_units';

const STARTS = new Beginnings(['以下', '列', '排', '第一', '首位', '首个', '名列', '下同', '不再']);
/** No sentence that states a rule is longer; the bound keeps a hostile text from being scanned again and again. */
const LONGEST_RULE = 160;
const LEADS = '(?:均|即|应|都|作)?为(?:第一)?(?:牵头|主办|主责|责任牵头)';
const FIRST_LISTED = new RegExp(
  `(?:列|排)[名序列]?(?:在)?(?:第一|首)(?:位|个)?(?:的|者)?[^。,;]{0,8}${LEADS}|(?:第一个|首个|首位)(?:单位|部门)[^。,;]{0,6}${LEADS}`,
);
const FIRST_GROUP = new RegExp(`第一个(?:逗号|分号|顿号)(?:之)?前[^。,;]{0,8}${LEADS}`);
const ADDS_TO_ALL = /^(?:以下|以上|上述|各项)[^。;]{0,20}?(?:均|都)(?:需|须|由|要|应)/;
const TAKES_PART = /落实|负责|实施|参与|配合|不再/;

/** Which rule a sentence states, or null. */
export function classifyRule(sentence: string): StandingRule | null {
  const bounded = sentence.slice(0, LONGEST_RULE);
  if (ADDS_TO_ALL.test(bounded) && TAKES_PART.test(bounded)) return 'standing_units';
  if (FIRST_GROUP.test(bounded)) return 'first_group_leads';
  return FIRST_LISTED.test(bounded) ? 'first_listed_leads' : null;
}

/** The rule of who leads that a whole text states, in a clause or in the notice that brings it, or null. */
export function findLeadRule(folded: string): StandingRule | null {
  if (FIRST_GROUP.test(folded)) return 'first_group_leads';
  return FIRST_LISTED.test(folded) ? 'first_listed_leads' : null;
}

/**
 * The rule that begins at `at` inside a clause, up to the end of its sentence, or null. 下同 and 不再列出 alone say that a
 * rule went before; they are no units either.
 */
export function readRuleAt(folded: string, at: number, end: number): Span | null {
  const start = STARTS.find(folded, at);
  if (start === undefined) return null;
  let stop = at;
  while (stop < end && stop - at < LONGEST_RULE && folded[stop] !== '。' && folded[stop] !== ';') stop++;
  const isRule = start === '下同' || start === '不再' || classifyRule(folded.slice(at, stop)) !== null;
  return isRule ? { start: at, end: stop } : null;
}
