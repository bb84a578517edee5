import { Edge, expectProblem, type Json, PASSWORD, useEdge } from './edge';

/** The three administrators (三员分立): of the system, of security, of the audit. */
describe('The three administrators', () => {
  const edge = useEdge((database) => Edge.open(database));
  const grant = (username: string, kind: string, more: object = {}) => ({
    json: { kind: 'grant', username, post: { kind, ...more }, reason: '任命' },
  });
  const as = (username: string) => edge().as(username);
  const propose = async (by: string, username: string, kind: string, more: object = {}): Promise<Json> =>
    (await as(by)).do('POST', '/post-changes', grant(username, kind, more));
  const decide = async (by: string, ids: string[], event: string) =>
    (await as(by)).ask('POST', '/post-changes/decisions', { json: { ids, event } });
  const postsOf = async (username: string): Promise<string[]> =>
    (
      await edge().query(
        `select post.kind from post_holding h join post on post.id = h.post_id join person p on p.id = h.person_id
         where p.username = $1 and h.to_on is null order by 1`,
        [username],
      )
    ).map(({ kind }) => kind);
  const account = async (username: string): Promise<void> => {
    const admin = await as('admin');
    await admin.post('/persons', { username, displayName: username });
    await admin.do('PATCH', `/persons/${username}`, { json: { password: PASSWORD } });
  };

  it('make an account together: one the account, the other its post', async () => {
    await account('wang.fang');
    const { token } = await edge().nobody().post('/sessions', { username: 'wang.fang', password: PASSWORD });
    const ask = () =>
      edge()
        .nobody()
        .ask('GET', '/tasks', { headers: { authorization: `Bearer ${token}` } });
    expectProblem(await ask(), 403, 'SESSION.NO_POST');
    const change = await propose('admin', 'wang.fang', 'officer');
    expect(change).toMatchObject({ state: 'proposed', postKind: 'officer' });
    expectProblem(await ask(), 403, 'SESSION.NO_POST');
    expectProblem(await decide('admin', [change.id], 'confirm'), 403, 'RIGHTS.NOT_ALLOWED');
    expect(await decide('security', [change.id], 'confirm')).toMatchObject({
      status: 200,
      body: { items: [{ state: 'confirmed' }] },
    });
    expect((await ask()).status).toBe(200);
    expectProblem(await decide('security', [change.id], 'refuse'), 409, 'POST_CHANGE.EVENT_NOT_ALLOWED');
    expect(await postsOf('wang.fang')).toEqual(['officer']);
  });

  it('refuse and take back, and nothing comes of it', async () => {
    await account('li.min');
    const [one, other] = [await propose('admin', 'li.min', 'officer'), await propose('admin', 'li.min', 'leader')];
    expectProblem(
      await (await as('admin')).ask('POST', '/post-changes', grant('li.min', 'officer')),
      409,
      'POST_CHANGE.PROPOSED_ALREADY',
    );
    expect((await decide('security', [one.id], 'refuse')).status).toBe(200);
    expectProblem(await decide('security', [other.id], 'withdraw'), 403, 'POST_CHANGE.NOT_YOURS');
    expect((await decide('admin', [other.id], 'withdraw')).status).toBe(200);
    expect(await postsOf('li.min')).toEqual([]);
  });

  it('decide many at once, or none of them', async () => {
    await account('zhao.lei');
    const one = await propose('admin', 'zhao.lei', 'officer');
    const other = await propose('admin', 'zhao.lei', 'leader');
    expect((await decide('admin', [other.id], 'withdraw')).status).toBe(200);
    expectProblem(await decide('security', [one.id, other.id], 'confirm'), 409, 'POST_CHANGE.EVENT_NOT_ALLOWED');
    expect(await postsOf('zhao.lei')).toEqual([]);
    expect((await decide('security', [one.id], 'confirm')).status).toBe(200);
    expect(await postsOf('zhao.lei')).toEqual(['officer']);
  });

  it('take a post, at once where the security administrator does it; the other posts stay', async () => {
    await account('sun.yan');
    await propose('security', 'sun.yan', 'officer');
    await propose('security', 'sun.yan', 'leader');
    const take = { kind: 'take', username: 'sun.yan', post: { kind: 'officer' }, reason: '调离' };
    expect((await (await as('security')).post('/post-changes', take)).state).toBe('confirmed');
    expect(await postsOf('sun.yan')).toEqual(['leader']);
    const again = await (await as('security')).ask('POST', '/post-changes', { json: take });
    expectProblem(again, 404, 'POST.NOT_HELD');
  });

  it.each([
    ['admin', 'admin', 'officer'],
    ['security', 'security', 'officer'],
    ['security', 'security', 'admin'],
  ])('%s gives no post to itself (%s, %s)', async (by, username, kind) => {
    const before = await edge().written();
    const answer = await (await as(by)).ask('POST', '/post-changes', grant(username, kind));
    expectProblem(answer, 403, 'RIGHTS.OWN_ACCOUNT');
    expect(await edge().written()).toEqual(before);
  });

  it('does not confirm what another has proposed for it', async () => {
    const { id } = await propose('admin', 'security', 'officer');
    expectProblem(await decide('security', [id], 'confirm'), 403, 'RIGHTS.OWN_ACCOUNT');
    expect((await decide('admin', [id], 'withdraw')).status).toBe(200);
  });

  it.each([
    ['admin', 'auditor'],
    ['auditor', 'admin'],
    ['auditor', 'security'],
  ])('are three people: who is %s does not become %s', async (username, kind) => {
    const answer = await (await as('security')).ask('POST', '/post-changes', grant(username, kind));
    expectProblem(answer, 422, 'POST.ADMINISTRATORS_APART', { held: username, wanted: kind });
    expect(await postsOf(username)).toEqual([username]);
  });

  it('are not taken over by way of the account: password, address, closing it', async () => {
    const admin = await as('admin');
    for (const whom of ['security', 'auditor']) {
      for (const json of [{ password: 'taken over by it' }, { email: 'me@example.org' }, { isActive: false }]) {
        expectProblem(await admin.ask('PATCH', `/persons/${whom}`, { json }), 403, 'RIGHTS.ADMINISTRATORS_APART');
      }
    }
    expectProblem(await admin.ask('PATCH', '/persons/admin', { json: { isActive: false } }), 403, 'RIGHTS.OWN_ACCOUNT');
    // Their names are an admin's to give all the same.
    const named = await admin.do('PATCH', '/persons/auditor', { json: { displayName: '许衡' } });
    expect(named).toMatchObject({ displayName: '许衡', isActive: true });
    // What is their own they change themselves.
    const own = { email: 'audit@city.example', currentPassword: PASSWORD };
    await (await as('auditor')).do('PATCH', '/persons/auditor', { json: own });
    expect((await (await as('auditor')).get('/sessions/current')).contact).toEqual({ email: own.email, mobile: null });
  });

  it('are not taken over while they are still, or already, administrators', async () => {
    const [admin, security] = [await as('admin'), await as('security')];
    const ask = (username: string) =>
      admin.ask('PATCH', `/persons/${username}`, { json: { password: 'taken over by it' } });
    await account('qian.jun');
    const grant = { kind: 'grant', username: 'qian.jun', post: { kind: 'auditor' }, reason: '任命' };
    await security.post('/post-changes', { ...grant, fromOn: '2023-02-01' });
    expectProblem(await ask('qian.jun'), 403, 'RIGHTS.ADMINISTRATORS_APART');
    await edge().query(`update post_holding set from_on = '2023-01-01', to_on = '2023-02-01'
      where person_id = (select id from person where username = 'qian.jun')`);
    expectProblem(await ask('qian.jun'), 403, 'RIGHTS.ADMINISTRATORS_APART');
    await edge().query(`update post_holding set to_on = '2023-01-10'
      where person_id = (select id from person where username = 'qian.jun')`);
    expect((await ask('qian.jun')).status).toBe(200);
  });

  it.each([
    ['of a kind that no unit has', { kind: 'officer', unitCode: 'LD01' }, '422 POST.UNKNOWN'],
    ['of no unit', { kind: 'contact', unitCode: null }, '422 POST.UNKNOWN'],
    ['of a unit that is none', { kind: 'contact', unitCode: 'LD99' }, '422 POST.UNKNOWN'],
    ['of a unit with a NUL', { kind: 'contact', unitCode: '\u0000' }, '422 POST.UNKNOWN'],
    ['of another kind', { kind: 'emperor' }, '400 REQUEST.INVALID'],
  ])('give no post %s', async (_, post, expected) => {
    const json = { kind: 'grant', username: 'LD09.head', post, reason: 'x' };
    const [status, code] = expected.split(' ');
    expectProblem(await (await as('security')).ask('POST', '/post-changes', { json }), Number(status), code!);
  });

  it('give none in the past, and none twice', async () => {
    const security = await as('security');
    const json = { kind: 'grant', username: 'LD09.head', post: { kind: 'officer' }, reason: 'x' };
    const past = { json: { ...json, fromOn: '2023-01-11' } };
    expectProblem(await security.ask('POST', '/post-changes', past), 422, 'POST_CHANGE.IN_THE_PAST', {
      field: 'fromOn',
    });
    await security.post('/post-changes', { ...json, fromOn: '2023-02-01' });
    expectProblem(await security.ask('POST', '/post-changes', { json }), 409, 'POST.HELD_ALREADY');
  });

  it('wait for each other with an import, too, where the policy says so', async () => {
    const security = await as('security');
    const { version, policy } = await security.get('/sign-in-policy');
    const strict = { expectedVersion: version, policy: { ...policy, confirmImportedPosts: true } };
    await security.do('PUT', '/sign-in-policy', { json: strict });
    expectProblem(await security.ask('PUT', '/sign-in-policy', { json: strict }), 409, 'SIGN_IN_POLICY.STALE');
    const units = { jurisdiction: '临澜市', units: [{ code: 'X1', name: '市新设局', kind: 'department' }], groups: [] };
    const form = new FormData();
    form.append('file', new Blob([JSON.stringify(units)]), 'units.json');
    await (await as('admin')).do('POST', '/units/import', { form });
    expect(await postsOf('X1.contact')).toEqual([]);
    const { items } = await security.get('/post-changes?state=proposed');
    const imported = items.filter(({ unitCode }: Json) => unitCode === 'X1').map(({ id }: Json) => id);
    expect(imported).toHaveLength(2);
    expect((await decide('security', imported, 'confirm')).status).toBe(200);
    expect(await postsOf('X1.contact')).toEqual(['contact']);
    await edge().signIn('X1.contact');
  });

  describe('erase somebody by law (依法删除)', () => {
    const [NAME, USERNAME, MAIL, MOBILE] = ['欧阳惊鸿', 'ouyang.jinghong', 'oyjh@city.example', '13912340987'];
    const WORDS = [NAME, USERNAME, MAIL, MOBILE, 'oyjinghong'];
    const reason = '依法删除';
    const erase = async (by = 'security', username = USERNAME) =>
      (await as(by)).ask('POST', `/persons/${username}/erasure`, { json: { reason } });
    /** Tables that have any of these words, in any column. */
    const tablesWith = async (...words: string[]): Promise<string[]> => {
      const tables = await edge().query(
        `select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('migrations', 'table_security', 'typeorm_metadata')`,
      );
      const found = tables.map(
        ({ name }) =>
          `select '${name}' as name where exists (select from "${name}" t where lower(t::text) like any($1))`,
      );
      const rows = await edge().query(found.join(' union all '), [words.map((word) => `%${word}%`)]);
      return rows.map(({ name }) => name).toSorted();
    };
    let id: string;
    let taskId: string;

    beforeAll(async () => {
      const admin = await as('admin');
      ({ id } = await admin.post('/persons', { username: USERNAME, displayName: NAME, email: MAIL }));
      const json = { password: PASSWORD, mobile: MOBILE, accounts: { wecom: 'OyJinghong' } };
      await admin.do('PATCH', `/persons/${USERNAME}`, { json });
      const granted = await propose('security', USERNAME, 'officer');
      expect(granted).toMatchObject({ state: 'confirmed' });
      const own = await edge().signIn(USERNAME);
      await edge()
        .nobody()
        .ask('POST', '/sessions', { json: { username: USERNAME, password: 'a guess' } });
      await edge()
        .nobody()
        .ask('POST', '/password-resets', { json: { username: USERNAME } });
      await own.post('/api-tokens', { name: 'a', purpose: 'b', scopes: ['unit.read'], days: 1 });
      const key = { 'idempotency-key': 'of-the-erased' };
      const units = { lead: ['LD04'] };
      ({ id: taskId } = await own.post('/matters', { kind: 'key_matter', content: '修缮青石桥。', units }, key));
      const [{ id: postId }] = await edge().query(`select id from post where kind = 'office'`);
      const days = { from: '2023-01-16', until: '2023-01-20', reason: '年休假' };
      await (await as('office')).post('/delegations', { postId, to: USERNAME, ...days });
      const usernames = ['office', USERNAME, 'LD04.contact'];
      await (await as('office')).do('PUT', `/tasks/${taskId}/restrictions`, { json: { usernames }, headers: key });
      await edge().query(
        `with d as (insert into digest (id, person_id, channel, window_start, subject, composed_at)
             values (gen_random_uuid(), $1, 'smtp', now(), '督办', now()) returning id),
           m as (insert into delivery (id, digest_id, person_id, channel, address, state, attempts, last_error, created_at)
             select gen_random_uuid(), id, $1, 'smtp', $2, 'bounced', 1, '550 ' || $2, now() from d returning id),
           r as (insert into delivery_receipt (id, channel, remote_id, address, said, outcome, words, received_at)
             values (gen_random_uuid(), 'sms', 'r', $3, 'UNDELIV', 'failed', $3, now())),
           b as (insert into bounce (id, delivery_id, channel, address, kind, status, words, report_key, received_at)
             select gen_random_uuid(), id, 'smtp', $2, 'hard', '5.1.1', '550 ' || $2, 'k', now() from m returning id)
         insert into suppressed_address (id, channel, address, reason, bounce_id, since)
         select gen_random_uuid(), 'smtp', $2, 'hard_bounce', id, now() from b`,
        [id, MAIL, MOBILE],
      );
    });

    it('and until then names them in nothing that stays for ever', async () => {
      const tables = await tablesWith(...WORDS);
      expect(tables).toEqual(
        expect.arrayContaining([
          'bounce',
          'delivery',
          'delivery_receipt',
          'idempotency_key',
          'password_reset',
          'person',
          'suppressed_address',
        ]),
      );
      expect(tables).not.toContain('history_event');
      const auditor = await as('auditor');
      const [made] = await auditor.all(`/history?type=delegation.made`);
      expect(made).toMatchObject({ after: { delegateUsername: USERNAME, delegateName: NAME } });
      // By the name they are found, though it stands nowhere.
      const byName = await auditor.all(`/history?q=${encodeURIComponent('惊鸿')}`);
      expect(byName.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['person.created', 'person.sign_in_failed', 'api_token.made', 'plan.register_opened']),
      );
      const [failed] = await auditor.all(`/history?entityId=${id}&type=person.sign_in_failed`);
      expect(failed).toMatchObject({ reason: null, after: { from: '127.0.0.1' } });
      expect(failed!['words'].zh).toContain('来自127.0.0.1');
    });

    it('the one once the other has closed the account, and nothing is under way; nobody by oneself', async () => {
      for (const by of ['admin', 'office', 'auditor']) expectProblem(await erase(by), 403, 'RIGHTS.NOT_ALLOWED');
      expectProblem(await erase('security', 'security'), 403, 'RIGHTS.OWN_ACCOUNT');
      expectProblem(await erase('security', 'nobody.at.all'), 404, 'PERSON.UNKNOWN');
      const blank = await (await as('security')).ask('POST', `/persons/${USERNAME}/erasure`, { json: { reason: ' ' } });
      expectProblem(blank, 400, 'REQUEST.INVALID');
      expectProblem(await erase(), 409, 'PERSON.ACCOUNT_OPEN');
      await (await as('admin')).do('PATCH', `/persons/${USERNAME}`, { json: { isActive: false } });
      expectProblem(await erase(), 409, 'PERSON.HOLDS_POSTS', { posts: [{ kind: 'officer', unitCode: null }] });
      const taken = { kind: 'take', username: USERNAME, post: { kind: 'officer' }, reason: '调离' };
      await (await as('security')).do('POST', '/post-changes', { json: taken });
      const open = { proposals: 0, restricted: 1, messages: 0, delegations: 0 };
      expectProblem(await erase(), 409, 'PERSON.OPEN_MATTERS', open);
      await (await as('office')).do('PUT', `/tasks/${taskId}/restrictions`, { json: { usernames: [] } });
      expect(await erase()).toMatchObject({ status: 200, body: { id, username: `erased-${id}` } });
      expectProblem(await erase('security', `erased-${id}`), 409, 'PERSON.ERASED');
      expectProblem(await erase(), 404, 'PERSON.UNKNOWN');
    });

    it('and nobody finds them in any table, while all that they did is there', async () => {
      expect(await tablesWith(...WORDS)).toEqual([]);
      const auditor = await as('auditor');
      const done = await auditor.all(`/history?personId=${id}`);
      expect(done.map(({ type }) => type)).toEqual(expect.arrayContaining(['api_token.made', 'matter.registered']));
      for (const { actor } of done) expect(actor.name).toBe('〔已依法删除〕');
      const [made] = await auditor.all(`/history?type=delegation.made`);
      expect(made).toMatchObject({ after: { displayName: '督查室主任', delegateName: '〔已依法删除〕' } });
      expect(await auditor.all(`/history?q=${encodeURIComponent('惊鸿')}`)).toEqual([]);
      const [event] = await auditor.all(`/history?entityId=${id}&type=person.erased`);
      expect(event).toMatchObject({ actor: { post: 'security' }, reason, before: null });
      for (const [language, mark] of [
        ['zh', '〔已依法删除〕'],
        ['en', '[erased]'],
      ]) {
        const { text } = await auditor.ask('GET', `/history/extract?format=csv&language=${language}&personId=${id}`);
        expect(text).toContain(mark);
        expect(text).not.toContain(language === 'en' ? '已依法删除' : NAME);
      }
      const accounts = await (await as('security')).all('/persons');
      expect(accounts.find((account) => account.id === id)).toMatchObject({
        username: `erased-${id}`,
        displayName: '〔已依法删除〕',
        email: null,
        hasPassword: false,
        sessions: 0,
      });
    });
  });

  it('cannot hide it: the auditor reads what both did, and can change nothing', async () => {
    const auditor = await as('auditor');
    const events = await auditor.all('/history?entity=post_change');
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['post_change.proposed', 'post_change.confirmed', 'post_change.refused', 'post_change.withdrawn']),
    );
    const confirmed = events.find(({ type, after }) => {
      return type === 'post_change.confirmed' && after.username === 'wang.fang';
    });
    expect(confirmed).toMatchObject({ actor: { post: 'security' }, before: { state: 'proposed' } });
    const policies = await auditor.all('/history?entity=sign_in_policy');
    expect(policies).toMatchObject([{ type: 'sign_in_policy.changed', actor: { post: 'security' } }]);
    for (const username of ['admin', 'security', 'leader']) {
      expectProblem(await (await as(username)).ask('GET', '/history'), 403, 'RIGHTS.NOT_ALLOWED');
    }
    await expect(edge().query(`delete from history_event`)).rejects.toMatchObject({ code: '42501' });
    await expect(edge().query(`update sign_in_policy set version = 9`)).rejects.toMatchObject({ code: '42501' });
  });
});
