import { until, useTestDatabase } from '@duban/testing';
import { Logger } from '@nestjs/common';
import { SmsGateway } from '../../test/sms-gateway';
import { MORNING, minutes, type Row, World } from '../../test/world';
import type { RemoteReceipt } from '../receipts/receipt.recorder';
import { LANGUAGES } from '../templates';
import { zh } from '../templates/zh';
import type { Message } from './channel';
import { bareMobile, MOST_CHARACTERS, partsOf, shortText, SmsChannel, smsReceipt } from './sms.channel';

const MOBILE = '13800138000';
const URGE = '【催办】第12项“改造老旧小区260个”（市住建局）应于4月20日前办结，已逾期1天，请尽快办理。';

describe('Short messages (短信) by a gateway', () => {
  const database = useTestDatabase();
  let gateway: SmsGateway;
  let sms: SmsChannel;
  let world: World;

  beforeEach(async () => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
    await database.source.query(`update notification set composed_at = now() where composed_at is null`);
    await database.source.query(
      `update suppressed_address set lifted_at = now(), lift_reason = 'spec' where lifted_at is null`,
    );
    gateway = await new SmsGateway().start();
    sms = new SmsChannel(new URL(gateway.address()), zh, null, 3_000);
    world = await new World(database).begin();
    await world.person([]);
    // At once, and not only where the inbox is not read.
    await world.rules({ escalation: { workingDays: 2, channels: ['wecom'] } });
  });
  afterEach(async () => {
    await gateway.stop();
    jest.restoreAllMocks();
  });

  const queued = async (mobile = MOBILE): Promise<string> => {
    const { unitId, contact } = await world.unit();
    await world.person([contact], { email: null, mobile });
    await world.followUp(await world.obligation(unitId), contact);
    const { deliveryIds } = await world.compose(world.digests(sms));
    return deliveryIds[0]!;
  };
  const send = (id: string): Promise<string> => world.deliveries(sms).send(id);
  const reported = (remoteId: unknown, reportStatus: string, given: Partial<RemoteReceipt> = {}): Promise<number> => {
    const receipt = smsReceipt({ reportStatus, errorCode: reportStatus });
    const one = { remoteId: String(remoteId), address: MOBILE, said: reportStatus, receipt, ...given };
    return database.transactor.run((tx) => world.receipts().take(tx, 'sms', [one], world.clock.now()));
  };

  it('goes to the telephone in its short form, and has arrived when the gateway reports that', async () => {
    const id = await queued();
    expect(await send(id)).toBe('sent');
    const [taken] = gateway.taken;
    expect(taken).toMatchObject({ mobile: MOBILE, content: expect.stringMatching(/^督办：催办1件\n1\. 催办：第12项/) });
    expect(await world.delivery(id)).toMatchObject({ state: 'sent', remote_id: taken!.msgGroup, address: MOBILE });

    world.clock.moveTo(minutes(MORNING, 1));
    expect(await reported(taken!.msgGroup, 'DELIVRD')).toBe(1);
    expect(await world.delivery(id)).toMatchObject({ state: 'delivered', sent_at: MORNING });
  });

  it('takes a report twice, out of order, or of what it does not know, without harm', async () => {
    const id = await queued();
    await send(id);
    const { remote_id: group } = await world.delivery(id);
    expect(await reported(group, 'DELIVRD')).toBe(1);
    expect(await reported(group, 'DELIVRD')).toBe(0);
    // Of a part that was reported late: what first says what became of it counts.
    expect(await reported(group, 'EXPIRED')).toBe(1);
    expect(await world.delivery(id)).toMatchObject({ state: 'delivered' });
    expect(await reported('999', 'DELIVRD')).toBe(1);
    expect(await reported(group, 'DELIVRD', { address: '13900000000' })).toBe(1);
    const events = await world.query(`select type from history_event where entity_id = $1 order by seq`, [id]);
    expect(events.map(({ type }) => type)).toEqual(['delivery.queued', 'delivery.sent', 'delivery.delivered']);
  });

  it('believes a report that comes before the answer of the gateway is recorded', async () => {
    const id = await queued();
    const group = gateway.nextGroup();
    expect(await reported(group, 'DELIVRD')).toBe(1);
    await send(id);
    expect(await world.delivery(id)).toMatchObject({ state: 'delivered', remote_id: group });
  });

  it('writes to a number that is none (空号) no more, as to a dead mail address, until it is lifted', async () => {
    const id = await queued();
    await send(id);
    await reported((await world.delivery(id)).remote_id, 'MK:0001');
    expect(await world.delivery(id)).toMatchObject({ state: 'bounced', last_error: '5.1.1 MK:0001' });
    const next = await world.query<Row>(
      `select reason from suppressed_address where address = $1 and lifted_at is null`,
      [MOBILE],
    );
    expect(next).toEqual([{ reason: 'hard_bounce' }]);
    expect(await queued()).toBeUndefined();
    await world.query(`update person set mobile = null where mobile = $1`, [MOBILE]);
    await database.transactor.run((tx) => world.addresses().liftAbandoned(tx, world.clock.now()));
    const again = await queued();
    expect(await send(again)).toBe('sent');
  });

  it.each([
    ['InvalidMessage', 'failed', 'does not take this message'],
    ['InvalidMobile', 'bounced', '5.1.3'],
    ['IllegalSignId', 'requeued', 'IllegalSignId'],
    ['InvalidUsrOrPwd', 'requeued', 'InvalidUsrOrPwd'],
    ['SomethingNew', 'requeued', 'SomethingNew'],
  ])('follows what the gateway says with 200: %s, %s', async (rspcod, outcome, words) => {
    const id = await queued();
    gateway.refusal = rspcod;
    expect(await send(id)).toBe(outcome);
    expect((await world.delivery(id)).last_error).toContain(words);
  });

  it('waits for a gateway that is away, and gives up on one that hangs for a while', async () => {
    const [first, second] = [await queued(), await queued('13800138001')];
    gateway.server.onRequest = (response) => response.writeHead(502).end('<html>');
    expect(await send(first)).toBe('requeued');
    gateway.server.onRequest = () => undefined;
    const hanging = new SmsChannel(new URL(gateway.address()), zh, null, 50);
    const outcomes = world.deliveries(hanging).send(second);
    await until(() => gateway.server.came.length === 2);
    expect(await outcomes).toBe('requeued');
    expect((await world.delivery(second)).last_error).toContain('no answer within 0.05 seconds');
  });

  it('keeps to what the account takes in a minute, over all workers', async () => {
    const slow = new SmsChannel(new URL(gateway.address()), zh, 1, 3_000);
    const ids = [await queued(), await queued('13800138001')];
    const outcomes = [];
    for (const id of ids) outcomes.push(await world.deliveries(slow).send(id));
    expect(outcomes).toEqual(['sent', 'awaits_turn']);
  });
});

