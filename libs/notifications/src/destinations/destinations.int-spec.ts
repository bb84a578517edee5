import { SecretBox } from '@duban/directory';
import { type Actor, HistoryService, systemActor } from '@duban/history';
import { until, useTestDatabase } from '@duban/testing';
import { Logger } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { HookServer } from '../../test/hook-server';
import { MailServer } from '../../test/mail-server';
import { DingtalkStandIn, type RobotStandIn, WecomStandIn } from '../../test/robot-stand-ins';
import { MORNING, minutes, World } from '../../test/world';
import { ChannelCheck } from '../channels/channel-check';
import { ChannelSet } from '../channels/channel-set';
import { DingtalkRobotChannel } from '../channels/dingtalk-robot.channel';
import { SmtpChannel } from '../channels/smtp.channel';
import { WebhookChannel } from '../channels/webhook.channel';
import { WecomRobotChannel } from '../channels/wecom-robot.channel';
import { LANGUAGES } from '../templates';
import { DestinationService } from './destination.service';
import { Networks } from './networks';

const ABOUT = { taskNumber: '12', taskContent: '改造老旧小区', unitName: '市住建局' };

describe('destinations (推送目的地)', () => {
  const database = useTestDatabase();
  let world: World;
  let server: HookServer;
  let standIn: RobotStandIn | undefined;
  let actor: Actor;

  beforeEach(async () => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
    await database.source.query(`update notification set composed_at = now() where composed_at is null`);
    await database.source.query(`update delivery set state = 'suppressed' where state in ('queued', 'sending')`);
    await database.source.query(`update destination set ended_at = now(), stop_reason = 'of another test'`);
    server = await new HookServer().start();
    world = await new World(database).begin();
    world.toDestinations.push(channel());
    actor = { ...systemActor('spec'), personId: await world.person([]) };
  });
  afterEach(async () => {
    await server.stop();
    await standIn?.stop();
    standIn = undefined;
    jest.restoreAllMocks();
  });

  const channel = (mostMs = 5_000): WebhookChannel =>
    new WebhookChannel('https://duban.city.example', { networks: new Networks(['127.0.0.0/8']), mostMs });
  const addRobots = (): void => {
    const options = { networks: new Networks(['127.0.0.0/8']) };
    world.toDestinations.push(
      new WecomRobotChannel(options, LANGUAGES.zh),
      new DingtalkRobotChannel(options, LANGUAGES.zh),
    );
  };
  const inTx = <T>(
    work: (service: DestinationService, tx: Parameters<DestinationService['list']>[0]) => Promise<T>,
  ): Promise<T> => database.transactor.run((tx) => work(world.destinations(), tx));
  const made = async (
    given: {
      channel?: string;
      address?: string;
      kinds?: string[];
      units?: string[];
      perMinute?: number;
      secret?: string;
    } = {},
  ): Promise<{ id: string; secret: string }> => {
    const { destination, secret } = await inTx((service, tx) =>
      service.create(tx, actor, world.clock.now(), {
        channel: 'webhook',
        name: '市政务平台',
        address: server.url(),
        kinds: ['urge', 'resumed'],
        ...given,
      }),
    );
    return { id: destination.id, secret: secret! };
  };
  /** Something is said to a post of its own. */
  const say = async (): Promise<{ obligationId: string; unitId: string; contact: string; head: string }> => {
    const { unitId, contact, head } = await world.unit();
    await world.person([contact]);
    const obligationId = await world.obligation(unitId);
    await world.followUp(obligationId, contact);
    return { obligationId, unitId, contact, head };
  };
  const compose = (): Promise<{ deliveryIds: string[] }> => world.compose(world.digests());
  /** A digest that is queued for a destination, half an hour after the last. */
  const queued = async (): Promise<string> => {
    world.clock.moveTo(minutes(world.clock.now(), 30));
    await say();
    const { deliveryIds } = await compose();
    expect(deliveryIds).toHaveLength(1);
    return deliveryIds[0]!;
  };
  const send = (id: string): Promise<string> => world.deliveries().send(id);
  const view = async (id: string) =>
    (await inTx((service, tx) => service.list(tx, { limit: 100 }))).items.find((one) => one.id === id)!;
  const attempts = async (id: string) => (await inTx((service, tx) => service.attempts(tx, id, { limit: 50 }))).items;
  const eventsOf = async (entityId: string): Promise<string[]> =>
    (
      await world.query<{ type: string }>(`select type from history_event where entity_id = $1 order by seq`, [
        entityId,
      ])
    ).map(({ type }) => type);

  it('get one signed digest of what they chose, each fact once, and the record says so', async () => {
    const { id, secret } = await made();
    const { obligationId, contact, head } = await say();
    // The same to another post of the unit; and what the destination did not choose.
    await world.followUp(obligationId, head);
    await world.notification('verified', contact, ABOUT);
    await world.notification('resumed', contact, ABOUT);
    const { deliveryIds } = await compose();
    expect(deliveryIds).toHaveLength(1);
    const [deliveryId] = deliveryIds as [string];
    expect(await send(deliveryId)).toBe('delivered');

    const [{ headers, body }] = server.came as [(typeof server.came)[0]];
    const event = new Webhook(secret).verify(body, headers as Record<string, string>) as {
      id: string;
      data: { subject: string; items: { kind: string; text: string; obligationId: string | null }[] };
    };
    expect(event.id).toBe(deliveryId);
    expect(event.data.subject).toBe('督办：催办1件、恢复办理1件');
    expect(event.data.items).toMatchObject([
      { kind: 'urge', obligationId },
      { kind: 'resumed', obligationId: null },
    ]);
    expect(await attempts(id)).toMatchObject([
      { deliveryId, status: 204, answer: '', error: null, thenState: 'delivered', nextAttemptAt: null },
    ]);
    expect(await world.query(`select reason, channel from message_outcome where destination_id = $1`, [id])).toEqual([
      { reason: 'said_already', channel: 'webhook' },
    ]);
    expect(await eventsOf(deliveryId)).toEqual(['delivery.queued', 'delivery.delivered']);
    expect(await eventsOf(id)).toEqual(['destination.created']);
  });

  it('get one digest a half hour, nothing twice, and nothing of a matter that is restricted to some', async () => {
    const { id } = await made();
    await say();
    expect((await compose()).deliveryIds).toHaveLength(1);
    const { contact } = await say();
    expect((await compose()).deliveryIds).toHaveLength(0);
    expect(await world.query(`select reason from message_outcome where destination_id = $1`, [id])).toEqual([
      { reason: 'window' },
    ]);
    world.clock.moveTo(minutes(MORNING, 30));
    expect((await compose()).deliveryIds).toHaveLength(1);
    expect(
      await world.query(
        `select i.notification_id from digest_item i join digest g on g.id = i.digest_id where g.destination_id = $1
         group by 1 having count(*) > 1`,
        [id],
      ),
    ).toEqual([]);

    world.clock.moveTo(minutes(MORNING, 60));
    await world.query(`insert into named_person (id, task_id, person_id) values (gen_random_uuid(), $1, $2)`, [
      world.taskId,
      actor.personId,
    ]);
    await world.notification('resumed', contact, ABOUT);
    expect((await compose()).deliveryIds).toHaveLength(0);
    expect(
      await world.query(`select reason from message_outcome where destination_id = $1 and reason <> 'window'`, [id]),
    ).toEqual([{ reason: 'not_named' }]);
    await world.query(`delete from named_person where task_id = $1`, [world.taskId]);
  });

  it('get what is said to a post that nobody holds, and once, though the row waits for a holder', async () => {
    await made();
    const { unitId, contact } = await world.unit();
    await world.followUp(await world.obligation(unitId), contact);
    expect((await compose()).deliveryIds).toHaveLength(1);
    world.clock.moveTo(minutes(MORNING, 60 * 24));
    await world.person([contact]);
    expect((await compose()).deliveryIds).toHaveLength(0);
  });

  it('are not told of what was done meanwhile', async () => {
    const { id } = await made();
    const { obligationId } = await say();
    const [deliveryId] = (await compose()).deliveryIds as [string];
    await world.query(`update obligation set state = 'discharged' where id = $1`, [obligationId]);
    expect(await send(deliveryId)).toBe('suppressed');
    expect(server.came).toEqual([]);
    expect(await world.query(`select reason from message_outcome where destination_id = $1`, [id])).toEqual([
      { reason: 'overtaken' },
    ]);
  });

  it.each([
    [400, 'bad'],
    [404, 'not here'],
    [429, 'too many'],
    [500, 'oh'],
    [503, 'later'],
  ])(
    'an answer of %i is a record of what it said and when it is tried next, and holds up no mail',
    async (status, words) => {
      const mails = new MailServer();
      await mails.start();
      const mail = new SmtpChannel(mails.url, 'duban <duban@city.example>');
      const { id } = await made();
      server.onRequest = (response) => response.writeHead(status).end(words);
      await say();
      const { deliveryIds } = await world.compose(world.digests(mail));
      const outcomes: string[] = [];
      for (const one of deliveryIds) outcomes.push(await world.deliveries(mail).send(one));
      expect(outcomes.toSorted()).toEqual(['requeued', 'sent']);
      expect(mails.mails).toHaveLength(1);
      const [attempt] = await attempts(id);
      expect(attempt).toMatchObject({
        status,
        answer: words,
        error: `answered with ${status}`,
        thenState: 'queued',
        nextAttemptAt: expect.any(Date),
      });
      expect(await world.delivery(attempt!.deliveryId)).toMatchObject({
        state: 'queued',
        attempts: 1,
        last_error: `answered with ${status}`,
      });
      mail.close();
      await mails.stop();
    },
  );

  it('are left alone for as long as they ask (429 with Retry-After), and another goes on', async () => {
    const busy = await made();
    server.onRequest = (response) => response.writeHead(429, { 'retry-after': '600' }).end();
    const first = await queued();
    expect(await send(first)).toBe('requeued');
    const [attempt] = await attempts(busy.id);
    const wait = attempt!.nextAttemptAt!.getTime() - world.clock.now().getTime();
    expect(wait).toBeGreaterThan(590_000);
    expect(wait).toBeLessThanOrEqual(600_000);
    expect((await view(busy.id)).brokenUntil).not.toBeNull();
    const second = await queued();
    expect(await send(second)).toBe('awaits_turn');
    expect(await world.delivery(second)).toMatchObject({ attempts: 0, state: 'queued' });

    server.onRequest = (response) => response.writeHead(204).end();
    await made({ address: server.url('/other') });
    world.clock.moveTo(minutes(world.clock.now(), 30));
    await say();
    const { deliveryIds } = await compose();
    const outcomes: string[] = [];
    for (const one of deliveryIds) outcomes.push(await send(one));
    expect(outcomes.toSorted()).toEqual(['awaits_turn', 'delivered']);
  });

  it('end with 410: what waits is not sent, and goes after all when somebody resumes them and asks for it', async () => {
    const { id } = await made();
    const [first, second] = [await queued(), await queued()];
    server.onRequest = (response) => response.writeHead(410).end('bye');
    expect(await send(first)).toBe('failed');
    expect(await view(id)).toMatchObject({ state: 'ended', stopReason: 'it answered 410 (gone)', waiting: 1 });
    expect(await send(second)).toBe('suppressed');
    expect(server.came).toHaveLength(1);
    expect((await attempts(id))[0]).toMatchObject({ status: 410, answer: 'bye', thenState: 'failed' });
    world.clock.moveTo(minutes(world.clock.now(), 30));
    await say();
    expect((await compose()).deliveryIds).toEqual([]);

    server.onRequest = (response) => response.writeHead(204).end();
    const at = world.clock.now();
    await expect(inTx((service, tx) => service.replay(tx, actor, at, id, first))).rejects.toMatchObject({
      code: 'DESTINATION.ENDED',
    });
    await inTx((service, tx) => service.resume(tx, actor, at, id, '已恢复'));
    for (const one of [first, second]) {
      await inTx((service, tx) => service.replay(tx, { ...actor, post: 'admin' }, at, id, one));
      expect(await send(one)).toBe('delivered');
    }
    expect(server.came.map(({ headers }) => headers['webhook-id'])).toEqual([first, first, second]);
    expect(await eventsOf(id)).toEqual(['destination.created', 'destination.ended', 'destination.resumed']);
  });

  it('end by hand: what waits is not sent, and nothing comes after it', async () => {
    const { id } = await made();
    const waiting = await queued();
    const at = world.clock.now();
    await inTx((service, tx) => service.end(tx, actor, at, id, '平台下线'));
    await expect(inTx((service, tx) => service.end(tx, actor, at, id, '再次'))).rejects.toMatchObject({
      code: 'DESTINATION.ENDED',
    });
    expect(await view(id)).toMatchObject({ state: 'ended', stopReason: '平台下线' });
    expect(await send(waiting)).toBe('suppressed');
    world.clock.moveTo(minutes(world.clock.now(), 30));
    await say();
    expect((await compose()).deliveryIds).toEqual([]);
    expect(server.came).toEqual([]);
    expect(await eventsOf(id)).toEqual(['destination.created', 'destination.ended']);
  });

  it('get only what is said to the units that they are for, and all of it when they are for all again', async () => {
    const first = await world.unit();
    await world.person([first.contact]);
    const { id } = await made({ units: [`u${first.unitId}`] });
    await world.followUp(await world.obligation(first.unitId), first.contact);
    await say();
    const [deliveryId] = (await compose()).deliveryIds as [string];
    expect(await send(deliveryId)).toBe('delivered');
    const { data } = JSON.parse(server.came[0]!.body) as { data: { items: { unitCode: string }[] } };
    expect(data.items.map(({ unitCode }) => unitCode)).toEqual([`u${first.unitId}`]);
    await expect(
      inTx((service, tx) => service.change(tx, actor, world.clock.now(), id, 1, { units: ['none'] })),
    ).rejects.toMatchObject({ code: 'DESTINATION.UNKNOWN_UNIT', details: { field: 'units' } });
    expect(
      await inTx((service, tx) => service.change(tx, actor, world.clock.now(), id, 1, { units: [] })),
    ).toMatchObject({
      units: [],
    });
    expect(await queued()).toBeDefined();
  });

  it('carry the same id when a worker dies between sending and recording, and when somebody sends once more (dify-on-dingtalk 30; dingtalk-openclaw-connector 302)', async () => {
    const { id, secret } = await made();
    const deliveryId = await queued();
    const dying = world.deliveries();
    Object.assign(dying, { recordSuccess: () => Promise.reject(new Error('killed')) });
    await expect(dying.send(deliveryId)).rejects.toThrow('killed');
    await world.query(`update delivery set claimed_until = now() - interval '1 second' where id = $1`, [deliveryId]);
    expect(await send(deliveryId)).toBe('delivered');
    const at = world.clock.now();
    const admin = { ...actor, post: 'admin' as const };
    expect(await inTx((service, tx) => service.replay(tx, admin, at, id, deliveryId))).toEqual({ deliveryId });
    expect(await send(deliveryId)).toBe('delivered');
    expect(server.came.map(({ headers }) => headers['webhook-id'])).toEqual([deliveryId, deliveryId, deliveryId]);
    for (const { headers, body } of server.came) new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(await eventsOf(deliveryId)).toEqual([
      'delivery.queued',
      'delivery.delivered',
      'delivery.replayed',
      'delivery.delivered',
    ]);
    await expect(
      inTx((service, tx) => service.replay(tx, admin, at, id, '00000000-0000-4000-8000-000000000000')),
    ).rejects.toMatchObject({ code: 'DELIVERY.UNKNOWN' });
  });

  it('that are robots get no more in a minute than they take, over two workers, and all of it once (nightingale 369, feilong 864)', async () => {
    const robot = (standIn = await new WecomStandIn().start());
    robot.perMinute = 6;
    let passed = 0;
    robot.now = () => Date.now() + passed;
    addRobots();
    const { id } = await made({ channel: 'wecom_robot', address: robot.address(), perMinute: 6 });
    expect(await view(id)).toMatchObject({ perMinute: 6, keys: [], address: expect.stringMatching(/send\?…$/) });
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) ids.push(await queued());
    const workers = [world.deliveries(), world.deliveries()];
    const outcomes = (): Promise<string[]> => Promise.all(ids.map((one, i) => workers[i % 2]!.send(one)));
    const by = `$1 * interval '1 second'`;
    for (let i = 0; i < 60 && robot.said.length < ids.length; i++) {
      await outcomes();
      passed += 4_000;
      await world.query(`update delivery_line set free_at = free_at - ${by}, last_turn_at = last_turn_at - ${by}`, [4]);
      await world.query(`update delivery set turn_at = turn_at - ${by}`, [4]);
    }
    expect(robot.said).toHaveLength(12);
    expect(robot.server.came).toHaveLength(12);
    expect(
      await world.query(`select distinct status, error from delivery_attempt where destination_id = $1`, [id]),
    ).toEqual([{ status: 200, error: null }]);
  });

  it.each<[string, { channel: string; secret?: string }, string]>([
    ['webhook with a key of somebody else', { channel: 'webhook', secret: 'SEC1' }, 'DESTINATION.KEY_IS_OURS'],
    ['robot that signs nothing, with a key', { channel: 'wecom_robot', secret: 'SEC1' }, 'DESTINATION.NO_KEYS'],
  ])('are not made of a %s', async (_, given, code) => {
    addRobots();
    await expect(made(given)).rejects.toMatchObject({ code, details: { field: 'secret' } });
  });

  it('that are robots sign by the key that their vendor gave, and by another one at once when it is changed', async () => {
    addRobots();
    const robot = new DingtalkStandIn();
    standIn = await robot.start();
    const { id, secret } = await made({ channel: 'dingtalk_robot', address: robot.address(), secret: 'SEC-wrong' });
    expect(secret).toBeNull();
    const first = await queued();
    expect(await send(first)).toBe('requeued');
    expect((await attempts(id))[0]).toMatchObject({ status: 200, answer: expect.stringContaining('sign not match') });
    const rotate = (given?: string) =>
      inTx((service, tx) => service.rotateKey(tx, actor, world.clock.now(), id, 24, given));
    await expect(rotate()).rejects.toMatchObject({ code: 'DESTINATION.KEY_REQUIRED', details: { field: 'secret' } });
    expect((await rotate(robot.secret)).secret).toBeNull();
    expect((await view(id)).keys).toHaveLength(1);
    expect(JSON.stringify([await view(id), await attempts(id)])).not.toContain(robot.secret);
    expect(await send(await queued())).toBe('delivered');
    expect(robot.said).toHaveLength(1);
  });

  it('sign by the old key and the new one until the old one ends', async () => {
    const { id, secret: old } = await made();
    const rotated = await inTx((service, tx) => service.rotateKey(tx, actor, world.clock.now(), id, 24));
    expect(rotated.destination.keys).toHaveLength(2);
    await send(await queued());
    const verify = (secret: string, i: number): unknown =>
      new Webhook(secret).verify(server.came[i]!.body, server.came[i]!.headers as Record<string, string>);
    for (const secret of [old, rotated.secret!]) verify(secret, 0);
    await world.query(`update destination_key set ends_at = now() - interval '1 second' where ends_at is not null`);
    await send(await queued());
    verify(rotated.secret!, 1);
    expect(() => verify(old, 1)).toThrow('No matching signature');
    expect((await view(id)).keys).toHaveLength(1);
  });

  it('keep what is for them while somebody has paused them', async () => {
    const { id } = await made();
    const paused = await inTx((service, tx) => service.pause(tx, actor, world.clock.now(), id, '系统升级'));
    expect(paused).toMatchObject({ state: 'paused', stopReason: '系统升级' });
    const deliveryId = await queued();
    expect(await send(deliveryId)).toBe('awaits_turn');
    expect(await send(deliveryId)).toBe('not_due');
    await inTx((service, tx) => service.resume(tx, actor, world.clock.now(), id, '升级完毕'));
    expect(await send(deliveryId)).toBe('delivered');
    await expect(inTx((service, tx) => service.resume(tx, actor, world.clock.now(), id, '再来'))).rejects.toMatchObject(
      { code: 'DESTINATION.ACTIVE' },
    );
  });

  it('get no more in a minute than they take, of two workers at once (feilong 864; PrometheusAlert 369, 148)', async () => {
    // Of eight a minute two go at once.
    await made({ perMinute: 8 });
    const ids = [await queued(), await queued(), await queued(), await queued()];
    const outcomes = await Promise.all(ids.map((id) => send(id)));
    expect(outcomes.toSorted()).toEqual(['awaits_turn', 'awaits_turn', 'delivered', 'delivered']);
    expect(server.came).toHaveLength(2);
  });

  it('that hang take two workers at most, and are given up', async () => {
    world.toDestinations.splice(0, 1, channel(60_000));
    const { id } = await made();
    const ids = [await queued(), await queued(), await queued()];
    const held: (() => void)[] = [];
    server.onRequest = (response) => held.push(() => response.writeHead(204).end());
    const hanging = ids.slice(0, 2).map((one) => send(one));
    await until(() => held.length === 2);
    expect(await send(ids[2]!)).toBe('awaits_turn');
    for (const go of held) go();
    expect(await Promise.all(hanging)).toEqual(['delivered', 'delivered']);

    world.toDestinations.splice(0, 1, channel(100));
    server.onRequest = () => undefined;
    await world.query(`update delivery_line set last_turn_at = null`);
    const late = await queued();
    expect(await send(late)).toBe('requeued');
    expect((await attempts(id))[0]).toMatchObject({
      deliveryId: late,
      status: null,
      error: 'no answer within 0.1 seconds',
      thenState: 'queued',
    });
  });

  it('have their secrets in no row, answer or event that can be read', async () => {
    const { id, secret } = await made({ address: `${server.url()}?token=geheim` });
    await inTx((service, tx) => service.rotateKey(tx, actor, world.clock.now(), id, 1));
    const rows = await world.query(
      `select (select json_agg(o) from destination o)::text || (select json_agg(k) from destination_key k)::text
         || (select coalesce(json_agg(h), '[]') from history_event h)::text as all`,
    );
    const hex = (text: string): string => Buffer.from(text).toString('hex');
    for (const word of ['geheim', secret, hex('geheim'), hex(secret)]) expect(rows[0]!.all).not.toContain(word);
    expect(await view(id)).toMatchObject({ address: `${server.url()}?…` });
    // And yet it is known where it goes.
    await send(await queued());
    expect(server.came[0]!.path).toBe('/hook?token=geheim');
  });

  it('wait for the key under which their secrets are kept', async () => {
    const { id } = await made();
    const deliveryId = await queued();
    const lost = world.deliveries();
    const config = { DUBAN_SECRET: 'another secret of 32 characters!' };
    Object.assign(lost, {
      destinations: new DestinationService(
        new ChannelSet(new Map()),
        new SecretBox(config),
        new HistoryService(),
        config,
      ),
    });
    expect(await lost.send(deliveryId)).toBe('requeued');
    expect((await attempts(id))[0]).toMatchObject({ error: 'DUBAN_SECRET is missing, or another than before' });
    world.clock.moveTo(minutes(world.clock.now(), 5));
    expect(await send(deliveryId)).toBe('delivered');
  });

  it.each([
    [{ address: 'ftp://oa.example/' }, 'DESTINATION.BAD_ADDRESS', 'address'],
    [{ address: 'https://me:secret@oa.example/' }, 'DESTINATION.BAD_ADDRESS', 'address'],
    [{ address: 'nowhere' }, 'DESTINATION.BAD_ADDRESS', 'address'],
    [{ address: 'https://10.1.2.3/' }, 'DESTINATION.ADDRESS_NOT_ALLOWED', 'address'],
    [{ address: 'http://8.8.8.8/' }, 'DESTINATION.ADDRESS_NOT_ALLOWED', 'address'],
    [{ kinds: ['urge', 'gossip'] }, 'DESTINATION.UNKNOWN_KIND', 'kinds'],
    [{ perMinute: 6_001 }, 'DESTINATION.TOO_MANY', 'perMinute'],
  ])('are not set up with %j', async (given, code, field) => {
    await expect(made(given)).rejects.toMatchObject({ code, details: { field } });
  });

  it('are not changed by two people at once, and tried at once at another address', async () => {
    const { id } = await made({ address: 'http://127.0.0.1:1/' });
    const deliveryId = await queued();
    for (let i = 0; i < 3; i++) {
      expect(await send(deliveryId)).toBe('requeued');
      world.clock.moveTo(minutes(world.clock.now(), 10));
    }
    expect(await send(deliveryId)).toBe('awaits_turn');
    const change = (expectedVersion: number, address = server.url()): Promise<unknown> =>
      inTx((service, tx) => service.change(tx, actor, world.clock.now(), id, expectedVersion, { address }));
    await expect(change(9)).rejects.toMatchObject({ code: 'DESTINATION.STALE' });
    await expect(change(1, 'https://[fd00::1]/')).rejects.toMatchObject({ code: 'DESTINATION.ADDRESS_NOT_ALLOWED' });
    expect(await change(1)).toMatchObject({ version: 2, address: server.url(), brokenUntil: null });
    expect(await send(deliveryId)).toBe('delivered');
  });

  it('keep the process from starting where it has no handler for their channel', async () => {
    const check = (): Promise<void> =>
      new ChannelCheck(
        database.transactor,
        new ChannelSet(new Map(), new Map(world.toDestinations.map((one) => [one.kind, one]))),
      ).onApplicationBootstrap();
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const { id } = await made();
    await queued();
    await check();
    await world.query(`update destination set channel = 'pigeon' where id = $1`, [id]);
    await expect(check()).rejects.toThrow('channels that have no handler here: pigeon (市政务平台)');
    await world.query(`update destination set channel = 'webhook' where id = $1`, [id]);
    await world.query(`update delivery set channel = 'fax' where destination_id = $1`, [id]);
    await check();
    expect(warn).toHaveBeenCalledWith('channel fax is not configured: 1 messages that wait for it will not be sent');
  });
});
