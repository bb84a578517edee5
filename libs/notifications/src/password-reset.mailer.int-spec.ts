import { PasswordResetService } from '@duban/directory';
import { Logger } from '@nestjs/common';
import { useDirectory } from '../../directory/test/directory-fixture';
import { MailServer, refusal } from '../test/mail-server';
import { NO_TOKENS } from '../test/no-tokens';
import { createChannels } from './channels';
import { PasswordResetMailer } from './password-reset.mailer';
import { LANGUAGES } from './templates';

const URL_OF_DUBAN = 'https://duban.city.example';

describe('PasswordResetMailer', () => {
  const t = useDirectory();
  const server = new MailServer();
  const warnings: string[] = [];
  let resets: PasswordResetService;
  let close = (): void => undefined;

  const mailer = (language: keyof typeof LANGUAGES = 'zh') => {
    const channels = createChannels({ SMTP_URL: server.url, SMTP_FROM: 'duban <duban@city.example>' }, NO_TOKENS);
    const before = close;
    close = () => {
      before();
      channels.onApplicationShutdown();
    };
    return new PasswordResetMailer(resets, channels, LANGUAGES[language], { DUBAN_URL: URL_OF_DUBAN });
  };
  const want = async (username = 'office'): Promise<string> => {
    await t.query(`delete from password_reset`);
    return (await t.run((tx) => resets.want(tx, username, '10.0.0.1', 'request-3')))!;
  };
  const codeIn = (text: string): string => /[\w-]{43}/.exec(text)![0];
  const redeem = (code: string, password: string) =>
    t.run((tx) => resets.redeem(tx, t.clock.now(), code, password, 'request-4'));

  beforeAll(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void warnings.push(String(line)));
    resets = t.resets();
    await server.start();
    await t.run((tx) => t.accounts.ensureGovernmentAccounts(tx, t.clock.now()));
    await t.query(`update person set email = 'office@city.example' where username = 'office'`);
  });
  beforeEach(() => {
    server.mails.length = 0;
    server.onRecipient = () => null;
    server.onMessage = () => Promise.resolve();
  });
  afterAll(async () => {
    close();
    await server.stop();
    jest.restoreAllMocks();
  });

  it.each([
    ['zh', '督办：重置密码', '30分钟内有效'],
    ['en', 'duban: reset your password', 'within 30 minutes'],
  ] as const)('sends a code that works, in %s', async (language, subject, words) => {
    expect(await mailer(language).send(await want())).toBe('sent');
    const [mail] = server.mails;
    expect(mail).toMatchObject({ subject, to: { value: [{ address: 'office@city.example', name: '督查室主任' }] } });
    expect(mail!.text).toContain(words);
    expect(mail!.text).toContain(URL_OF_DUBAN);
    expect(codeIn(String(mail!.html))).toBe(codeIn(mail!.text!));
    await redeem(codeIn(mail!.text!), `a password in ${language}`);
    expect(await t.signIn('office', `a password in ${language}`)).toBeDefined();
  });

  it('sends once, by how many jobs however', async () => {
    const [id, one] = [await want(), mailer()];
    const outcomes = await Promise.all([one.send(id), one.send(id), mailer().send(id)]);
    expect(outcomes.toSorted()).toEqual(['not_due', 'not_due', 'sent']);
    expect(await one.send(id)).toBe('not_due');
    expect(server.mails).toHaveLength(1);
  });

  it('is found by the sweep where its job was lost, and tried again where the server asks to come later', async () => {
    const id = await want();
    server.onRecipient = () => refusal(452, 'later');
    await mailer().sendDue();
    expect(server.mails).toEqual([]);
    expect(await mailer().send(id)).toBe('not_due');
    server.onRecipient = () => null;
    await t.query(`update password_reset set next_attempt_at = now()`);
    await mailer().sendDue();
    expect(server.mails).toHaveLength(1);
  });

  it('dies in the middle: another worker sends another code, and only that counts', async () => {
    const id = await want();
    // The mail is out, and nobody is left to say so.
    const dying = jest.spyOn(resets, 'sent').mockRejectedValueOnce(new Error('killed'));
    await expect(mailer().send(id)).rejects.toThrow('killed');
    dying.mockRestore();
    await t.query(`update password_reset set next_attempt_at = now()`);
    await mailer().sendDue();
    const [first, second] = server.mails.map((mail) => codeIn(mail.text!));
    await expect(redeem(first!, 'a password too late')).rejects.toMatchObject({ code: 'PASSWORD_RESET.UNKNOWN' });
    await redeem(second!, 'a password in time');
  });

  it('gives up where the address is refused, and where there is no mail, and says so without the code', async () => {
    server.onRecipient = () => refusal(550, 'nobody here');
    expect(await mailer().send(await want())).toBe('failed');
    const none = new PasswordResetMailer(
      resets,
      createChannels({ SMTP_URL: undefined, SMTP_FROM: 'duban <duban@city.example>' }, NO_TOKENS),
      LANGUAGES.zh,
      { DUBAN_URL: undefined },
    );
    expect(await none.send(await want())).toBe('failed');
    expect(await none.send(await want('nobody'))).toBe('nobody');
    expect(warnings.length).toBeGreaterThan(1);
    expect(warnings.join('\n')).not.toMatch(/[\w-]{43}/);
  });
});