describe('The short form of a digest', () => {
  const message = (texts: readonly string[]): Pick<Message, 'subject' | 'items'> => ({
    subject: `督办：催办${texts.length}件`,
    items: texts.map((text) => ({ text })),
  });

  it('is one part where it can be, and three at most, signature and all', () => {
    const one = shortText(message(['【催办】第12项应于4月20日前办结。']), zh);
    expect(one).toBe('督办：催办1件\n1. 催办：第12项应于4月20日前办结。');
    expect(partsOf(one)).toBe(1);
    expect(partsOf('字'.repeat(57))).toBe(2);
    const many = shortText(message(Array.from({ length: 9 }, () => URGE)), zh);
    expect(many.length).toBeLessThanOrEqual(MOST_CHARACTERS);
    expect(partsOf(many)).toBeLessThanOrEqual(3);
    expect(many).toMatch(/^督办：催办9件\n1\. 催办：[^]*\n……另有6件，请进入督办系统查看。$/);
    const long = shortText(message(['长'.repeat(900)]), zh);
    expect(partsOf(long)).toBe(3);
    expect(long).toMatch(/^督办：催办1件\n1\. 长+…$/);
  });

  it('has no words in brackets, which would be taken for the signature of somebody else', () => {
    const said = shortText(message(['【退回】理由：【某公司】的材料']), LANGUAGES.en);
    expect(said).not.toMatch(/[【】]/);
  });

  it.each([
    ['DELIVRD', 'delivered'],
    ['CM:0000', 'delivered'],
    ['MK:0001', '5.1.1'],
    ['UNDELIV', '4.4.7'],
    ['EXPIRED', '4.4.7'],
    ['MI:0024', '4.4.7'],
    ['CM:2007', '5.7.1'],
    ['REJECTD', '5.7.1'],
  ])('is reported as %s: %s', (reportStatus, means) => {
    const receipt = smsReceipt({ reportStatus, errorCode: '' });
    expect(typeof receipt === 'object' ? receipt.status : receipt).toBe(means);
  });

  it.each(['13800138000', '8613800138000', '+86 138 0013 8000', '008613800138000'])(
    'knows the number in %s',
    (mobile) => {
      expect(bareMobile(mobile)).toBe(MOBILE);
    },
  );
});
