import type { Asked } from './answers';
import { check, type Finding, type Found, type Known } from './checker';

const at = (instant: string): number => Date.parse(instant);
const PART = 'part-1';
const MAIL = '0b8f7a52-0000-4000-8000-000000000001';
const HOOK = '0b8f7a52-0000-4000-8000-000000000002';

const asked = (more: Partial<Asked>): Asked => ({
  key: 'k1',
  who: 'LD01.contact',
  path: '/assignments/part-1/transitions',
  body: {},
  deed: 'sign_for',
  about: PART,
  fight: null,
  tries: 1,
  outcome: 'good',
  code: null,
  answer: { id: PART, state: 'in_progress', version: 2 },
  again: [],
  ...more,
});

/** A sound little year: one part signed for, one report, one application, one duty followed up, a mail and a webhook. */
function sound(): { found: Found; known: Known } {
  const report = { deed: 'report', about: 'duty-1', key: 'k2', answer: { id: 'report-1' } };
  const apply = { deed: 'apply', about: 'duty-1', key: 'k3', answer: { id: 'application-1' } };
  const approve = { deed: 'approve', about: 'application-1', key: 'k4', answer: { state: 'approved' } };
  const followUp = { obligationId: 'duty-2', deadlineVersion: 1, collapsed: [], post: 'contact', postId: 'p1' };
  return {
    found: {
      events: [
        { type: 'assignment.signed_for', entityId: PART, version: 2, state: 'in_progress' },
        { type: 'report.submitted', entityId: 'report-1', version: null, state: null },
        { type: 'application.made', entityId: 'application-1', version: 1, state: 'requested' },
        { type: 'application.approved', entityId: 'application-1', version: 2, state: 'approved' },
      ],
      reports: [{ id: 'report-1', kind: 'progress_report', obligationId: 'duty-1' }],
      applications: [{ id: 'application-1' }],
      brokenFiles: [],
      // Due on Tuesday 13 January: reminded on that day, urged on the next, blue on Friday.
      obligations: [
        {
          id: 'duty-2',
          ladder: 'sign-for',
          effectiveOn: '2026-01-13',
          createdAt: at('2026-01-09T10:00:00+08:00'),
          settledAt: null,
          isMoved: false,
        },
      ],
      followUps: [
        { ...followUp, rung: 'remind' },
        { ...followUp, rung: 'urge' },
        { ...followUp, rung: 'urge', post: 'head', postId: 'p2' },
      ],
      dueStill: 0,
      unsaid: [],
      toldTwice: [],
      deliveries: [
        { id: MAIL, channel: 'smtp', state: 'sent' },
        { id: HOOK, channel: 'webhook', state: 'delivered' },
      ],
    },
    known: {
      log: [
        asked({ fight: 'f1' }),
        asked({ key: 'k5', fight: 'f1', outcome: 'refused', answer: null }),
        asked(report),
        asked(apply),
        asked(approve),
      ],
      mails: [
        { id: `delivery-${MAIL}@localhost`, to: 'you', holds: [] },
        { id: `delivery-${MAIL}@localhost`, to: 'you', holds: [] },
      ],
      hooks: [{ id: HOOK, to: 'it', holds: ['n1', 'n2'] }],
      isWorkday: (day) => ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay()),
      until: at('2026-01-15T12:00:00+08:00'),
      jumps: [],
      history: { verified: 10, before: 9, after: 10 },
    },
  };
}

type Plant = (found: Found, known: Known) => [Partial<Found>, Partial<Known>];

