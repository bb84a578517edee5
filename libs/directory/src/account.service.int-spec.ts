import { GOVERNMENT_POSTS } from '@duban/domain';
import { actorOf, DEMO_PASSWORD, useDirectory } from '../test/directory-fixture';
import { sampleUnits } from '../test/sample-units';

describe('AccountService', () => {
  const t = useDirectory();
  const at = new Date('2031-01-06T09:00:00+08:00');
  const admin = actorOf('admin');

  const ensure = (accounts = t.accounts) => t.run((tx) => accounts.ensureGovernmentAccounts(tx, at));
  const signIn = (username: string, password: string) => t.signIn(username, password);
  const wrong = { code: 'SESSION.WRONG_CREDENTIALS' };

  beforeAll(async () => {
    // Processes that start together.
    await Promise.all([ensure(), ensure(), ensure()]);
    await t.run((tx) => t.imports.import(tx, admin, at, sampleUnits()));
  });

  it('makes one post and one account of each kind, once', async () => {
    const before = await t.events();
    await ensure();
    expect(await t.events()).toEqual(before);
    const rows = await t.query(
      `select p.username, p.display_name as name, post.kind, h.from_on::text as "from"
       from post join post_holding h on h.post_id = post.id join person p on p.id = h.person_id
       where post.unit_id is null order by array_position($1::text[], post.kind)`,
      [GOVERNMENT_POSTS],
    );
    const names = ['督查室主任', '督查室工作人员', '分管领导', '审计员', '系统管理员', '安全管理员'];
    expect(rows).toEqual(
      GOVERNMENT_POSTS.map((kind, index) => ({ username: kind, name: names[index], kind, from: '2031-01-06' })),
    );
    expect(before.filter(({ actor }) => actor === 'duban').map(({ type }) => type)).toEqual(
      Array(6).fill('person.created'),
    );
    for (const kind of GOVERNMENT_POSTS) expect((await signIn(kind, DEMO_PASSWORD)).person.username).toBe(kind);
  });

  it('gives demonstration accounts a new password, and nobody else', async () => {
    await t.run((tx) => t.accounts.setPassword(tx, admin, at, 'Q02.head', 'her own password'));
    const { token } = await signIn('leader', DEMO_PASSWORD);
    const { token: ownToken } = await signIn('Q02.head', 'her own password');
    const seen = (await t.events()).length;

    await ensure(t.accountsWith(null));
    expect(await signIn('leader', DEMO_PASSWORD)).toBeDefined();
    await ensure(t.accountsWith('another demonstration'));
    for (const username of ['leader', 'Y01.contact']) {
      await expect(signIn(username, DEMO_PASSWORD)).rejects.toMatchObject(wrong);
      expect(await signIn(username, 'another demonstration')).toBeDefined();
    }
    await expect(signIn('Q02.head', 'another demonstration')).rejects.toMatchObject(wrong);
    expect(await signIn('Q02.head', 'her own password')).toBeDefined();
    await expect(t.run((tx) => t.sessions.authenticate(tx, token, 'r'))).rejects.toMatchObject({
      code: 'SESSION.REQUIRED',
    });
    expect(await t.run((tx) => t.sessions.authenticate(tx, ownToken, 'r'))).toMatchObject({ post: 'head' });

    const events = (await t.events()).slice(seen).filter(({ type }) => type !== 'person.sign_in_failed');
    expect(events).toHaveLength(13);
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['person.password_set']));
    await ensure();
  });

  it('sets a password, ends the sessions and records it without the password', async () => {
    const { token } = await signIn('leader', DEMO_PASSWORD);
    await t.run((tx) => t.accounts.setPassword(tx, admin, at, ' ｌｅａｄｅｒ', 'lead the leaders'));
    await expect(signIn('leader', DEMO_PASSWORD)).rejects.toMatchObject(wrong);
    expect(await signIn('leader', 'lead the leaders')).toBeDefined();
    await expect(t.run((tx) => t.sessions.authenticate(tx, token, 'r'))).rejects.toMatchObject({
      kind: 'unauthenticated',
    });
    const event = (await t.events()).filter(({ type }) => type === 'person.password_set').at(-1);
    expect(event).toMatchObject({
      type: 'person.password_set',
      entity: 'person',
      actor: 'admin',
      before: { username: 'leader', hasPassword: true },
      after: { username: 'leader', hasPassword: true, posts: [{ kind: 'leader' }] },
    });
    expect(JSON.stringify(await t.events())).not.toMatch(/argon2|lead the leaders|demonstration-2031/);
  });

  it('lets everybody set their own password, and only an admin that of others', async () => {
    const { token } = await signIn('Y02.contact', DEMO_PASSWORD);
    const contact = await t.run((tx) => t.sessions.authenticate(tx, token, 'r'));
    const set = (username: string, isProved = true) =>
      t.run((tx) => t.accounts.edit(tx, contact, at, username, { password: 'a new password' }, isProved));
    for (const username of ['office', 'nobody']) {
      await expect(set(username)).rejects.toMatchObject({ code: 'RIGHTS.NOT_ALLOWED' });
    }
    await expect(set('Y02.contact', false)).rejects.toMatchObject({ code: 'PERSON.CURRENT_PASSWORD_REQUIRED' });
    await set('Y02.contact');
    expect(await signIn('Y02.contact', 'a new password')).toBeDefined();
  });

  it('lets everybody say where their mail goes, and only an admin how they are called', async () => {
    const { token } = await signIn('Y02.head', DEMO_PASSWORD);
    const head = await t.run((tx) => t.sessions.authenticate(tx, token, 'r'));
    const edit = (actor: typeof head, username: string, change: object) =>
      t.run((tx) => t.accounts.edit(tx, actor, at, username, change, true));
    expect(await edit(head, 'Y02.head', { email: 'head@example.org' })).toMatchObject({ email: 'head@example.org' });
    await expect(edit(head, 'Y02.head', { displayName: '市长' })).rejects.toMatchObject({ code: 'RIGHTS.NOT_ALLOWED' });
    await expect(edit(head, 'office', { email: null })).rejects.toMatchObject({ code: 'RIGHTS.NOT_ALLOWED' });
    expect(await edit(admin, 'leader', { displayName: '林岚' })).toMatchObject({ displayName: '林岚' });
    expect(await t.run((tx) => t.directory.leaderPostByName(tx, ['林岚']))).not.toBeNull();
    const events = (await t.events()).filter((event) => event.type === 'person.edited');
    expect(events.at(-2)).toMatchObject({ before: { email: null }, after: { email: 'head@example.org' } });
  });

  it.each(['nobody', 'off\u0000ice', ''])('knows no account %j', async (username) => {
    const setting = t.run((tx) => t.accounts.setPassword(tx, admin, at, username, 'a new password'));
    await expect(setting).rejects.toMatchObject({ kind: 'not_found', code: 'PERSON.UNKNOWN' });
  });

  it('refuses a short password and leaves the old one', async () => {
    const setting = t.run((tx) => t.accounts.setPassword(tx, admin, at, 'admin', '1234567'));
    await expect(setting).rejects.toMatchObject({
      code: 'PERSON.PASSWORD_TOO_SHORT',
      faults: [{ code: 'PERSON.PASSWORD_TOO_SHORT', field: 'password' }],
    });
    expect(await signIn('admin', DEMO_PASSWORD)).toBeDefined();
  });
});
