import { SecretBox } from '@duban/directory';
import { until, useTestDatabase } from '@duban/testing';
import { Logger } from '@nestjs/common';
import {
  type AppStandIn,
  DingtalkAppStandIn,
  FeishuAppStandIn,
  type Shown,
  WecomAppStandIn,
} from '../../test/app-stand-ins';
import { MORNING, minutes, World } from '../../test/world';
import { ReceiptAsker } from '../receipts/receipt.asker';
import { zh } from '../templates/zh';
import { AccessTokens } from './access-tokens';
import type { Channel, ChannelError, Message } from './channel';
import { ChannelSet } from './channel-set';
import { DingtalkChannel } from './dingtalk.channel';
import { FeishuChannel } from './feishu.channel';
import { WecomChannel } from './wecom.channel';

const URGE = '【催办】第12项“改造老旧小区260个”（市住建局）应于4月20日前办结，已逾期1天，请尽快办理。';

interface Vendor {
  name: string;
  account: string;
  standIn: () => AppStandIn;
  channel: (app: URL, tokens: AccessTokens) => Channel;
  state: 'sent' | 'delivered';
  mostBytes: number;
  /** What it answers, by status and body, and what follows. */
  codes: [status: number, body: object, follows: Partial<Record<keyof ChannelError, unknown>>][];
}

const MENDED = { retryable: true, isLineDown: true };
const WAITED = { ...MENDED, retryAfterMs: 60_000 };
const NOT_TAKEN = { retryable: false, isLineDown: false, refusal: null };
const VENDORS: Vendor[] = [
  {
    name: 'WeCom (企业微信)',
    account: 'LiMin',
    standIn: () => new WecomAppStandIn(),
    channel: (app, tokens) => new WecomChannel(app, tokens, zh, 3_000),
    state: 'delivered',
    mostBytes: 2_048,
    codes: [
      [200, { errcode: 45009, errmsg: 'api freq out of limit' }, WAITED],
      [200, { errcode: -1, errmsg: 'system busy' }, WAITED],
      [200, { errcode: 60020, errmsg: 'not allow to access from your ip' }, MENDED],
      [200, { errcode: 45002, errmsg: 'content size out of limit' }, NOT_TAKEN],
      [
        200,
        { errcode: 0, errmsg: 'ok', invaliduser: 'limin' },
        { retryable: false, refusal: expect.objectContaining({ status: '5.1.1' }) },
      ],
      [
        200,
        { errcode: 0, errmsg: 'ok', unlicenseduser: 'limin' },
        { retryable: false, refusal: expect.objectContaining({ status: '5.2.1' }) },
      ],
    ],
  },
  {
    name: 'DingTalk (钉钉)',
    account: '01376814877479',
    standIn: () => new DingtalkAppStandIn(),
    channel: (app, tokens) => new DingtalkChannel(app, tokens, zh, 3_000),
    state: 'sent',
    mostBytes: 1_900,
    codes: [
      [200, { errcode: 143103, errmsg: '企业单应用消息发送人次QPM超限' }, WAITED],
      // What one account may have of an app in a day, and of the same words.
      [200, { errcode: 143105, errmsg: '单应用给单人每日推送量超限' }, NOT_TAKEN],
      [200, { errcode: 143106, errmsg: '单应用给单人推送重复消息超限' }, NOT_TAKEN],
      [200, { errcode: 1430002, errmsg: '包含违禁内容' }, NOT_TAKEN],
      [200, { errcode: 400002, errmsg: '无效的参数' }, MENDED],
    ],
  },
  {
    name: 'Feishu (飞书)',
    account: 'ou_9b851f7b51a9d58d109982337c46f3de',
    standIn: () => new FeishuAppStandIn(),
    channel: (app, tokens) => new FeishuChannel(app, tokens, zh, 3_000),
    state: 'delivered',
    mostBytes: 16_000,
    codes: [
      [429, { code: 99991400, msg: 'request trigger frequency limit' }, WAITED],
      [400, { code: 230020, msg: 'The operation triggers the frequency limit' }, WAITED],
      [400, { code: 230006, msg: 'Bot ability is not activated.' }, MENDED],
      [400, { code: 230025, msg: 'The length of the message content reaches its limit' }, NOT_TAKEN],
      [
        400,
        { code: 230053, msg: 'The user has stopped the bot from sending messages' },
        { retryable: false, refusal: expect.objectContaining({ status: '5.2.1' }) },
      ],
    ],
  },
];

