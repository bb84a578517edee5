import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actorOf, DEMO_PASSWORD, useDirectory } from '../../test/directory-fixture';
import { presetPolicy, type SignInPolicy } from './sign-in-policy';

describe('PasswordService', () => {
  const folder = mkdtempSync(join(tmpdir(), 'duban-passwords-'));
  const breached = join(folder, 'breached.txt');
  writeFileSync(breached, `${createHash('sha1').update('long, yet everybody’s').digest('hex').toUpperCase()}:23\r\n`);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const t = useDirectory(DEMO_PASSWORD, breached);
  const at = t.clock.now();
  const set = (username: string, password: string, actor = actorOf('admin')) =>
    t.run((tx) => t.accounts.setPassword(tx, actor, at, username, password));
  const policy = async (change: Partial<SignInPolicy['password']>) => {
    const preset = { ...presetPolicy(false), confirmImportedPosts: false };
    const { version } = await t.run((tx) => t.policies.current(tx));
    const next = { ...preset, password: { ...preset.password, ...change } };
    await t.run((tx) => t.policies.change(tx, actorOf('security'), at, next, version));
  };

  beforeAll(async () => {
    await t.run((tx) => t.accounts.ensureGovernmentAccounts(tx, at));
    await policy({ changeWhenSetByAdministrator: false });
  });

  it('refuses the last five, the present one among them, and takes the sixth again', async () => {
    for (let i = 1; i <= 6; i++) await set('leader', `a good password ${i}`);
    for (let i = 2; i <= 6; i++) {
      await expect(set('leader', `a good password ${i}`)).rejects.toMatchObject({
        code: 'PERSON.PASSWORD_USED_BEFORE',
        faults: [{ field: 'password' }],
      });
    }
    await set('leader', 'a good password 1');
    expect(await t.query(`select count(*)::int as n from password_history`)).toEqual([{ n: 5 }]);
  });

  it('refuses one that was made public, as the operator’s list has it', async () => {
    await expect(set('leader', 'long, yet everybody’s')).rejects.toMatchObject({
      code: 'PERSON.PASSWORD_BREACHED',
      faults: [{ field: 'password' }],
    });
  });

  it('remembers the demonstration’s, while an account has that', async () => {
    await expect(set('officer', DEMO_PASSWORD)).rejects.toMatchObject({ code: 'PERSON.PASSWORD_USED_BEFORE' });
  });

  it('has a password changed that somebody else chose, before anything else', async () => {
    await policy({ changeWhenSetByAdministrator: true });
    await set('office', 'chosen by an admin');
    const { token, needs, person } = await t.signIn('office', 'chosen by an admin');
    expect(needs).toBe('password');
    await expect(t.run((tx) => t.sessions.authenticate(tx, token, 'r'))).rejects.toMatchObject({
      kind: 'forbidden',
      code: 'SESSION.PASSWORD_CHANGE_REQUIRED',
    });
    const own = actorOf('office', { personId: person.id });
    const change = { password: 'chosen by herself' };
    await t.run((tx) => t.accounts.edit(tx, own, t.clock.now(), 'office', change, true));
    expect(await t.signIn('office', 'chosen by herself')).toMatchObject({ needs: null });
  });

  it('has one changed that is too old, where the policy says so', async () => {
    await policy({ mostAgeDays: 90 });
    await t.query(`update person set password_set_at = now() - interval '91 days' where username = 'office'`);
    expect(await t.signIn('office', 'chosen by herself')).toMatchObject({ needs: 'password' });
  });

  it('asks more of the three administrators', async () => {
    await expect(set('admin', 'elevenchars')).rejects.toMatchObject({ code: 'PERSON.PASSWORD_TOO_SHORT' });
    await set('leader', 'elevenchars');
  });

  it('leaves no password and no hash in history', async () => {
    expect(JSON.stringify(await t.events())).not.toMatch(/argon2|chosen by|good password|elevenchars/);
  });
});
