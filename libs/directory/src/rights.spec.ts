import { POST_KINDS, type PostKind, UNIT_POSTS } from '@duban/domain';
import { actorOf } from '../test/directory-fixture';
import { type Action, assertMay, may, unitScope } from './rights';

const OWN_UNIT = '00000000-0000-7000-8000-000000000001';
const OTHER_UNIT = '00000000-0000-7000-8000-000000000002';

const inPost = (post: PostKind) =>
  actorOf(post, { unitId: (UNIT_POSTS as readonly PostKind[]).includes(post) ? OWN_UNIT : null, personId: OWN_UNIT });

const OFFICE: PostKind[] = ['office', 'officer'];
const GOVERNMENT: PostKind[] = ['office', 'officer', 'leader', 'auditor', 'admin'];
const UNIT: PostKind[] = [...UNIT_POSTS];
const ADMINISTRATORS: PostKind[] = ['admin', 'security', 'auditor'];
const EVERYBODY: PostKind[] = [...POST_KINDS];

/** Who may for all; who may for the own unit only. */
const EXPECTED: Record<Action, [all: PostKind[], own: PostKind[]]> = {
  'plan.draft': [OFFICE, []],
  'plan.edit': [OFFICE, []],
  'plan.issue': [OFFICE, []],
  'breakdown.draft': [[], UNIT],
  'breakdown.issue': [[], ['head', 'deputy']],
  'breakdown.judge': [[], ['head', 'deputy']],
  'breakdown.archive': [[], ['head']],
  'policy.simulate': [OFFICE, []],
  'policy.draft': [OFFICE, []],
  'policy.enable': [['office'], []],
  'matter.restrict': [['office'], []],
  'notice.template': [['office'], []],
  'message.rules': [['office'], []],
  'matter.register': [OFFICE, []],
  'matter.petitioner': [OFFICE, UNIT],
  'unit.import': [[...OFFICE, 'admin'], []],
  'post.create': [[...OFFICE, 'admin'], []],
  'unit.reorganise': [['office', 'admin'], []],
  'account.edit': [['admin'], []],
  'account.edit_own': [EVERYBODY, []],
  'account.create': [['admin'], []],
  'account.read': [ADMINISTRATORS, []],
  'person.erase': [['security'], []],
  'post.propose': [['admin', 'security'], []],
  'post.decide': [['security'], []],
  'delegation.make': [['office', 'security'], ['head']],
  'delegation.read': [[...OFFICE, ...ADMINISTRATORS], ['head']],
  'sign_in.administer': [['security'], []],
  'sign_in.policy': [['security'], []],
  'history.read': [['auditor'], []],
  'history.search': [[...OFFICE, 'auditor'], []],
  'unit.read': [EVERYBODY, []],
  'inbox.read': [EVERYBODY, []],
  'clock.read': [EVERYBODY, []],
  'calendar.import': [[...OFFICE, 'admin'], []],
  'clock.move': [['admin'], []],
  'system.check': [['admin'], []],
  'queue.manage': [['admin'], []],
  'assignment.judge': [OFFICE, []],
  'assignment.approve': [['office'], []],
  'assignment.judge_led': [[], UNIT],
  'report.confirm': [[], ['head', 'deputy']],
  'bulletin.publish': [['office'], []],
  'instruction.give': [[...OFFICE, 'leader'], []],
  'satisfaction.record': [OFFICE, []],
  'card.withdraw': [['office'], []],
  'application.make': [OFFICE, UNIT],
  'application.decide': [OFFICE, UNIT],
  'plan.close': [['office'], []],
  'plan.archive': [['office', 'auditor'], []],
  'disposal.decide': [['office'], []],
  'disposal.hold': [['auditor'], []],
  'notice.answer': [[], UNIT],
  'notice.judge': [OFFICE, []],
  'assignment.act': [[], UNIT],
  'read.all': [GOVERNMENT, []],
  'read.own': [GOVERNMENT, UNIT],
  'delivery.read_all': [GOVERNMENT, []],
  'address.lift': [['admin'], []],
  'destination.manage': [['admin'], []],
};

