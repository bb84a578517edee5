import { definePolicy, type Ladder, type Rung } from './policy';
import { monthlyDuties, SIGN_FOR } from './preset-ladders';

/** Red for what is overdue; it stands until it is done (红色直至办结). */
const RED: Rung = {
  id: 'red',
  offset: { workingDays: 1 },
  kind: 'notice',
  colour: 'red',
  to: ['head'],
  copyTo: ['leader_in_charge', 'office'],
  answerWithin: { workingDays: 2 },
};

/** Blue when the date is near (临近时限), yellow for what is behind its plan (进度滞后) by then. */
const SLIPS: Ladder = {
  at: '09:00',
  rungs: [
    {
      id: 'blue',
      offset: { workingDays: -5 },
      kind: 'notice',
      colour: 'blue',
      to: ['contact', 'head'],
      answerWithin: { workingDays: 2 },
    },
    {
      id: 'yellow',
      offset: { workingDays: -2 },
      kind: 'notice',
      colour: 'yellow',
      to: ['head', 'contact'],
      answerWithin: { workingDays: 1 },
      when: { behindPlanBy: 1 },
    },
    RED,
  ],
};

/** What is returned is poor (质量不高): its yellow slip comes at once. */
const RETURNED: Ladder = {
  at: '09:00',
  rungs: [
    {
      id: 'yellow',
      offset: { shareOfTime: 0 },
      kind: 'notice',
      colour: 'yellow',
      to: ['head', 'contact'],
      answerWithin: { workingDays: 2 },
    },
    RED,
  ],
};

/**
 * Slips in blue, yellow and red after the manner of 宿迁产发集团 (2025, 三色督办单): blue near the date, yellow below the
 * plan (序时进度) or of poor quality, red overdue, until done. How near, the times to answer and the dates of what is owed
 * are ours; the paper gives none. It has no reminders beside its slips.
 */
export const slipsSuqian = definePolicy({
  id: 'slips-suqian',
  version: 1,
  name: { zh: '三色督办单（宿迁）', en: 'Three-colour slips (Suqian)' },
  ladders: { slips: SLIPS, returned: RETURNED, 'sign-for': SIGN_FOR },
  obligations: monthlyDuties('slips'),
  rectification: { workingDays: 5, ladder: 'returned' },
  instruction: { days: { urgent: 5, ordinary: 15, hard: 30 }, ladder: 'slips' },
});