const PLANTED: readonly [name: string, kind: Finding['kind'], plant: Plant][] = [
  ['an acknowledged move without its event', 'lost', ({ events }) => [{ events: events.slice(1) }, {}]],
  [
    'an acknowledged move whose version is another',
    'lost',
    ({ events }) => [{ events: [{ ...events[0]!, version: 3 }, ...events.slice(1)] }, {}],
  ],
  [
    'a move that nobody asked for a second time',
    'doubled',
    ({ events }) => [{ events: [...events, { ...events[0]!, version: 3 }] }, {}],
  ],
  ['one version made twice', 'doubled', ({ events }) => [{ events: [...events, events[0]!] }, {}]],
  ['an acknowledged report without its row', 'lost', () => [{ reports: [] }, {}]],
  [
    'an acknowledged report without its event',
    'lost',
    ({ events }) => [{ events: events.filter(({ type }) => type !== 'report.submitted') }, {}],
  ],
  [
    'a period reported twice',
    'doubled',
    ({ reports }) => [{ reports: [...reports, { ...reports[0]!, id: 'r2' }] }, {}],
  ],
  ['an acknowledged application without its row', 'lost', () => [{ applications: [] }, {}]],
  ['an acknowledged decision without its event', 'lost', ({ events }) => [{ events: events.slice(0, -1) }, {}]],
  [
    'two who both won',
    'two winners',
    (_, { log }) => [{}, { log: [...log, asked({ key: 'k6', fight: 'f1', who: 'other' })] }],
  ],
  [
    'a key that has two answers',
    'another answer',
    (_, { log }) => [{}, { log: [{ ...log[0]!, again: [{ id: PART, state: 'in_progress', version: 4 }] }] }],
  ],
  ['a reminder that never came', 'lost', ({ followUps }) => [{ followUps: followUps.slice(1) }, {}]],
  ['an urge that came to one of two', 'lost', ({ followUps }) => [{ followUps: followUps.slice(0, 2) }, {}]],
  ['a notice that paper knows of', 'lost', () => [{}, { until: at('2026-01-16T09:00:00+08:00') }]],
  ['a follow-up twice', 'doubled', ({ followUps }) => [{ followUps: [...followUps, followUps[0]!] }, {}]],
  ['a step that is due still', 'lost', () => [{ dueStill: 1 }, {}]],
  ['a follow-up of which nothing was said', 'lost', () => [{ unsaid: ['f'] }, {}]],
  ['a message told twice', 'doubled', () => [{ toldTwice: ['n'] }, {}]],
  ['a mail that counts as sent and never came', 'lost', () => [{}, { mails: [] }]],
  ['a webhook that counts as delivered and never came', 'lost', () => [{}, { hooks: [] }]],
  [
    'a mail that waits still',
    'lost',
    ({ deliveries }) => [{ deliveries: [{ ...deliveries[0]!, state: 'queued' }, deliveries[1]!] }, {}],
  ],
  [
    'a mail again by another id',
    'doubled',
    (_, { mails }) => [{}, { mails: [...mails, { id: 'delivery-other@localhost', to: 'you', holds: [] }] }],
  ],
  [
    'one id with something new in it',
    'doubled',
    (_, { hooks }) => [{}, { hooks: [...hooks, { id: HOOK, to: 'it', holds: ['n1', 'n3'] }] }],
  ],
  [
    'one id to another',
    'doubled',
    (_, { mails }) => [{}, { mails: [...mails, { ...mails[0]!, to: 'somebody else' }] }],
  ],
  ['a history that does not verify', 'history', () => [{}, { history: { fault: 'the root is another' } }]],
  ['a bundle that lacks events', 'history', () => [{}, { history: { verified: 8, before: 9, after: 10 } }]],
  ['a file whose bytes are gone', 'lost', () => [{ brokenFiles: ['e1'] }, {}]],
];

describe('the checker of a broken year', () => {
  it('finds nothing in a sound one', () => {
    const { found, known } = sound();
    expect(check(found, known)).toEqual([]);
  });

  it.each(PLANTED)('finds %s (%s)', (_name, kind, plant) => {
    const { found, known } = sound();
    const [otherFound, otherKnown] = plant(found, known);
    const kinds = check({ ...found, ...otherFound }, { ...known, ...otherKnown }).map((finding) => finding.kind);
    expect(kinds).toContain(kind);
  });

  it.each([
    ['that was settled before its step', { settledAt: at('2026-01-12T18:00:00+08:00') }],
    ['whose date was moved', { isMoved: true }],
  ])('asks for no follow-up of a duty %s', (_name, more) => {
    const { found, known } = sound();
    const obligations = [{ ...found.obligations[0]!, ...more }];
    expect(check({ ...found, obligations, followUps: [] }, known)).toEqual([]);
  });

  it('takes what was said in one with a later step as said', () => {
    const { found, known } = sound();
    const [, ...urges] = found.followUps;
    const followUps = urges.map((urge) => ({ ...urge, collapsed: ['remind'] }));
    expect(check({ ...found, followUps }, known)).toEqual([]);
  });

  it('asks for nothing that was settled while the clock jumped over it, and for all that was not', () => {
    const { found, known } = sound();
    const jump = [at('2026-01-13T08:00:00+08:00'), at('2026-01-13T10:00:00+08:00')] as const;
    const settled = [{ ...found.obligations[0]!, settledAt: jump[1] }];
    const jumps = [jump];
    expect(check({ ...found, obligations: settled, followUps: [] }, { ...known, jumps })).toEqual([]);
    expect(check({ ...found, followUps: [] }, { ...known, jumps })).not.toEqual([]);
  });

  it('takes a message that is sent again without what was settled since as the same', () => {
    const { found, known } = sound();
    const hooks = [...known.hooks, { ...known.hooks[0]!, holds: ['n2'] }];
    expect(check(found, { ...known, hooks })).toEqual([]);
  });

  it('counts what nobody was answered neither as lost nor as doubled', () => {
    const { found, known } = sound();
    const unknown = asked({ key: 'k7', outcome: 'unknown', answer: null });
    const log = [...known.log, unknown];
    expect(check(found, { ...known, log })).toEqual([]);
    const done = [...found.events, { ...found.events[0]!, version: 3 }];
    expect(check({ ...found, events: done }, { ...known, log })).toEqual([]);
  });
});
