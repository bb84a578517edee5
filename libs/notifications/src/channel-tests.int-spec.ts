import { SecretBox } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import type { JobProducer } from '@duban/queue';
import { freePort } from '@duban/testing';
import { Logger } from '@nestjs/common';
import { useDirectory } from '../../directory/test/directory-fixture';
import { HookServer } from '../test/hook-server';
import { MailServer, refusal } from '../test/mail-server';
import { NO_TOKENS } from '../test/no-tokens';
import { type ChannelTest, ChannelTests } from './channel-tests';
import { createChannels } from './channels';
import { DestinationService } from './destinations/destination.service';
import { LANGUAGES } from './templates';

describe('Test messages (试发)', () => {
  const t = useDirectory();
  const mails = new MailServer();
  const hints: string[] = [];
  const opened: { onApplicationShutdown(): void }[] = [];
  let hooks: HookServer;
  let admin: Actor;

  const testsOf = (smtpUrl: string | undefined, smtpPerMinute?: number) => {
    const config = {
      SMTP_URL: smtpUrl,
      SMTP_FROM: 'duban <duban@city.example>',
      SMTP_PER_MINUTE: smtpPerMinute,
      DUBAN_SECRET: 's'.repeat(32),
      DUBAN_DESTINATION_NETWORKS: ['127.0.0.0/8'],
    };
    const channels = createChannels(config, NO_TOKENS);
    opened.push(channels);
    const history = new HistoryService();
    const destinations = new DestinationService(channels, new SecretBox(config), history, config);
    const jobs = {
      add: (_queue: string, _job: string, { testId }: { testId: string }) => Promise.resolve(hints.push(testId) > 0),
    } as unknown as JobProducer;
    const tests = new ChannelTests(t.database.transactor, channels, destinations, history, jobs, t.clock, LANGUAGES.zh);
    return { tests, destinations };
  };
  const ask = (tests: ChannelTests, kind = 'smtp'): Promise<ChannelTest> =>
    t.run((tx) => tests.ask(tx, admin, t.clock.now(), kind));
  const read = (tests: ChannelTests, id: string): Promise<ChannelTest> => t.run((tx) => tests.get(tx, admin, id));
  const aDestination = async (destinations: DestinationService): Promise<{ id: string; secret: string | null }> => {
    const { destination, secret } = await t.run((tx) =>
      destinations.create(tx, admin, t.clock.now(), {
        channel: 'webhook',
        name: '市政务平台',
        address: hooks.url(),
        kinds: ['urge'],
      }),
    );
    return { id: destination.id, secret };
  };

  beforeAll(async () => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
    await mails.start();
    hooks = await new HookServer().start();
    await t.run((tx) => t.accounts.ensureGovernmentAccounts(tx, t.clock.now()));
    await t.query(`update person set email = 'admin@city.example' where username = 'admin'`);
    const [{ id }] = await t.query(`select id from person where username = 'admin'`);
    admin = { personId: id, name: '系统管理员', post: 'admin', postId: null, unitId: null, requestId: 'spec' };
  });
  beforeEach(async () => {
    await t.query(`delete from channel_test`);
    mails.mails.length = 0;
    hooks.came.length = 0;
    hints.length = 0;
    mails.onRecipient = () => null;
    hooks.onRequest = (response) => response.writeHead(204).end();
  });
  afterAll(async () => {
    for (const one of opened) one.onApplicationShutdown();
    await mails.stop();
    await hooks.stop();
    jest.restoreAllMocks();
  });

  it('go to whoever asks, with what the server answered, and history has both', async () => {
    const { tests } = testsOf(mails.url);
    expect(await t.run((tx) => tests.own(tx, admin))).toEqual([{ channel: 'smtp', address: 'admin@city.example' }]);
    const asked = await ask(tests);
    expect(asked).toMatchObject({ channel: 'smtp', destinationId: null, finishedAt: null, outcome: null });
    expect(await tests.send(asked.id)).toBe('accepted');
    expect(mails.mails[0]).toMatchObject({
      subject: '督办：测试消息',
      to: { value: [{ address: 'admin@city.example' }] },
      text: expect.stringContaining('通过“邮件”发出的测试消息'),
    });
    expect(await read(tests, asked.id)).toMatchObject({
      outcome: 'accepted',
      status: 250,
      answer: expect.stringMatching(/^250 /),
      error: null,
      finishedAt: expect.any(Date),
      tookMs: expect.any(Number),
    });
    // Twice, for a job that comes twice.
    expect(await tests.send(asked.id)).toBeNull();
    expect(mails.mails).toHaveLength(1);
    const events = (await t.events()).filter(({ entityId }) => entityId === asked.id);
    expect(events.map(({ type, after }) => [type, after['outcome']])).toEqual([
      ['channel_test.asked', undefined],
      ['channel_test.finished', 'accepted'],
    ]);
    expect(JSON.stringify(events)).not.toContain('admin@city.example');
  });

  it('say with which code the server refused', async () => {
    mails.onRecipient = () => refusal(550, '5.1.1 no such user here');
    const { tests } = testsOf(mails.url);
    const { id } = await ask(tests);
    expect(await tests.send(id)).toBe('refused');
    expect(await read(tests, id)).toMatchObject({
      outcome: 'refused',
      status: 550,
      answer: expect.stringContaining('no such user here'),
    });
  });

  it('say that nobody answered, and count no failure of the line', async () => {
    const { tests } = testsOf(`smtp://127.0.0.1:${await freePort()}`);
    const { id } = await ask(tests);
    expect(await tests.send(id)).toBe('unreachable');
    expect(await read(tests, id)).toMatchObject({ outcome: 'unreachable', status: null, error: expect.any(String) });
    expect(await t.query(`select from delivery_line where failures > 0`)).toEqual([]);
  });

  it('go over a line that is paused, and let what waits go when they are accepted', async () => {
    const { tests } = testsOf(mails.url);
    const line = `smtp ${new URL(mails.url).host}`;
    await t.query(
      `insert into delivery_line (name, failures, paused_until) values ($1, 4, now() + interval '1 hour')
       on conflict (name) do update set failures = 4, paused_until = excluded.paused_until`,
      [line],
    );
    expect(await tests.send((await ask(tests)).id)).toBe('accepted');
    expect(await t.query(`select failures, paused_until as paused from delivery_line where name = $1`, [line])).toEqual(
      [{ failures: 0, paused: null }],
    );
  });

  it('wait for a turn over a line that takes no more just now', async () => {
    await t.query(`delete from delivery_line`);
    const { tests } = testsOf(mails.url, 2);
    expect(await tests.send((await ask(tests)).id)).toBe('accepted');
    const { id } = await ask(tests);
    expect(await tests.send(id)).toBe('awaits_turn');
    expect(hints).toEqual([id]);
    expect(await tests.send(id)).toBeNull();
    await t.query(`update channel_test set due_at = now() where id = $1`, [id]);
    await t.query(`update delivery_line set free_at = now() - interval '1 minute'`);
    await tests.sendDue();
    expect(await read(tests, id)).toMatchObject({ outcome: 'accepted' });
    await t.query(`delete from delivery_line`);
  });

  it('go to a destination as an event with nothing in it, signed, with what it answered', async () => {
    const { tests, destinations } = testsOf(undefined);
    const { id: destinationId } = await aDestination(destinations);
    const askOf = () => t.run((tx) => tests.askOfDestination(tx, admin, t.clock.now(), destinationId));
    const { id } = await askOf();
    expect(await tests.send(id)).toBe('accepted');
    const [{ body, headers }] = hooks.came as [(typeof hooks.came)[number]];
    expect(JSON.parse(body)).toMatchObject({ id, data: { items: [], subject: expect.stringContaining('测试消息') } });
    expect(headers['webhook-signature']).toMatch(/^v1,/);
    expect(await read(tests, id)).toMatchObject({ destinationId, outcome: 'accepted', status: 204 });

    hooks.onRequest = (response) => response.writeHead(403).end('not from here');
    const refused = await askOf();
    expect(await tests.send(refused.id)).toBe('refused');
    expect(await read(tests, refused.id)).toMatchObject({ status: 403, answer: 'not from here' });

    await t.run((tx) => destinations.end(tx, admin, t.clock.now(), destinationId, '下线'));
    await expect(askOf()).rejects.toMatchObject({ code: 'DESTINATION.ENDED' });
  });

  it('are refused where there is no channel, no address, or they were many', async () => {
    const { tests } = testsOf(mails.url);
    await expect(ask(tests, 'sms')).rejects.toMatchObject({ code: 'CHANNEL_TEST.UNKNOWN_CHANNEL' });
    // The inbox sends nothing.
    await expect(ask(tests, 'inbox')).rejects.toMatchObject({ code: 'CHANNEL_TEST.UNKNOWN_CHANNEL' });
    for (let i = 0; i < 5; i++) await ask(tests);
    await expect(ask(tests)).rejects.toMatchObject({ code: 'CHANNEL_TEST.TOO_OFTEN' });
    await t.query(`update person set email = null where username = 'admin'`);
    await expect(ask(tests)).rejects.toMatchObject({ code: 'CHANNEL_TEST.NO_ADDRESS' });
    await t.query(`update person set email = 'admin@city.example' where username = 'admin'`);
  });

  it('are not sent when whoever asked has gone, and are found when their job was lost', async () => {
    const { tests } = testsOf(mails.url);
    const [old, lost] = [await ask(tests), await ask(tests)];
    await t.query(`update channel_test set asked_at = now() - interval '11 minutes' where id = $1`, [old.id]);
    await tests.sendDue();
    expect(await read(tests, old.id)).toMatchObject({ outcome: 'expired' });
    expect(await read(tests, lost.id)).toMatchObject({ outcome: 'accepted' });
    expect(mails.mails).toHaveLength(1);
  });
});
