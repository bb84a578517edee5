import type { Ladder, Policy } from './policy';

/** The default: reminders as most offices keep them, the three colours after the manner of 三明 (2017). */
export const THREE_COLOUR: Ladder = {
  at: '09:00',
  rungs: [
    { id: 'remind-5', offset: { workingDays: -5 }, kind: 'reminder', to: ['contact'] },
    { id: 'remind-1', offset: { workingDays: -1 }, kind: 'reminder', to: ['contact', 'head'] },
    { id: 'urge', offset: { workingDays: 1 }, kind: 'urge', to: ['contact', 'head'] },
    {
      id: 'blue',
      offset: { workingDays: 3 },
      kind: 'notice',
      colour: 'blue',
      to: ['head', 'contact'],
      answerWithin: { workingDays: 2 },
    },
    {
      id: 'orange',
      offset: { workingDays: 6 },
      kind: 'notice',
      colour: 'orange',
      to: ['head'],
      copyTo: ['leader_in_charge'],
      answerWithin: { workingDays: 3 },
    },
    {
      id: 'red',
      offset: { workingDays: 10 },
      kind: 'notice',
      colour: 'red',
      to: ['head'],
      copyTo: ['leader_in_charge', 'office'],
      inNextBulletin: true,
    },
  ],
};

export const SIGN_FOR: Ladder = {
  at: '09:00',
  rungs: [
    { id: 'remind', offset: { workingDays: 0 }, kind: 'reminder', to: ['contact'] },
    { id: 'urge', offset: { workingDays: 1 }, kind: 'urge', to: ['contact', 'head'] },
    {
      id: 'blue',
      offset: { workingDays: 3 },
      kind: 'notice',
      colour: 'blue',
      to: ['head', 'contact'],
      answerWithin: { workingDays: 2 },
    },
  ],
};

/**
 * The same colours for limits of days rather than months: nobody is reminded five days before what is due in five, and
 * the colours follow each other as quickly as the answers allow. The offsets are ours; no paper gives any.
 */
export const SHORT: Ladder = {
  at: '09:00',
  rungs: [
    { id: 'remind-1', offset: { workingDays: -1 }, kind: 'reminder', to: ['contact', 'head'] },
    { id: 'remind', offset: { workingDays: 0 }, kind: 'reminder', to: ['contact'] },
    { id: 'urge', offset: { workingDays: 1 }, kind: 'urge', to: ['contact', 'head'] },
    {
      id: 'blue',
      offset: { workingDays: 2 },
      kind: 'notice',
      colour: 'blue',
      to: ['head', 'contact'],
      answerWithin: { workingDays: 1 },
    },
    {
      id: 'orange',
      offset: { workingDays: 4 },
      kind: 'notice',
      colour: 'orange',
      to: ['head'],
      copyTo: ['leader_in_charge'],
      answerWithin: { workingDays: 2 },
    },
    {
      id: 'red',
      offset: { workingDays: 7 },
      kind: 'notice',
      colour: 'red',
      to: ['head'],
      copyTo: ['leader_in_charge', 'office'],
      inNextBulletin: true,
    },
  ],
};

/** What is urgent begins with orange: 三明 (2017) gives that colour at once to what is major, urgent or a leader's instruction. */
export const URGENT: Ladder = {
  at: '09:00',
  rungs: [
    { id: 'remind-1', offset: { workingDays: -1 }, kind: 'reminder', to: ['contact', 'head'] },
    { id: 'remind', offset: { workingDays: 0 }, kind: 'reminder', to: ['contact', 'head'] },
    {
      id: 'orange',
      offset: { workingDays: 1 },
      kind: 'notice',
      colour: 'orange',
      to: ['head', 'contact'],
      copyTo: ['leader_in_charge'],
      answerWithin: { workingDays: 1 },
    },
    {
      id: 'red',
      offset: { workingDays: 3 },
      kind: 'notice',
      colour: 'red',
      to: ['head'],
      copyTo: ['leader_in_charge', 'office'],
      inNextBulletin: true,
    },
  ],
};

/** What is owed where reports are monthly, by the ladder that a preset has for it, and by that for signing. */
export const monthlyDuties = (ladder: string): Policy['obligations'] => [
  {
    kind: 'sign_for',
    owedBy: 'every_unit',
    ladder: 'sign-for',
    due: [{ by: 'working_days_after_issue', workingDays: 2 }],
  },
  {
    kind: 'progress_report',
    owedBy: 'lead',
    ladder,
    due: [{ by: 'periodic', every: 'month', on: { dayOfMonth: 5, monthsAfterEnd: 1 } }],
  },
  { kind: 'milestone', owedBy: 'lead', ladder, due: [{ by: 'task_milestones' }] },
  {
    kind: 'completion',
    owedBy: 'every_unit',
    ladder,
    due: [{ by: 'task_deadline', otherwise: '12-31' }],
  },
];
