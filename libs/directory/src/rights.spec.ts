import { POST_KINDS, type PostKind } from '@duban/domain';
import { actorOf } from '../test/directory-fixture';
import { type Action, assertMay, may, unitScope } from './rights';

const OWN_UNIT = '00000000-0000-7000-8000-000000000001';
const OTHER_UNIT = '00000000-0000-7000-8000-000000000002';

const inPost = (post: PostKind) =>
  actorOf(post, { unitId: post === 'head' || post === 'contact' ? OWN_UNIT : null, personId: OWN_UNIT });

const OFFICE: PostKind[] = ['office', 'officer'];
const GOVERNMENT: PostKind[] = ['office', 'officer', 'leader', 'auditor', 'admin'];
const UNIT: PostKind[] = ['head', 'contact'];

/** Who may for all; who may for the own unit only. */
const EXPECTED: Record<Action, [all: PostKind[], own: PostKind[]]> = {
  'plan.draft': [OFFICE, []],
  'plan.edit': [OFFICE, []],
  'plan.issue': [OFFICE, []],
  'unit.import': [[...OFFICE, 'admin'], []],
  'account.edit': [['admin'], []],
  'clock.move': [['admin'], []],
  'assignment.judge': [OFFICE, []],
  'notice.answer': [[], UNIT],
  'notice.judge': [OFFICE, []],
  'assignment.act': [[], UNIT],
  'read.all': [GOVERNMENT, []],
  'read.own': [GOVERNMENT, UNIT],
  'delivery.read_all': [GOVERNMENT, []],
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

  it.each(['leader', 'auditor'] as const)('lets the %s change nothing', (post) => {
    const allowed = (Object.keys(EXPECTED) as Action[]).filter((action) => may(inPost(post), action));
    expect(allowed.toSorted()).toEqual(['delivery.read_all', 'read.all', 'read.own']);
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
