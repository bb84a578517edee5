import { defineMachine, type Guard } from '@duban/state-machine';

export interface NoticeFacts {
  answer: string | null;
  reason: string | null;
}

const answerGiven: Guard<NoticeFacts> = {
  code: 'NOTICE.ANSWER_REQUIRED',
  message: 'Give the answer in "answer".',
  allows: (f) => f.answer !== null && f.answer.trim() !== '',
};
const reasonGiven: Guard<NoticeFacts> = {
  code: 'NOTICE.REASON_REQUIRED',
  message: 'Say in "reason" why the answer is not accepted.',
  allows: (f) => f.reason !== null && f.reason.trim() !== '',
};

/**
 * A supervision notice (督办单). An answer that waits for the office holds the ladder; a rejected one lets it go on
 * to the next colour. `raise` and `close` are the supervision's own: the next colour was sent, or nothing is owed
 * any more.
 */
export const noticeMachine = defineMachine<NoticeFacts>()({
  name: 'supervision_notice',
  version: 1,
  initial: 'issued',
  states: {
    issued: {},
    acknowledged: {},
    answered: {},
    closed: { terminal: true },
    raised: { terminal: true },
  },
  transitions: [
    { on: 'acknowledge', from: ['issued'], to: 'acknowledged', actors: ['unit'] },
    {
      on: 'answer',
      from: ['issued', 'acknowledged'],
      to: 'answered',
      actors: ['unit'],
      guards: [answerGiven],
      effects: ['hold_ladder'],
    },
    {
      on: 'reject',
      from: ['answered'],
      to: 'acknowledged',
      actors: ['office'],
      guards: [reasonGiven],
      effects: ['resume_ladder'],
    },
    { on: 'accept', from: ['answered'], to: 'closed', actors: ['office'] },
    { on: 'raise', from: ['issued', 'acknowledged'], to: 'raised', actors: ['system'] },
    { on: 'close', from: ['issued', 'acknowledged', 'answered'], to: 'closed', actors: ['system'] },
  ],
});

export type NoticeState = keyof typeof noticeMachine.states;
export type NoticeRelation = (typeof noticeMachine.transitions)[number]['actors'][number];
export const NOTICE_STATES = Object.keys(noticeMachine.states) as NoticeState[];
export const NOTICE_EVENTS = ['acknowledge', 'answer', 'accept', 'reject'] as const;