const TABLE = (Object.keys(EXPECTED) as Action[]).flatMap((action) => POST_KINDS.map((post) => ({ action, post })));

describe('rights', () => {
  it.each(TABLE)('$post: $action', ({ action, post }) => {
    const [all, own] = EXPECTED[action];
    const actor = inPost(post);
    expect(may(actor, action)).toBe(all.includes(post) || own.includes(post));
    expect(may(actor, action, OWN_UNIT)).toBe(all.includes(post) || own.includes(post));
    expect(may(actor, action, OTHER_UNIT)).toBe(all.includes(post));
  });

  it.each([
    ['leader', ['instruction.give']],
    // Searches that they keep are their own.
    ['auditor', ['history.search', 'plan.archive', 'disposal.hold']],
  ] as const)('lets the %s change nothing but by %j', (post, changes) => {
    const allowed = (Object.keys(EXPECTED) as Action[]).filter((action) => may(inPost(post), action));
    expect(allowed.filter((action) => !/(\.read|\.read_all|^read\.\w+|_own)$/.test(action))).toEqual(changes);
    expect(allowed.length).toBeGreaterThan(3);
  });

  it('keeps the three administrators apart: what one may change, the others may not', () => {
    const changes = (Object.keys(EXPECTED) as Action[]).filter((action) => !/\.read|^read\.|_own$/.test(action));
    const shared = changes.filter((action) => ADMINISTRATORS.filter((post) => may(inPost(post), action)).length > 1);
    // What the system administrator proposes waits for the security administrator.
    expect(shared).toEqual(['post.propose']);
    expect(changes.filter((action) => may(inPost('security'), action)).toSorted()).toEqual([
      'delegation.make',
      'person.erase',
      'post.decide',
      'post.propose',
      'sign_in.administer',
      'sign_in.policy',
    ]);
  });

  it('lets an API token do only what is both its own and its person’s', () => {
    const by = (post: PostKind, ...scopes: Action[]) => ({
      ...inPost(post),
      token: { id: OWN_UNIT, name: 'export', scopes },
    });
    expect(may(by('office', 'plan.draft'), 'plan.draft')).toBe(true);
    expect(may(by('office', 'plan.draft'), 'plan.issue')).toBe(false);
    expect(may(by('auditor', 'plan.draft'), 'plan.draft')).toBe(false);
    expect(() => assertMay(by('office', 'plan.draft'), 'plan.issue')).toThrow(
      expect.objectContaining({ code: 'RIGHTS.NOT_IN_SCOPE' }),
    );
    expect(() => assertMay(by('auditor', 'plan.draft'), 'plan.draft')).toThrow(
      expect.objectContaining({ code: 'RIGHTS.NOT_ALLOWED' }),
    );
  });

  it('says which post may not do what, and whose part it is', () => {
    expect(() => assertMay(inPost('auditor'), 'plan.issue')).toThrow(
      expect.objectContaining({
        kind: 'forbidden',
        code: 'RIGHTS.NOT_ALLOWED',
        details: { action: 'plan.issue', post: 'auditor' },
      }),
    );
    expect(() => assertMay(inPost('head'), 'assignment.act', OTHER_UNIT)).toThrow('only for its own unit');
    expect(() => assertMay(inPost('head'), 'assignment.act', OWN_UNIT)).not.toThrow();
  });

  it('shows the government all, a unit its own, and nothing to a unit post without a unit', () => {
    expect(unitScope(inPost('auditor'))).toBeNull();
    expect(unitScope(inPost('contact'))).toBe(OWN_UNIT);
    expect(() => unitScope(actorOf('contact'))).toThrow(expect.objectContaining({ code: 'RIGHTS.NOT_ALLOWED' }));
  });

  it('lets the supervision itself do all', () => {
    expect(may(actorOf('system'), 'assignment.act', OTHER_UNIT)).toBe(true);
    expect(unitScope(actorOf('system'))).toBeNull();
  });
});
