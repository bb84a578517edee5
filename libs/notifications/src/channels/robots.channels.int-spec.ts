import type { ServerResponse } from 'node:http';
import { DingtalkStandIn, FeishuStandIn, type RobotStandIn, WecomStandIn } from '../../test/robot-stand-ins';
import { Networks } from '../destinations/networks';
import { LANGUAGES } from '../templates';
import { ChannelError, type DestinationChannel, type DestinationMessage } from './channel';
import { DingtalkRobotChannel } from './dingtalk-robot.channel';
import { FeishuRobotChannel } from './feishu-robot.channel';
import { briefText } from './brief-text';
import { WecomRobotChannel } from './wecom-robot.channel';

const OPTIONS = { networks: new Networks(['127.0.0.0/8']), mostMs: 3_000 };
const item = (text: string): DestinationMessage['items'][number] => ({
  notificationId: '0b9a3a52-6c1f-4a8f-8b67-000000000001',
  kind: 'urge',
  text,
  unitCode: 'LD01',
  planId: null,
  taskId: null,
  obligationId: null,
  followUpId: null,
});
const URGE = '【催办】第12项“改造老旧小区260个”（市住建局）应于4月20日前办结，已逾期1天，请尽快办理。';

interface Vendor {
  name: string;
  standIn: () => RobotStandIn & { secret?: string };
  channel: (language?: 'zh' | 'en') => DestinationChannel;
  mostBytes: number;
  /** What it answers, and what follows. */
  codes: [body: object, follows: Partial<Record<keyof ChannelError, unknown>>][];
  shown: RegExp;
}
const VENDORS: Vendor[] = [
  {
    name: 'WeCom (企业微信)',
    standIn: () => new WecomStandIn(),
    channel: (language = 'zh') => new WecomRobotChannel(OPTIONS, LANGUAGES[language]),
    mostBytes: 2_048,
    codes: [
      [
        { errcode: 45009, errmsg: 'api freq out of limit' },
        { retryable: true, isLineDown: true, retryAfterMs: 60_000 },
      ],
      [
        { errcode: -1, errmsg: 'system busy' },
        { retryable: true, isLineDown: true, retryAfterMs: 60_000 },
      ],
      [
        { errcode: 93000, errmsg: 'invalid webhook url' },
        { retryable: false, isGone: true },
      ],
      [
        { errcode: 40058, errmsg: 'invalid parameter' },
        { retryable: false, isGone: false, isLineDown: false },
      ],
      [
        { errcode: 60020, errmsg: 'not allow to access from your ip' },
        { retryable: true, isLineDown: true },
      ],
    ],
    shown: /\/cgi-bin\/webhook\/send\?…$/,
  },
  {
    name: 'DingTalk (钉钉)',
    standIn: () => new DingtalkStandIn(),
    channel: (language = 'zh') => new DingtalkRobotChannel(OPTIONS, LANGUAGES[language]),
    mostBytes: 16_000,
    codes: [
      [
        { errcode: 130101, errmsg: 'send too fast' },
        { retryable: true, isLineDown: true, retryAfterMs: 600_000 },
      ],
      [
        { errcode: -1, errmsg: 'busy' },
        { retryable: true, isLineDown: true, retryAfterMs: 60_000 },
      ],
      [
        { errcode: 300001, errmsg: 'token is not exist' },
        { retryable: false, isGone: true },
      ],
      [
        { errcode: 430104, errmsg: 'content is not allowed' },
        { retryable: false, isGone: false, isLineDown: false },
      ],
      [
        { errcode: 310000, errmsg: 'keywords not in content' },
        { retryable: true, isLineDown: true },
      ],
    ],
    shown: /\/robot\/send\?…$/,
  },
  {
    name: 'Feishu (飞书)',
    standIn: () => new FeishuStandIn(),
    channel: (language = 'zh') => new FeishuRobotChannel(OPTIONS, LANGUAGES[language]),
    mostBytes: 16_000,
    codes: [
      [
        { code: 11232, msg: 'frequency limited' },
        { retryable: true, isLineDown: true, retryAfterMs: 60_000 },
      ],
      [
        { code: 19001, msg: 'param invalid' },
        { retryable: false, isGone: true },
      ],
      [
        { code: 9499, msg: 'Bad Request' },
        { retryable: false, isGone: false, isLineDown: false },
      ],
      [
        { code: 19021, msg: 'sign match fail' },
        { retryable: true, isLineDown: true },
      ],
    ],
    shown: /\/open-apis\/bot\/v2\/hook\/…$/,
  },
];

