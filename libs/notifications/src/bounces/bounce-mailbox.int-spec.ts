import { Logger } from '@nestjs/common';
import { HistoryService, systemActor } from '@duban/history';
import { describeWithImap, useTestDatabase } from '@duban/testing';
import { ImapFlow } from 'imapflow';
import { MailServer } from '../../test/mail-server';
import { MORNING, minutes, World } from '../../test/world';
import { SmtpChannel } from '../channels/smtp.channel';
import { windowStart } from '../timing';
import { BounceAddress } from './bounce-address';
import { BounceMailbox } from './bounce-mailbox';
import { BounceRecorder } from './bounce.recorder';

const DUBAN_SECRET = 'a secret of this installation, long enough';
const BOUNCE_ADDRESS = 'bounces@city.example';

/** As the mail server of a department writes it (RFC 3464). */
function report(
  to: string,
  given: { action?: string; status?: string; diagnostic?: string; id?: string } = {},
): string {
  const { action = 'failed', status = '5.1.1', diagnostic = '550 5.1.1 no such user here', id = `r-${to}` } = given;
  return [
    'Return-Path: <>',
    `Message-ID: <${id}>`,
    'From: Mail Delivery System <MAILER-DAEMON@department.example>',
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"',
    '',
    '--cut',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Your message could not be delivered.',
    '--cut',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mail.department.example',
    'Arrival-Date: Tue, 21 Apr 2026 09:00:00 +0800',
    '',
    'Final-Recipient: rfc822; somebody@department.example',
    `Action: ${action}`,
    `Status: ${status}`,
    'Remote-MTA: dns; mx.department.example',
    `Diagnostic-Code: smtp; ${diagnostic}`,
    '',
    '--cut',
    'Content-Type: text/rfc822-headers',
    '',
    'Subject: a digest',
    '',
    '--cut--',
    '',
  ].join('\r\n');
}