describe('Messages of apps to persons', () => {
  const database = useTestDatabase();
  let world: World;
  let tokens: AccessTokens;

  beforeEach(async () => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
    await database.source.query(`delete from access_token`);
    world = new World(database);
    tokens = tokensOfWorker();
  });
  afterEach(() => jest.restoreAllMocks());

  const tokensOfWorker = (secret = 'a secret of thirty-two characters'): AccessTokens =>
    new AccessTokens(database.transactor, new SecretBox({ DUBAN_SECRET: secret }));
  const failureOf = (sending: Promise<unknown>): Promise<unknown> =>
    sending.then(
      () => null,
      (error: unknown) => error,
    );

  describe.each(VENDORS)('by $name', ({ standIn, channel: channelOf, account, state, mostBytes, codes }) => {
    let vendor: AppStandIn;
    let channel: Channel;
    beforeEach(async () => {
      vendor = await standIn().start();
      vendor.accounts.add(account);
      channel = channelOf(new URL(vendor.address()), tokens);
    });
    afterEach(() => vendor.stop());

    const message = (given: Partial<Message> = {}): Message => ({
      id: '0b9a3a52-6c1f-4a8f-8b67-000000000001',
      address: account,
      name: '李敏',
      subject: '督办：催办1件',
      text: '',
      html: '',
      items: [{ text: URGE }],
      ...given,
    });

    it('come to the account, with one token for all of them and all workers, sealed', async () => {
      const others = channelOf(new URL(vendor.address()), tokensOfWorker());
      const sent = await Promise.all([channel, others, channel, others].map((one) => one.send!(message())));
      expect(sent.map((one) => one.state)).toEqual([state, state, state, state]);
      expect(vendor.tokensGiven).toBe(1);
      expect(vendor.shown[0]).toEqual({ account, text: `督办：催办1件\n1. ${URGE}` });
      const [{ sealed }] = (await world.query(`select sealed_token as sealed from access_token`)) as [
        { sealed: Buffer },
      ];
      expect(sealed.toString('latin1')).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    });

    it('go on with another token when the vendor knows the old one no more, or ours opens it no more', async () => {
      await channel.send!(message());
      vendor.forgetToken();
      await Promise.all([channel.send!(message()), channel.send!(message())]);
      expect(vendor.tokensGiven).toBe(2);
      await world.query(`update access_token set ends_at = now() + interval '1 minute'`);
      await channel.send!(message());
      expect(vendor.tokensGiven).toBe(3);
      await channelOf(new URL(vendor.address()), tokensOfWorker('another secret of thirty-two characters')).send!(
        message(),
      );
      expect(vendor.tokensGiven).toBe(4);
    });

    it('wait to be mended where the secret is none, and leave the way open to the next who asks', async () => {
      const wrong = new URL(vendor.address());
      wrong.password = 'another';
      expect(await failureOf(channelOf(wrong, tokens).send!(message()))).toMatchObject(MENDED);
      expect(await failureOf(channelOf(wrong, tokens).send!(message()))).toMatchObject(MENDED);
      expect(await channel.send!(message())).toMatchObject({ state });
    });

    it('blame the account, and nothing else, where the vendor knows none of that name', async () => {
      expect(await failureOf(channel.send!(message({ address: account.replace(/.{4}$/, '0000') })))).toMatchObject({
        retryable: false,
        isLineDown: false,
        refusal: { status: '5.1.1' },
      });
      vendor.most = 0;
      expect(await failureOf(channel.send!(message()))).toMatchObject(WAITED);
    });

    it('follow what the vendor’s own words mean, its quotas among them, whatever the status (nightingale 1437, wechatbot 80)', async () => {
      await channel.send!(message());
      for (const [status, body, follows] of codes) {
        vendor.server.onRequest = (response) => response.writeHead(status).end(JSON.stringify(body));
        const error = await failureOf(channel.send!(message()));
        expect({ body, error }).toMatchObject({ body, error: { ...follows, answer: { status } } });
      }
      vendor.server.onRequest = (response) => response.writeHead(502).end('<html>');
      expect(await failureOf(channel.send!(message()))).toMatchObject(MENDED);
    });

    it('say as much of a long digest as there is room for', async () => {
      const items = Array.from({ length: 400 }, (_, i) => ({ text: `第${i + 1}项${URGE}` }));
      await channel.send!(message({ items }));
      const [{ text }] = vendor.shown as [Shown];
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(mostBytes);
      expect(text).toMatch(/\n……另有\d+件，请进入督办系统查看。$/);
    });
  });

  it('goes once to who repeats it within the hour, by the id of the delivery (Feishu)', async () => {
    const vendor = await new FeishuAppStandIn().start();
    try {
      vendor.accounts.add('ou_1');
      const channel = new FeishuChannel(new URL(vendor.address()), tokens, zh);
      const message = { id: 'd1', address: 'ou_1', name: '', subject: '督办', text: '', html: '', items: [] };
      await channel.send(message);
      await channel.send(message);
      expect(vendor.shown).toHaveLength(1);
    } finally {
      await vendor.stop();
    }
  });

  describe('what became of work notices (钉钉工作通知), which is asked', () => {
    let vendor: DingtalkAppStandIn;
    let channel: DingtalkChannel;
    let asker: ReceiptAsker;

    beforeEach(async () => {
      await database.source.query(`update notification set composed_at = now() where composed_at is null`);
      vendor = await new DingtalkAppStandIn().start();
      channel = new DingtalkChannel(new URL(vendor.address()), tokens, zh, 3_000);
      asker = new ReceiptAsker(
        database.transactor,
        new ChannelSet(new Map([['dingtalk', channel]])),
        world.receipts(),
        world.clock,
      );
      await world.begin();
    });
    afterEach(() => vendor.stop());

    const sent = async (account: string): Promise<string> => {
      const { unitId, contact } = await world.unit();
      await world.person([contact], { email: null, accounts: JSON.stringify({ dingtalk: account }) });
      vendor.accounts.add(account);
      await world.followUp(await world.obligation(unitId), contact);
      const { deliveryIds } = await world.compose(world.digests(channel));
      expect(await world.deliveries(channel).send(deliveryIds[0]!)).toBe('sent');
      return deliveryIds[0]!;
    };
    const later = (): Promise<unknown> =>
      world.query(`update delivery set ask_at = now() where ask_at is not null`).then(() => asker.askDue());

    it('is delivered, then read, and is asked about no more', async () => {
      const id = await sent('manager01');
      expect(await asker.askDue()).toBe(0);
      await later();
      expect(await world.delivery(id)).toMatchObject({ state: 'delivered', asked: 1, remote_id: '256000001' });
      vendor.results.set(256_000_001, { read_user_id_list: ['manager01'] });
      world.clock.moveTo(minutes(MORNING, 90));
      await later();
      expect(await world.delivery(id)).toMatchObject({ state: 'read', ask_at: null, read_at: minutes(MORNING, 90) });
      const events = await world.query(`select type from history_event where entity_id = $1 order by seq`, [id]);
      expect(events.map(({ type }) => type)).toEqual([
        'delivery.queued',
        'delivery.sent',
        'delivery.delivered',
        'delivery.read',
      ]);
    });

    it('came back where it did not arrive, with the words of it; an account that is none gets nothing any more', async () => {
      const dead = await sent('gone01');
      const limited = await sent('busy01');
      vendor.results.set(256_000_001, { invalid_user_id_list: ['gone01'] });
      vendor.results.set(256_000_002, {
        forbidden_user_id_list: ['busy01'],
        forbidden_list: [{ code: '143105', count: 500, userid: 'busy01' }],
      });
      await later();
      expect(await world.delivery(dead)).toMatchObject({
        state: 'bounced',
        last_error: expect.stringMatching(/^5\.1\.1/),
      });
      expect(await world.delivery(limited)).toMatchObject({
        state: 'bounced',
        last_error: expect.stringMatching(/^5\.7\.1 .*143105/),
      });
      const suppressed = await world.query(`select channel, address from suppressed_address where lifted_at is null`);
      expect(suppressed).toEqual([{ channel: 'dingtalk', address: 'gone01' }]);
      // Nobody has the account any more: if somebody gets it again, it is tried again.
      await world.query(`update person set accounts = '{}'`);
      await database.transactor.run((tx) => world.addresses().liftAbandoned(tx, world.clock.now()));
      expect(await world.query(`select from suppressed_address where lifted_at is null`)).toEqual([]);
    });

    it('is asked again later where the vendor hangs, and holds up nothing', async () => {
      const id = await sent('manager02');
      vendor.server.onRequest = (response) => response.writeHead(503).end();
      await world.query(`update delivery set ask_at = now() where ask_at is not null`);
      asker.wake();
      await until(async () => (await world.delivery(id))['asked'] === 1);
      await asker.onModuleDestroy();
      expect(await world.delivery(id)).toMatchObject({ state: 'sent', ask_at: expect.any(Date) });
    });
  });
});