describe.each(VENDORS)('A robot of a group by $name', ({ standIn, channel, mostBytes, codes, shown }) => {
  let robot: ReturnType<typeof standIn>;
  beforeEach(async () => {
    robot = await standIn().start();
  });
  afterEach(() => robot.stop());

  const message = (given: Partial<DestinationMessage> = {}): DestinationMessage => ({
    id: '0b9a3a52-6c1f-4a8f-8b67-000000000001',
    address: robot.address(),
    subject: '督办：催办1件',
    items: [item(URGE)],
    composedAt: new Date('2026-04-21T01:00:00Z'),
    secrets: robot.secret === undefined ? [] : [robot.secret],
    ...given,
  });
  const failureOf = (sending: Promise<unknown>): Promise<unknown> =>
    sending.then(
      () => null,
      (error: unknown) => error,
    );

  it('says a digest in the group, line by line', async () => {
    const said = await channel().send(message({ items: [item(URGE), item('【提醒】第7项请于4月27日前签收。')] }));
    expect(said).toMatchObject({ state: 'delivered', answer: { status: 200 } });
    expect(robot.said).toEqual([`督办：催办1件\n1. ${URGE}\n2. 【提醒】第7项请于4月27日前签收。`]);
  });

  it('leaves what people wrote as it is: no link, no call by name', async () => {
    const text = '【退回】<at user_id="all">所有人</at> @all [点此](https://x.example) **急**';
    await channel().send(message({ items: [item(text)] }));
    expect(robot.said).toEqual([`督办：催办1件\n1. ${text}`]);
    expect(robot.server.came[0]!.body).not.toMatch(/"(isAtAll|mentioned_list|atMobiles|tag":"at)"/);
  });

  it('says of a digest that is too long as much as there is room for, and how much more there is', async () => {
    const items = Array.from({ length: 400 }, (_, i) => item(`第${i + 1}项${URGE}`));
    await channel().send(message({ items }));
    const [said] = robot.said as [string];
    expect(Buffer.byteLength(said)).toBeLessThanOrEqual(mostBytes);
    const lines = said.split('\n');
    expect(lines.at(-1)).toBe(`……另有${400 - (lines.length - 2)}件，请进入督办系统查看。`);
    expect(lines.slice(1, -1)).toEqual(items.slice(0, lines.length - 2).map(({ text }, i) => `${i + 1}. ${text}`));
    robot.said.length = 0;
    await channel('en').send(message({ items }));
    expect(robot.said[0]).toMatch(/… and \d+ more; please see them in duban\.$/);
  });

  it('is told of what the vendor’s own words mean, though each comes with 200 (nightingale 1437)', async () => {
    for (const [body, follows] of codes) {
      robot.server.onRequest = (response: ServerResponse) => response.writeHead(200).end(JSON.stringify(body));
      const error = await failureOf(channel().send(message()));
      expect({ body, error }).toMatchObject({
        body,
        error: { ...follows, answer: { status: 200, words: JSON.stringify(body) } },
      });
    }
  });

  it('takes no answer of somebody else for its own', async () => {
    for (const [status, body] of [
      [200, '<html>ok</html>'],
      [200, '{"ok":true}'],
      [200, 'null'],
      [502, '{"errcode":0,"code":0}'],
      [302, ''],
    ] as const) {
      robot.server.onRequest = (response: ServerResponse) => response.writeHead(status).end(body);
      const error = await failureOf(channel().send(message()));
      expect(error).toMatchObject({ retryable: true, isLineDown: true, isGone: false, answer: { status } });
    }
  });

  it('is gone when its address is not known any more, and to be waited for when it has had too many (nightingale 369)', async () => {
    const address = robot.address().replace(/.$/, (last) => (last === '2' ? '3' : '2'));
    expect(await failureOf(channel().send(message({ address })))).toMatchObject({ isGone: true, retryable: false });
    robot.perMinute = 1;
    await channel().send(message());
    const error = (await failureOf(channel().send(message()))) as ChannelError;
    expect(error).toMatchObject({ retryable: true, isLineDown: true });
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(60_000);
    expect(robot.said).toHaveLength(1);
  });

  it('shows no key in the address', () => {
    expect(channel().shownAddress(new URL(robot.address()))).toMatch(shown);
  });
});

describe.each(VENDORS.filter(({ name }) => !name.startsWith('WeCom')))(
  'A robot that signs, by $name',
  ({ standIn, channel }) => {
    it('is refused with another key, or by a clock that is an hour off, and waits to be mended', async () => {
      const robot = await standIn().start();
      try {
        const given = {
          id: '0b9a3a52-6c1f-4a8f-8b67-000000000001',
          address: robot.address(),
          subject: '督办',
          items: [item(URGE)],
          composedAt: new Date(),
        };
        const refused = { retryable: true, isLineDown: true, isGone: false };
        for (const secrets of [['another'], []]) {
          await expect(channel().send({ ...given, secrets })).rejects.toMatchObject(refused);
        }
        robot.now = () => Date.now() + 2 * 3_600_000;
        await expect(channel().send({ ...given, secrets: [robot.secret!] })).rejects.toMatchObject(refused);
        expect(robot.said).toEqual([]);
      } finally {
        await robot.stop();
      }
    });
  },
);

describe('briefText', () => {
  it('cuts no character in two, and says the beginning of a first line that is too long', () => {
    const text = briefText({ subject: '督办：催办1件', items: [item('长'.repeat(900))] }, 2_048, LANGUAGES.zh);
    expect(text).toMatch(/^督办：催办1件\n1\. 长{600,}…$/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_048);
    expect(briefText({ subject: '督'.repeat(900), items: [item('x')] }, 2_048, LANGUAGES.zh)).toMatch(/^督+…\n1\. x$/);
  });
});