describeWithImap('BounceMailbox', (imap) => {
  const database = useTestDatabase();
  const address = new BounceAddress(BOUNCE_ADDRESS, DUBAN_SECRET);
  let server: MailServer;
  let mail: SmtpChannel;
  let world: World;
  let mailbox: BounceMailbox;
  let url: string;
  let count = 0;

  beforeEach(async () => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
    await database.source.query(`update notification set composed_at = now() where composed_at is null`);
    await database.source.query(
      `update suppressed_address set lifted_at = now(), lift_reason = '' where lifted_at is null`,
    );
    server = new MailServer();
    await server.start();
    mail = new SmtpChannel(server.url, '市督查室 <duban@city.example>', address);
    world = await new World(database).begin();
    url = imap.url(`bounces${++count}`);
    mailbox = new BounceMailbox(database.transactor, new BounceRecorder(new HistoryService()), world.clock, {
      BOUNCE_ADDRESS,
      DUBAN_SECRET,
      IMAP_URL: url,
    });
  });
  afterEach(async () => {
    await mailbox.onModuleDestroy();
    mail.close();
    await server.stop();
    jest.restoreAllMocks();
  });

  /** What the department's server hands to ours. */
  const arrives = async (...mails: string[]): Promise<void> => {
    const { port, username } = new URL(url);
    const auth = { user: username, pass: 'secret' };
    const client = new ImapFlow({ host: '127.0.0.1', port: Number(port), auth, logger: false });
    await client.connect();
    for (const one of mails) await client.append('INBOX', one);
    await client.logout();
  };
  const inFolder = async (folder: string): Promise<number> => {
    const { port, username } = new URL(url);
    const auth = { user: username, pass: 'secret' };
    const client = new ImapFlow({ host: '127.0.0.1', port: Number(port), auth, logger: false });
    await client.connect();
    const status = await client.status(folder, { messages: true });
    await client.logout();
    return (status || {}).messages ?? 0;
  };
  /** A mail that the server took, and where it is reported on. */
  const sent = async (
    given: { contact?: string; person?: string } = {},
  ): Promise<{ id: string; personId: string; contact: string; to: string }> => {
    const { unitId, contact } = await world.unit();
    const personId = await world.person([contact], given.person ? { email: given.person } : {});
    await world.followUp(await world.obligation(unitId), contact);
    const { deliveryIds } = await world.compose(world.digests(mail));
    expect(await world.deliveries(mail).send(deliveryIds[0]!)).toBe('sent');
    return { id: deliveryIds[0]!, personId, contact, to: server.senders.at(-1)! };
  };
  const suppressed = (): Promise<object[]> =>
    world.query(`select channel, address, reason from suppressed_address where lifted_at is null`);
  const messages = async (): Promise<number> => {
    const [row] = await world.query<{ count: number }>(`select count(*)::int as count from notification`);
    return row!.count + server.mails.length;
  };
  const again = async (contact: string): Promise<Record<string, unknown>[]> => {
    world.clock.moveTo(minutes(world.clock.now(), 60));
    await world.notification('resumed', contact, {
      taskNumber: '12',
      taskContent: '改造老旧小区',
      unitName: '市住建局',
    });
    const { deliveryIds } = await world.compose(world.digests(mail));
    for (const id of deliveryIds) await world.deliveries(mail).send(id);
    const window = windowStart(world.clock.now());
    return world.query(
      `select d.channel, d.state, d.last_error from delivery d join digest g on g.id = d.digest_id
         join post_holding h on h.person_id = g.person_id
       where g.window_start = $1 and h.post_id = $2 order by d.channel`,
      [window, contact],
    );
  };

  it('records that a message came back, and suppresses the address that is dead', async () => {
    const { id, personId, to } = await sent();
    expect(to).toMatch(/^bounces\+[0-9a-f]{32}\.[0-9a-f]{16}@city\.example$/);
    expect(to.split('@')[0]!.length).toBeLessThanOrEqual(64);
    await arrives(report(to));
    expect(await mailbox.empty()).toEqual({ recorded: 1, repeated: 0, ignored: 0 });
    expect(await inFolder('INBOX')).toBe(0);
    expect(await world.delivery(id)).toMatchObject({
      state: 'bounced',
      last_error: '5.1.1 550 5.1.1 no such user here',
      sent_at: MORNING,
    });
    expect(await suppressed()).toEqual([
      { channel: 'smtp', address: `p-${personId}@city.example`, reason: 'hard_bounce' },
    ]);
    const told = await world.query(
      `select entity, type, reason from history_event where type like '%suppressed_address%' or type = 'delivery.bounced'
         and entity_id = $1 order by seq`,
      [id],
    );
    expect(told).toMatchObject([{ type: 'delivery.bounced' }, { type: 'suppressed_address.suppressed' }]);
  });

  it('sends the next digest by the next channel, and says in its record why not by mail', async () => {
    const { to, contact } = await sent();
    await arrives(report(to));
    await mailbox.empty();
    const before = server.mails.length;
    expect(await again(contact)).toEqual([
      { channel: 'inbox', state: 'delivered', last_error: null },
      { channel: 'smtp', state: 'suppressed', last_error: 'messages to the address come back' },
    ]);
    expect(server.mails).toHaveLength(before);
  });

  it('does not send what was queued when the address died', async () => {
    const { to, contact } = await sent();
    world.clock.moveTo(minutes(world.clock.now(), 60));
    await world.notification('resumed', contact, { taskNumber: '12', taskContent: '改造', unitName: '市住建局' });
    const { deliveryIds } = await world.compose(world.digests(mail));
    await arrives(report(to));
    await mailbox.empty();
    expect(await world.deliveries(mail).send(deliveryIds[0]!)).toBe('suppressed');
  });

  it('suppresses an address, not a person: another address is tried at once (zammad 5428)', async () => {
    const { to, contact, personId } = await sent();
    await arrives(report(to));
    await mailbox.empty();
    await world.query(`update person set email = $2 where id = $1`, [personId, `new-${personId}@city.example`]);
    await database.transactor.run((tx) => world.addresses().liftAbandoned(tx, world.clock.now()));
    expect(await suppressed()).toEqual([]);
    expect(await again(contact)).toMatchObject([{ channel: 'inbox' }, { channel: 'smtp', state: 'sent' }]);
    // Somebody who comes back to it is tried again, too.
    await world.query(`update person set email = $2 where id = $1`, [personId, `p-${personId}@city.example`]);
    expect(await again(contact)).toMatchObject([{ channel: 'inbox' }, { channel: 'smtp', state: 'sent' }]);
  });

  it('lets an admin lift it, once, and says who did', async () => {
    const { to, contact, personId } = await sent();
    await arrives(report(to));
    await mailbox.empty();
    const { items } = await database.transactor.run((tx) => world.addresses().list(tx, { all: false, limit: 50 }));
    expect(items).toMatchObject([
      { channel: 'smtp', reason: 'hard_bounce', status: '5.1.1', persons: [{ id: personId, name: '李敏' }] },
    ]);
    const admin = { ...systemActor('request'), personId };
    const lift = (): Promise<unknown> =>
      database.transactor.run((tx) => world.addresses().lift(tx, admin, items[0]!.id, '邮箱已恢复', world.clock.now()));
    await lift();
    await expect(lift()).rejects.toMatchObject({ code: 'SUPPRESSED_ADDRESS.LIFTED' });
    expect(await again(contact)).toMatchObject([{ channel: 'inbox' }, { channel: 'smtp', state: 'sent' }]);
    const { items: all } = await database.transactor.run((tx) => world.addresses().list(tx, { all: true, limit: 50 }));
    expect(all[0]).toMatchObject({ liftedBy: personId, liftReason: '邮箱已恢复' });
  });

  it('leaves a full mailbox its address until several messages came back', async () => {
    const person = 'full@city.example';
    const full = { status: '5.2.2', diagnostic: '552 5.2.2 mailbox full' };
    const { id, to, contact } = await sent({ person });
    await arrives(report(to, full), report(to, { ...full, id: 'the same, told in other words' }));
    await mailbox.empty();
    expect(await world.delivery(id)).toMatchObject({ state: 'bounced', last_error: '5.2.2 552 5.2.2 mailbox full' });
    for (let i = 0; i < 2; i++) {
      expect(await suppressed()).toEqual([]);
      expect(await again(contact)).toMatchObject([{ channel: 'inbox' }, { channel: 'smtp', state: 'sent' }]);
      await arrives(report(server.senders.at(-1)!, full));
      await mailbox.empty();
    }
    expect(await suppressed()).toEqual([{ channel: 'smtp', address: person, reason: 'soft_bounces' }]);
  });

  it('holds against no address what the message or its sender is blamed for', async () => {
    for (let i = 0; i < 4; i++) {
      const { to, id } = await sent({ person: 'choosy@city.example' });
      await arrives(report(to, { status: '5.7.1', diagnostic: '554 5.7.1 looks like junk' }));
      await mailbox.empty();
      expect(await world.delivery(id)).toMatchObject({ state: 'bounced' });
      world.clock.moveTo(minutes(world.clock.now(), 60));
      await world.query(`update person set email = null where email = 'choosy@city.example'`);
    }
    expect(await suppressed()).toEqual([]);
  });

  it('records a delay as one, since the server goes on trying', async () => {
    const { to, id } = await sent();
    await arrives(report(to, { action: 'delayed', status: '4.4.1', diagnostic: '421 4.4.1 no answer' }));
    await mailbox.empty();
    expect(await world.delivery(id)).toMatchObject({ state: 'sent' });
    expect(await world.query(`select kind from bounce where delivery_id = $1`, [id])).toEqual([{ kind: 'delayed' }]);
  });

  it('records a report once, however often and by however many workers it is read', async () => {
    const { to, id } = await sent();
    await arrives(report(to), report(to));
    const other = new BounceMailbox(database.transactor, new BounceRecorder(new HistoryService()), world.clock, {
      BOUNCE_ADDRESS,
      DUBAN_SECRET,
      IMAP_URL: url,
    });
    await Promise.allSettled([mailbox.empty(), other.empty()]);
    await arrives(report(to));
    await mailbox.empty();
    await other.onModuleDestroy();
    expect(await inFolder('INBOX')).toBe(0);
    expect(await world.query(`select id from bounce where delivery_id = $1`, [id])).toHaveLength(1);
    expect(
      await world.query(`select id from history_event where type = 'delivery.bounced' and entity_id = $1`, [id]),
    ).toHaveLength(1);
  });

  it('writes to nobody about a message that came back (freescout 4806, 3156, 2486)', async () => {
    const { to, contact } = await sent();
    await arrives(report(to));
    const before = await messages();
    await mailbox.empty();
    await world.compose(world.digests(mail));
    expect(await messages()).toBe(before);
    // Nor does the next message, which is not sent, bring forth another.
    await again(contact);
    expect(await messages()).toBe(before + 1);
  });

  it('answers neither its own mails, nor answering machines, nor reports about reports (osTicket 1467, helpdesk 3628, glpi 16785)', async () => {
    const { to, id } = await sent();
    const before = await messages();
    const own = server.mails[0]!;
    const other = `From: a@department.example\r\nTo: ${to}\r\nAuto-Submitted: auto-replied\r\nSubject: Re: ${own.subject}\r\n`;
    await arrives(
      `Message-ID: ${own.messageId}\r\nFrom: duban@city.example\r\nTo: ${to}\r\nAuto-Submitted: auto-generated\r\n\r\nour own\r\n`,
      `${other}\r\nI am on leave until the holidays are over. 5.1.1\r\n`,
      report('MAILER-DAEMON@city.example'),
      report('bounces@city.example'),
      `To: ${to}\r\n\r\nPlease stop this.\r\n`,
    );
    expect(await mailbox.empty()).toEqual({ recorded: 0, repeated: 0, ignored: 5 });
    expect(await inFolder('INBOX')).toBe(0);
    expect(await inFolder('duban-other')).toBe(5);
    expect(await world.delivery(id)).toMatchObject({ state: 'sent' });
    expect(await messages()).toBe(before);
  });

  it('believes no report that is not addressed as we signed it', async () => {
    const { to, id } = await sent();
    const forged = to.replace(/\.([0-9a-f])/, (_, digit: string) => `.${digit === '0' ? '1' : '0'}`);
    const otherKey = new BounceAddress(BOUNCE_ADDRESS, 'another secret, of who would like to').of(id);
    await arrives(report(forged), report(otherKey), report(`bounces+${id}@city.example`));
    expect(await mailbox.empty()).toMatchObject({ recorded: 0, ignored: 3 });
    await arrives(report(address.of('00000000-0000-4000-8000-000000000000')));
    expect(await mailbox.empty()).toMatchObject({ recorded: 0 });
    expect(await world.delivery(id)).toMatchObject({ state: 'sent' });
  });

  it('is held up by nothing that may come', async () => {
    const { to, id } = await sent();
    const huge = report(to).replace('--cut--', `--cut\r\nContent-Type: message/rfc822\r\n\r\n${'x'.repeat(2e6)}`);
    const nested = Array.from(
      { length: 500 },
      (_, i) => `Content-Type: multipart/mixed; boundary="b${i}"\r\n\r\n--b${i}\r\n`,
    );
    await arrives('\r\n', nested.join(''), `To: ${to}\r\nContent-Type: multipart/report; boundary=x\r\n\r\n--x`, huge);
    expect(await mailbox.empty()).toEqual({ recorded: 1, repeated: 0, ignored: 3 });
    expect(await world.delivery(id)).toMatchObject({ state: 'bounced' });
  });

  it('reads what is left when the database was away half way', async () => {
    const [one, two] = [await sent(), await sent()];
    await arrives(report(one.to), report(two.to));
    jest
      .spyOn(mailbox, 'receive')
      .mockImplementationOnce((source) => BounceMailbox.prototype.receive.call(mailbox, source));
    jest.spyOn(mailbox, 'receive').mockRejectedValueOnce(new Error('Connection terminated'));
    await expect(mailbox.empty()).rejects.toThrow();
    jest.restoreAllMocks();
    expect(await mailbox.empty()).toMatchObject({ recorded: expect.any(Number), repeated: 0 });
    for (const { id } of [one, two]) expect(await world.delivery(id)).toMatchObject({ state: 'bounced' });
  });

  it('waits in the background for a server that is away, and reads when it is back', async () => {
    const { to, id } = await sent();
    await arrives(report(to));
    await imap.stop();
    await expect(mailbox.empty()).rejects.toThrow();
    mailbox.wake();
    await imap.start();
    await mailbox.empty();
    expect(await world.delivery(id)).toMatchObject({ state: 'bounced' });
  });
});
