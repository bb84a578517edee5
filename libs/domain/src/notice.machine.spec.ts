import { decide, toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import { NOTICE_EVENTS, type NoticeFacts, noticeMachine } from './notice.machine';

// A state that follows; `-`: the state does not know the event; `no`: this relation may not.
const TABLE = readTable(`
  event        relation  issued        acknowledged  answered      closed  raised
  acknowledge  unit      acknowledged  -             -             -       -
  acknowledge  office    no            -             -             -       -
  acknowledge  system    no            -             -             -       -
  answer       unit      answered      answered      -             -       -
  answer       office    no            no            -             -       -
  answer       system    no            no            -             -       -
  reject       unit      -             -             no            -       -
  reject       office    -             -             acknowledged  -       -
  reject       system    -             -             no            -       -
  accept       unit      -             -             no            -       -
  accept       office    -             -             closed        -       -
  accept       system    -             -             no            -       -
  raise        unit      no            no            -             -       -
  raise        office    no            no            -             -       -
  raise        system    raised        raised        -             -       -
  close        unit      no            no            no            -       -
  close        office    no            no            no            -       -
  close        system    closed        closed        closed        -       -
`);

const FINE: NoticeFacts = { answer: '已整改完毕', reason: '未附佐证' };
const text = fc.constantFrom(null, '', ' ', '已完成');

describeTable(
  loosely<NoticeFacts>(noticeMachine),
  TABLE,
  { granting: () => FINE, any: fc.record({ answer: text, reason: text }) },
  ['closed', 'raised'],
);

describe('guards', () => {
  it.each([
    [null, 'NOTICE.ANSWER_REQUIRED'],
    ['', 'NOTICE.ANSWER_REQUIRED'],
    [' \n', 'NOTICE.ANSWER_REQUIRED'],
  ])('an empty answer (%j) is none', (answer, code) => {
    const facts = { answer, reason: null };
    expect(decide(noticeMachine, 'issued', 'answer', ['unit'], facts)).toMatchObject({ reason: 'guard', code });
    expect(decide(noticeMachine, 'acknowledged', 'answer', ['unit'], facts)).toMatchObject({ reason: 'guard', code });
  });

  it.each([
    [null, 'NOTICE.REASON_REQUIRED'],
    ['', 'NOTICE.REASON_REQUIRED'],
    ['\t', 'NOTICE.REASON_REQUIRED'],
  ])('an answer is not rejected without a reason (%j)', (reason, code) => {
    expect(decide(noticeMachine, 'answered', 'reject', ['office'], { answer: '好', reason })).toMatchObject({
      reason: 'guard',
      code,
    });
  });

  it('nothing is asked of the system, nor for an acknowledgement or an acceptance', () => {
    const nothing = { answer: null, reason: null };
    expect(decide(noticeMachine, 'issued', 'acknowledge', ['unit'], nothing).ok).toBe(true);
    expect(decide(noticeMachine, 'answered', 'accept', ['office'], nothing).ok).toBe(true);
    expect(decide(noticeMachine, 'issued', 'raise', ['system'], nothing).ok).toBe(true);
    expect(decide(noticeMachine, 'answered', 'close', ['system'], nothing).ok).toBe(true);
  });
});

describe('the ladder', () => {
  it('is held by an answer that waits for the office', () => {
    expect(decide(noticeMachine, 'issued', 'answer', ['unit'], FINE)).toMatchObject({ effects: ['hold_ladder'] });
    expect(decide(noticeMachine, 'answered', 'raise', ['system'], FINE)).toMatchObject({ reason: 'event_not_allowed' });
  });

  it('goes on when the answer is rejected, and the rejected notice can be raised', () => {
    const rejected = decide(noticeMachine, 'answered', 'reject', ['office'], FINE);
    expect(rejected).toMatchObject({ to: 'acknowledged', effects: ['resume_ladder'] });
    expect(decide(noticeMachine, 'acknowledged', 'raise', ['system'], FINE)).toMatchObject({ to: 'raised' });
  });

  it.each([
    ['issued', 'acknowledge', 'unit'],
    ['answered', 'accept', 'office'],
    ['issued', 'raise', 'system'],
    ['answered', 'close', 'system'],
  ] as const)('is not touched when it is %s: %s by %s', (state, event, relation) => {
    expect(decide(noticeMachine, state, event, [relation], FINE)).toMatchObject({ ok: true, effects: [] });
  });
});

it('people may ask for these events, and never for the two of the supervision itself', () => {
  expect([...NOTICE_EVENTS].toSorted()).toEqual(['accept', 'acknowledge', 'answer', 'reject']);
});

it('is drawn as a diagram', () => {
  expect(toMermaid(noticeMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> issued
      issued --> acknowledged: acknowledge
      issued --> answered: answer
      acknowledged --> answered: answer
      answered --> acknowledged: reject
      answered --> closed: accept
      issued --> raised: raise
      acknowledged --> raised: raise
      issued --> closed: close
      acknowledged --> closed: close
      answered --> closed: close
      closed --> [*]
      raised --> [*]"
  `);
});
