import { openStates } from '@duban/history';
import { Logger } from '@nestjs/common';
import { until, useTestDatabase } from '@duban/testing';
import { expiredCertificate } from '../test/certificate';
import { MailServer, refusal } from '../test/mail-server';
import { MORNING, minutes, World } from '../test/world';
import { type Channel, ChannelError } from './channels/channel';
import { SmtpChannel } from './channels/smtp.channel';
import { MOST_ATTEMPTS } from './timing';

describe('DeliveryService', () => {
  const database = useTestDatabase();
  let server: MailServer;
  let mail: SmtpChannel;
  let world: World;

  beforeEach(async () => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
    await database.source.query(`update notification set composed_at = now() where composed_at is null`);
    server = new MailServer();
    await server.start();
    mail = new SmtpChannel(server.url, '市督查室 <duban@city.example>');
    world = await new World(database).begin();
  });
  afterEach(async () => {
    mail.close();
    await server.stop();
    jest.restoreAllMocks();
  });

  /** One digest, queued for one person by mail. */
  const queued = async (): Promise<{ id: string; personId: string; obligationId: string }> => {
    const { unitId, contact } = await world.unit();
    const personId = await world.person([contact]);
    const obligationId = await world.obligation(unitId);
    await world.followUp(obligationId, contact);
    const { deliveryIds } = await world.compose(world.digests(mail));
    return { id: deliveryIds[0]!, personId, obligationId };
  };
  const dueIds = (): Promise<string[]> =>
    database.transactor.run((tx) => world.deliveries(mail).dueIds(tx, world.clock.now(), 100));

  it('delivers one mail that can be read, and asks nobody to answer it', async () => {
    const { id, personId } = await queued();
    expect(await world.deliveries(mail).send(id)).toBe('sent');
    expect(await world.deliveries(mail).send(id)).toBe('not_due');

    expect(server.mails).toHaveLength(1);
    const [got] = server.mails;
    expect(got).toMatchObject({ subject: '督办：催办1件', messageId: `<delivery-${id}@city.example>` });
    expect(got!.to).toMatchObject({ value: [{ name: '李敏', address: `p-${personId}@city.example` }] });
    expect(got!.from).toMatchObject({ value: [{ name: '市督查室', address: 'duban@city.example' }] });
    expect(got!.text).toContain('李敏：');
    expect(got!.text).toContain('1. 【催办】第12项“改造老旧小区260个”');
    expect(got!.html).toMatch(/请办理（1件）[^]*1\. <strong[^>]*>【催办】<\/strong>第12项/);
    expect(got!.html).toContain('href="https://duban.linlan.example"');
    expect(got!.headers.get('auto-submitted')).toBe('auto-generated');
    expect(got!.headers.get('x-auto-response-suppress')).toBe('All');
    expect(got!.headers.get('list')).toMatchObject({ id: { id: 'digest.city.example' } });
    expect(await world.delivery(id)).toMatchObject({
      state: 'sent',
      attempts: 1,
      sent_at: MORNING,
      next_attempt_at: null,
      claimed_until: null,
      last_error: null,
    });
    expect(await dueIds()).not.toContain(id);
  });

  it('sends again, later, with the same Message-ID what was refused for now (452)', async () => {
    const { id } = await queued();
    server.onRecipient = () => refusal(452, '4.2.2 mailbox full');
    expect(await world.deliveries(mail).send(id)).toBe('requeued');
    const row = await world.delivery(id);
    expect(row).toMatchObject({ state: 'queued', attempts: 1, claimed_until: null });
    expect(row.last_error).toContain('mailbox full');
    expect(await world.deliveries(mail).send(id)).toBe('not_due');
    expect(await dueIds()).not.toContain(id);

    server.onRecipient = () => null;
    world.clock.moveTo(minutes(MORNING, 1));
    expect(await dueIds()).toContain(id);
    expect(await world.deliveries(mail).send(id)).toBe('sent');
    expect(server.mails.map(({ messageId }) => messageId)).toEqual([`<delivery-${id}@city.example>`]);
    expect(await world.delivery(id)).toMatchObject({ state: 'sent', attempts: 2, last_error: null });
    const told = await world.query<{ type: string; reason: string | null; after: object }>(
      `select type, reason, after from history_event where entity_id = $1 order by seq`,
      [id],
    );
    // What a server says of somebody's address is sealed with it.
    expect(JSON.stringify(told)).not.toMatch(/mailbox full|@city/);
    const after = await database.transactor.run((tx) =>
      openStates(
        tx,
        'delivery',
        told.map((event) => event.after),
      ),
    );
    expect(told.map((event, i) => ({ ...event, after: after[i] }))).toMatchObject([
      { type: 'delivery.queued', after: { id, state: 'queued', attempts: 0, channel: 'smtp' } },
      {
        type: 'delivery.put_off',
        reason: null,
        after: { state: 'queued', attempts: 1, lastError: expect.stringContaining('mailbox full') },
      },
      { type: 'delivery.sent', reason: null, after: { state: 'sent', attempts: 2, lastError: null } },
    ]);
  });

  it('gives up at once on an address that is refused for good (550), and keeps what was said', async () => {
    const { id } = await queued();
    server.onRecipient = () => refusal(550, '5.1.1 no such user');
    expect(await world.deliveries(mail).send(id)).toBe('bounced');
    const row = await world.delivery(id);
    expect(row).toMatchObject({ state: 'bounced', attempts: 1, next_attempt_at: null });
    expect(row.last_error).toContain('no such user');
  });

  it('waits for a mail server that is away', async () => {
    const { id } = await queued();
    await server.stop();
    expect(await world.deliveries(mail).send(id)).toBe('requeued');
    await server.start();
    world.clock.moveTo(minutes(MORNING, 1));
    expect(await world.deliveries(mail).send(id)).toBe('sent');
    expect(server.mails).toHaveLength(1);
  });

  it('gives up waiting for a mail server that hangs, and comes again later', async () => {
    const { id } = await queued();
    let goOn = (): void => undefined;
    server.onMessage = () => new Promise((resolve) => (goOn = resolve));
    const impatient = new SmtpChannel(server.url, 'duban <duban@city.example>', null, null, 500);
    try {
      expect(await world.deliveries(impatient).send(id)).toBe('requeued');
    } finally {
      impatient.close();
      goOn();
      server.onMessage = () => Promise.resolve();
    }
    expect(await world.delivery(id)).toMatchObject({ state: 'queued', attempts: 1, claimed_until: null });
    world.clock.moveTo(minutes(MORNING, 1));
    expect(await world.deliveries(mail).send(id)).toBe('sent');
  });

  it('has failed after ten attempts, spread over hours of work', async () => {
    world.clock.moveTo(new Date('2026-04-21T08:00:00Z'));
    const { id } = await queued();
    server.onRecipient = () => refusal(451, '4.3.0 try again');
    const outcomes: string[] = [];
    for (let i = 0; i < 40; i++) {
      outcomes.push(await world.deliveries(mail).send(id));
      const { state, next_attempt_at: next } = await world.delivery(id);
      if (state === 'failed') break;
      world.clock.moveTo(next as Date);
    }
    expect(outcomes.filter((outcome) => outcome !== 'postponed')).toEqual([
      ...Array.from({ length: MOST_ATTEMPTS - 1 }, () => 'requeued'),
      'failed',
    ]);
    expect(outcomes).toContain('postponed');
    expect(world.clock.now().getTime() - MORNING.getTime()).toBeGreaterThan(6 * 3_600_000);
  });

  it('repeats the same Message-ID when the worker dies between sending and recording', async () => {
    const { id } = await queued();
    const dying = world.deliveries(mail);
    Object.assign(dying, { recordSuccess: () => Promise.reject(new Error('killed')) });
    await expect(dying.send(id)).rejects.toThrow('killed');
    expect(await world.delivery(id)).toMatchObject({ state: 'sending', attempts: 1 });
    expect(await world.deliveries(mail).send(id)).toBe('not_due');
    expect(await dueIds()).not.toContain(id);

    await world.query(`update delivery set claimed_until = now() - interval '1 second' where id = $1`, [id]);
    expect(await dueIds()).toContain(id);
    expect(await world.deliveries(mail).send(id)).toBe('sent');
    expect(server.mails.map(({ messageId }) => messageId)).toEqual([
      `<delivery-${id}@city.example>`,
      `<delivery-${id}@city.example>`,
    ]);
  });

  it('says whom reports go to by the envelope: to nobody where nobody reads them, so that none is made', async () => {
    const { id } = await queued();
    await world.deliveries(mail).send(id);
    expect(server.senders).toEqual(['']);
  });

  it('sets mails about one task together, and those about several of one plan', async () => {
    const { unitId, contact } = await world.unit();
    await world.person([contact]);
    const sendAll = async (): Promise<void> => {
      const { deliveryIds } = await world.compose(world.digests(mail));
      for (const id of deliveryIds) await world.deliveries(mail).send(id);
      world.clock.moveTo(minutes(world.clock.now(), 60));
    };
    await world.followUp(await world.obligation(unitId), contact);
    await sendAll();
    const about = { taskNumber: '12', taskContent: '改造老旧小区', unitName: '市住建局' };
    await world.notification('resumed', contact, about);
    await sendAll();
    await world.notification(
      'task_issued',
      contact,
      { planTitle: '方案', count: 2 },
      { task_id: null, plan_id: world.planId },
    );
    await world.notification('resumed', contact, about);
    await sendAll();
    await world.notification('task_issued', contact, { planTitle: '方案', count: 2 }, { task_id: null });
    await world.notification('resumed', contact, about);
    await sendAll();
    const [task, plan] = [`<task-${world.taskId}@city.example>`, `<plan-${world.planId}@city.example>`];
    expect(server.mails.map(({ inReplyTo }) => inReplyTo)).toEqual([task, task, plan, undefined]);
    expect(server.mails.map(({ references }) => references)).toEqual([task, task, plan, undefined]);
    for (const { headers } of server.mails) expect(headers.get('precedence')).toBe('list');
  });

  it('says that the server’s certificate has expired, tries again later, and holds up no other channel', async () => {
    const expired = new MailServer(expiredCertificate());
    await expired.start();
    const strict = new SmtpChannel(expired.url, 'duban <duban@city.example>');
    const { id, personId } = await queued();
    expect(await world.deliveries(strict).send(id)).toBe('requeued');
    expect(await world.delivery(id)).toMatchObject({
      state: 'queued',
      last_error: expect.stringContaining('certificate has expired'),
      next_attempt_at: expect.any(Date),
    });
    expect(expired.mails).toHaveLength(0);
    expect(
      await world.query(`select state from delivery where person_id = $1 and channel = 'inbox'`, [personId]),
    ).toEqual([{ state: 'delivered' }]);
    strict.close();
    await expired.stop();
  });

  it('suppresses an address that the server refuses in the dialogue, as one that a report says is dead', async () => {
    const { id, personId } = await queued();
    server.onRecipient = () => refusal(550, '5.1.1 no such user');
    expect(await world.deliveries(mail).send(id)).toBe('bounced');
    expect(
      await world.query(`select reason from suppressed_address where address = $1`, [`p-${personId}@city.example`]),
    ).toEqual([{ reason: 'hard_bounce' }]);
  });

  it('blames no address for what the server holds against us', async () => {
    const { id } = await queued();
    server.onRecipient = () => refusal(550, '5.7.1 relaying denied');
    expect(await world.deliveries(mail).send(id)).toBe('failed');
    expect(await world.query(`select from bounce where delivery_id = $1`, [id])).toEqual([]);
  });

  it('has bounced from a mailbox that stays full through all attempts', async () => {
    const { id, personId } = await queued();
    server.onRecipient = () => refusal(452, '4.2.2 mailbox full');
    await world.query(`update delivery set attempts = $2 where id = $1`, [id, MOST_ATTEMPTS - 1]);
    expect(await world.deliveries(mail).send(id)).toBe('bounced');
    expect(await world.delivery(id)).toMatchObject({ last_error: expect.stringContaining('mailbox full') });
    expect(await world.query(`select kind, status from bounce where delivery_id = $1`, [id])).toEqual([
      { kind: 'soft', status: '4.2.2' },
    ]);
    expect(
      await world.query(`select from suppressed_address where address = $1`, [`p-${personId}@city.example`]),
    ).toEqual([]);
  });

  it('does not go on for ever when workers die at every attempt', async () => {
    const { id } = await queued();
    await world.query(
      `update delivery set state = 'sending', attempts = $2, claimed_until = now() - interval '1 second' where id = $1`,
      [id, MOST_ATTEMPTS],
    );
    expect(await world.deliveries(mail).send(id)).toBe('failed');
    expect(server.mails).toHaveLength(0);
  });

  it('sends one mail when workers take the same delivery at once', async () => {
    const { id } = await queued();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => world.deliveries(mail).send(id)));
    expect(outcomes.toSorted()).toEqual(['not_due', 'not_due', 'not_due', 'not_due', 'sent']);
    expect(server.mails).toHaveLength(1);
  });

  it('does not let a slow worker undo what another has recorded since', async () => {
    const { id } = await queued();
    let answer: (error: Error) => void = () => undefined;
    let asked = false;
    const slow: Channel = {
      kind: 'smtp',
      isFor: () => null,
      send: () => {
        asked = true;
        return new Promise((_, reject) => (answer = reject));
      },
    };
    const sending = world.deliveries(slow).send(id);
    await until(() => asked);
    await world.query(`update delivery set claimed_until = now() - interval '1 second' where id = $1`, [id]);
    expect(await world.deliveries(mail).send(id)).toBe('sent');
    answer(new ChannelError('no answer', false));
    expect(await sending).toBe('not_due');
    expect(await world.delivery(id)).toMatchObject({ state: 'sent', attempts: 2 });
  });

  it('sends nothing outside hours', async () => {
    const { id } = await queued();
    world.clock.moveTo(new Date('2026-04-21T14:00:00Z'));
    expect(await world.deliveries(mail).send(id)).toBe('postponed');
    expect(await world.delivery(id)).toMatchObject({
      state: 'queued',
      attempts: 0,
      next_attempt_at: new Date('2026-04-22T01:00:00Z'),
    });
    expect(server.mails).toHaveLength(0);
  });

  it('does not remind of what was done while the mail server was away', async () => {
    const { id, obligationId } = await queued();
    await world.query(`update obligation set state = 'discharged' where id = $1`, [obligationId]);
    expect(await world.deliveries(mail).send(id)).toBe('suppressed');
    expect(await world.delivery(id)).toMatchObject({ state: 'suppressed', next_attempt_at: null });
    expect(server.mails).toHaveLength(0);
  });

  /** What was said of a message, and by which way it did not go. */
  const outcomesOf = (personId: string): Promise<Record<string, unknown>[]> =>
    world.query(
      `select notification_id as id, channel, reason from message_outcome where person_id = $1 order by reason`,
      [personId],
    );
  const readInInbox = (personId: string): Promise<unknown> =>
    world.query(`update delivery set state = 'read', read_at = now() where person_id = $1 and channel = 'inbox'`, [
      personId,
    ]);

  it('does not send by mail what was read in the inbox while it was queued, and says so', async () => {
    const { id, personId } = await queued();
    await readInInbox(personId);
    expect(await world.deliveries(mail).send(id)).toBe('suppressed');
    expect(await world.delivery(id)).toMatchObject({ last_error: 'the person has read it by another way before' });
    expect(await outcomesOf(personId)).toMatchObject([{ channel: 'smtp', reason: 'read_before' }]);
    expect(server.mails).toHaveLength(0);
  });

  it('leaves out of a queued digest the lines that were overtaken by events, and those that were read', async () => {
    const { unitId, contact } = await world.unit();
    const personId = await world.person([contact]);
    const [done, open] = [await world.obligation(unitId), await world.obligation((await world.unit()).unitId)];
    const lines = {
      done: await world.followUp(done, contact),
      open: await world.followUp(open, contact, { dueOn: '2026-04-20', taskNumber: '7' }),
    };
    const read = await world.notification('task_issued', contact, { planTitle: '责任分解方案', count: 1 });
    const { deliveryIds } = await world.compose(world.digests(mail));
    await world.query(`update obligation set state = 'discharged' where id = $1`, [done]);
    // The same was told in another digest of the inbox, which was read.
    await world.query(
      `with g as (insert into digest (id, person_id, channel, window_start, subject, is_urgent, composed_at)
         values (gen_random_uuid(), $1, 'inbox', $2, '', false, $2) returning id),
       i as (insert into digest_item (digest_id, position, notification_id, text) select id, 1, $3, '' from g)
       insert into delivery (id, digest_id, person_id, channel, address, state, attempts, read_at, created_at)
         select gen_random_uuid(), id, $1, 'inbox', '', 'read', 0, $2, $2 from g`,
      [personId, minutes(MORNING, -60), read],
    );
    expect(await world.deliveries(mail).send(deliveryIds[0]!)).toBe('sent');
    expect(server.mails).toMatchObject([{ subject: '督办：催办1件' }]);
    expect(server.mails[0]!.text).toMatch(/1\. 【催办】第7项/);
    expect(server.mails[0]!.text).not.toMatch(/2\. /);
    expect(await outcomesOf(personId)).toEqual([
      { id: lines.done, channel: 'smtp', reason: 'overtaken' },
      { id: read, channel: 'smtp', reason: 'read_before' },
    ]);
  });

  it('does not write to somebody who has left', async () => {
    const { id, personId } = await queued();
    await world.query(`update person set is_active = false where id = $1`, [personId]);
    expect(await world.deliveries(mail).send(id)).toBe('suppressed');
  });

  it('suppresses what was queued for a channel that is not configured any more', async () => {
    const { id } = await queued();
    expect(await world.deliveries().send(id)).toBe('suppressed');
    expect(await world.delivery(id)).toMatchObject({ last_error: 'channel smtp is not configured' });
  });
});
