import { actorOf, useDirectory } from '../../test/directory-fixture';
import { type PasswordResetMail, PasswordResetService } from './password-reset.service';

describe('PasswordResetService', () => {
  const t = useDirectory();
  const at = t.clock.now();
  let resets: PasswordResetService;
  const want = (username: string) => t.run((tx) => resets.want(tx, username, '10.0.0.1', 'request-3'));
  const redeem = (code: string, password = 'chosen by mail') =>
    t.run((tx) => resets.redeem(tx, at, code, password, 'request-4'));
  const mailTo = async (username: string): Promise<PasswordResetMail> => {
    const claim = await resets.claim((await want(username))!);
    if (typeof claim === 'string') throw new Error(claim);
    return claim;
  };
  const pause = () =>
    t.query(`update password_reset set settled_at = now() - interval '6 minutes' where outcome = 'sent'`);

  beforeAll(async () => {
    resets = t.resets();
    await t.run((tx) => t.accounts.ensureGovernmentAccounts(tx, at));
    for (const username of ['office', 'officer', 'leader', 'admin']) {
      const email = `${username}@city.example`;
      await t.run((tx) => t.accounts.edit(tx, actorOf('admin'), at, username, { email }));
    }
  });

  it('sets a password by a code from a mail, once, and ends the sessions', async () => {
    const { token } = await t.signIn('office', 'demonstration-2031');
    const mail = await mailTo(' ｏｆｆｉｃｅ');
    expect(mail).toMatchObject({ address: 'office@city.example', code: expect.stringMatching(/^[\w-]{43}$/) });
    await resets.sent(mail);
    await redeem(mail.code);
    expect(await t.signIn('office', 'chosen by mail')).toMatchObject({ needs: null });
    await expect(t.run((tx) => t.sessions.authenticate(tx, token, 'r'))).rejects.toMatchObject({
      code: 'SESSION.REQUIRED',
    });
    await expect(redeem(mail.code, 'another password')).rejects.toMatchObject({ code: 'PASSWORD_RESET.USED' });
    const types = (await t.events()).map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['person.password_reset_sent', 'person.password_set']);
    expect(JSON.stringify(await t.query(`select * from password_reset`))).not.toContain(mail.code);
    expect(JSON.stringify(await t.events())).not.toContain(mail.code);
  });

  it('writes the same down for somebody, nobody, and one without an address', async () => {
    const ids = [];
    for (const username of ['officer', 'nobody', 'auditor']) ids.push(await want(username));
    const rows = await t.query(
      `select person_id, token_hash, outcome, attempts from password_reset where id = any($1)`,
      [ids],
    );
    expect(rows).toEqual(Array(3).fill({ person_id: null, token_hash: null, outcome: null, attempts: 0 }));
    expect(await want('nobody')).toBeNull();
    expect(await want('off\u0000ice')).toBeNull();
    expect(await resets.claim(ids[1]!)).toBe('nobody');
    expect(await resets.claim(ids[2]!)).toBe('nobody');
  });

  it('is one worker’s at a time; where it dies the next makes another code, and only that counts', async () => {
    const id = (await want('leader'))!;
    const [one, other] = await Promise.all([resets.claim(id), resets.claim(id)]);
    const [mail, late] = typeof one === 'string' ? [other, one] : [one, other];
    expect(late).toBe('not_due');
    expect(await resets.dueIds(10)).not.toContain(id);
    await t.query(`update password_reset set next_attempt_at = now() where id = $1`, [id]);
    expect(await resets.dueIds(10)).toContain(id);
    const again = (await resets.claim(id)) as PasswordResetMail;
    // The first was slow, not dead: what it reports is not of this attempt any more.
    await resets.sent(mail as PasswordResetMail);
    expect(await t.query(`select outcome from password_reset where id = $1`, [id])).toEqual([{ outcome: null }]);
    await resets.sent(again);
    await resets.sent(again);
    expect((await t.events()).filter(({ type }) => type === 'person.password_reset_sent')).toHaveLength(2);
    await expect(redeem((mail as PasswordResetMail).code)).rejects.toMatchObject({ code: 'PASSWORD_RESET.UNKNOWN' });
    await redeem(again.code);
  });

  it('refuses a code that is too old, and leaves it usable after a password that will not do', async () => {
    await pause();
    const mail = await mailTo('admin');
    await resets.sent(mail);
    await expect(redeem(mail.code, 'password')).rejects.toMatchObject({ code: 'PERSON.PASSWORD_TOO_COMMON' });
    await t.query(`update password_reset set expires_at = now() where token_hash is not null`);
    await expect(redeem(mail.code)).rejects.toMatchObject({ code: 'PASSWORD_RESET.EXPIRED' });
    await t.query(`update password_reset set expires_at = now() + interval '1 minute' where token_hash is not null`);
    await redeem(mail.code, 'a longer password');
  });

  it('sends one mail in five minutes to a person, however often somebody asks', async () => {
    const mail = await mailTo('officer').catch(() => null);
    const first = mail ?? ((await resets.claim((await resets.dueIds(10))[0]!)) as PasswordResetMail);
    await resets.sent(first);
    expect(await resets.claim((await want('officer'))!)).toBe('too_soon');
    await pause();
    expect(await resets.claim((await want('officer'))!)).toMatchObject({ address: 'officer@city.example' });
  });

  it.each([
    ['another password', { password: 'chosen by an admin' }],
    ['another mail address', { email: 'leader@town.example' }],
  ])('sets nothing by a code that was mailed before %s', async (_, change) => {
    await pause();
    const mail = await mailTo('leader');
    await resets.sent(mail);
    await t.run((tx) => t.accounts.edit(tx, actorOf('admin'), at, 'leader', change));
    await expect(redeem(mail.code)).rejects.toMatchObject({ code: 'PASSWORD_RESET.USED' });
  });

  it('takes one of two codes that are used at once', async () => {
    await pause();
    const one = await mailTo('office');
    await resets.sent(one);
    await pause();
    const other = await mailTo('office');
    await resets.sent(other);
    const ends = await Promise.allSettled([redeem(one.code, 'chosen by one'), redeem(other.code, 'chosen by other')]);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(ends.find((end) => end.status === 'rejected')?.reason).toMatchObject({ code: 'PASSWORD_RESET.USED' });
  });

  it('refuses an address that asks too often', async () => {
    await t.query(`update sign_in_guess set failures = 100 where subject = 'reset 10.0.0.1'`);
    await want('a');
    await expect(want('b')).rejects.toMatchObject({ kind: 'throttled', code: 'PASSWORD_RESET.TOO_MANY_TRIES' });
  });
});
