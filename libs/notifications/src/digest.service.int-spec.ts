import { Logger } from '@nestjs/common';
import { newId } from '@duban/kernel';
import { useTestDatabase } from '@duban/testing';
import { MORNING, minutes, type Row, urge, World } from '../test/world';
import type { Channel } from './channels/channel';

const mail: Channel = { kind: 'smtp', isFor: (person) => person.email, send: () => Promise.resolve({ state: 'sent' }) };

describe('DigestService.compose', () => {
  const database = useTestDatabase();
  let world: World;

  beforeEach(async () => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
    await database.source.query(`update notification set composed_at = now() where composed_at is null`);
    world = await new World(database).begin();
  });
  afterEach(() => jest.restoreAllMocks());

  const itemsOf = (personId: string, channel = 'inbox'): Promise<Row[]> =>
    world.query(
      `select g.window_start, g.subject, i.position, i.text, i.notification_id from digest g
       join digest_item i on i.digest_id = g.id where g.person_id = $1 and g.channel = $2
       order by g.window_start, i.position`,
      [personId, channel],
    );
  const waiting = async (id: string): Promise<Date | null> => {
    const [row] = await world.query<{ send_from: Date; composed_at: Date | null }>(
      `select send_from, composed_at from notification where id = $1`,
      [id],
    );
    return row!.composed_at ? null : row!.send_from;
  };

  it('makes one digest a person and channel, however many matters there are', async () => {
    const { unitId, contact } = await world.unit();
    const personId = await world.person([contact]);
    await world.followUp(await world.obligation(unitId), contact);
    await world.notification('task_issued', contact, { planTitle: '责任分解方案', count: 5, signForBy: '2026-04-23' });

    const result = await world.compose(world.digests(mail));

    expect(result).toMatchObject({ digests: 2, overtaken: 0, withoutHolder: 0, waiting: 0 });
    expect(result.deliveryIds).toHaveLength(1);
    expect(await itemsOf(personId)).toMatchObject([
      { position: 1, subject: '督办：催办1件、交办1件', window_start: MORNING },
      { position: 2 },
    ]);
    expect(await itemsOf(personId, 'smtp')).toHaveLength(2);
    expect(
      await world.query(
        `select channel, state, address, attempts, next_attempt_at from delivery where person_id = $1 order by channel`,
        [personId],
      ),
    ).toMatchObject([
      { channel: 'inbox', state: 'delivered', attempts: 0, next_attempt_at: null },
      {
        channel: 'smtp',
        state: 'queued',
        attempts: 0,
        next_attempt_at: MORNING,
        address: `p-${personId}@city.example`,
      },
    ]);
    expect(await world.compose(world.digests(mail))).toMatchObject({ digests: 0, deliveryIds: [] });
  });

  it('does not multiply a reminder by the number of posts that one person holds (tsgrp/HPI 2255)', async () => {
    const { unitId, contact, head } = await world.unit();
    const personId = await world.person([contact, head]);
    const obligationId = await world.obligation(unitId);
    await world.followUp(obligationId, contact);
    await world.followUp(obligationId, head);

    expect(await world.compose(world.digests())).toMatchObject({ digests: 1 });
    expect(await itemsOf(personId)).toHaveLength(1);
  });

  it('reaches everybody who holds the post on the day, and nobody who held it before (opensupports 131, osTicket 4845)', async () => {
    const { unitId, contact } = await world.unit();
    const [before, one, other] = [await world.person([]), await world.person([contact]), await world.person([contact])];
    await world.query(
      `insert into post_holding (id, post_id, person_id, from_on, to_on) values ($1, $2, $3, '2026-01-01', '2026-04-21')`,
      [newId(), contact, before],
    );
    await world.followUp(await world.obligation(unitId), contact);
    await world.compose(world.digests());
    expect(await itemsOf(before)).toHaveLength(0);
    expect(await itemsOf(one)).toHaveLength(1);
    expect(await itemsOf(other)).toHaveLength(1);
  });

  it('does not send a reminder overtaken by events, but does tell a notice that was issued', async () => {
    const [done, moved] = [await world.unit(), await world.unit()];
    const people = [await world.person([done.contact]), await world.person([moved.contact])];
    const [doneId, movedId] = [await world.obligation(done.unitId), await world.obligation(moved.unitId)];
    await world.followUp(doneId, done.contact);
    await world.followUp(doneId, done.contact, {
      followUpKind: 'notice',
      rung: 'blue',
      colour: 'blue',
      noticeNumber: '1号',
    });
    await world.followUp(movedId, moved.contact, { followUpKind: 'reminder', rung: 'remind-1' });
    await world.query(`update obligation set state = 'discharged' where id = $1`, [doneId]);
    await world.query(`update obligation set deadline_version = 2, ladder_since = 2 where id = $1`, [movedId]);

    expect(await world.compose(world.digests())).toMatchObject({ overtaken: 2, digests: 1 });
    expect((await itemsOf(people[0]!)).map(({ text }) => text)).toEqual([expect.stringContaining('蓝色督办单')]);
    expect(await itemsOf(people[1]!)).toHaveLength(0);
    expect(await world.query(`select id from notification where composed_at is null`)).toEqual([]);
  });

  it('gives a person one digest a half hour: what comes later in it waits for the next', async () => {
    const { unitId, contact } = await world.unit();
    const personId = await world.person([contact]);
    await world.followUp(await world.obligation(unitId), contact);
    await world.compose(world.digests());

    world.clock.moveTo(minutes(MORNING, 10));
    const late = await world.notification('task_issued', contact, { planTitle: '责任分解方案', count: 1 });
    expect(await world.compose(world.digests())).toMatchObject({ digests: 0, waiting: 1 });
    expect(await waiting(late)).toEqual(minutes(MORNING, 30));

    world.clock.moveTo(minutes(MORNING, 30));
    expect(await world.compose(world.digests())).toMatchObject({ digests: 1 });
    expect((await itemsOf(personId)).map(({ window_start }) => window_start)).toEqual([MORNING, minutes(MORNING, 30)]);
  });

  it('makes each digest once under composers at once, with nothing torn apart (novu 2569, opencti 3512/4299)', async () => {
    const people: string[] = [];
    for (let i = 0; i < 10; i++) {
      const { contact, head } = await world.unit();
      people.push(await world.person([contact, head]));
      for (let count = 1; count <= 10; count++) {
        await world.notification('task_issued', count % 2 ? contact : head, { planTitle: '责任分解方案', count });
      }
    }
    const results = await Promise.all([1, 2, 3].map(() => world.compose(world.digests())));
    expect(results.map(({ digests }) => digests).toSorted()).toEqual([0, 0, 10]);
    for (const personId of people) expect(await itemsOf(personId)).toHaveLength(10);
  });

  it('sends nothing outside hours, though it became due within them', async () => {
    const { unitId, contact } = await world.unit();
    await world.person([contact]);
    const id = await world.followUp(await world.obligation(unitId), contact);
    world.clock.moveTo(new Date('2026-04-21T14:00:00Z'));
    expect(await world.compose(world.digests())).toMatchObject({ digests: 0 });
    expect(await waiting(id)).toEqual(new Date('2026-04-22T01:00:00Z'));
  });

  it('does not take what is not to be sent yet', async () => {
    const { unitId, contact } = await world.unit();
    await world.person([contact]);
    const id = await world.followUp(await world.obligation(unitId), contact, {}, { send_from: minutes(MORNING, 1) });
    expect(await world.compose(world.digests())).toMatchObject({ digests: 0 });
    expect(await waiting(id)).toEqual(minutes(MORNING, 1));
  });

  it('is not held up by a post that nobody holds, and says so', async () => {
    const [vacant, held] = [await world.unit(), await world.unit()];
    await world.person([held.contact]);
    await world.followUp(await world.obligation(vacant.unitId), vacant.contact);
    await world.followUp(await world.obligation(held.unitId), held.contact);
    expect(await world.compose(world.digests())).toMatchObject({ digests: 1, withoutHolder: 1 });
    expect(Logger.prototype.warn).toHaveBeenCalledWith(expect.stringContaining(vacant.contact));
    // A successor is told of it in the morning.
    await world.person([vacant.contact]);
    world.clock.moveTo(new Date(MORNING.getTime() + 86_400_000));
    expect(await world.compose(world.digests())).toMatchObject({ digests: 1, withoutHolder: 0 });
  });

  it('is not held up by a row that cannot be put into words, and does not lose it', async () => {
    const { unitId, contact } = await world.unit();
    await world.person([contact]);
    const spoilt = await world.notification('follow_up', contact, { ...urge, dueOn: 'soon' });
    await world.followUp(await world.obligation(unitId), contact);
    expect(await world.compose(world.digests())).toMatchObject({ digests: 1, waiting: 1 });
    expect(await waiting(spoilt)).toEqual(minutes(MORNING, 30));
    expect(Logger.prototype.error).toHaveBeenCalledWith(expect.stringContaining(spoilt));
  });

  it('reaches somebody without an address in the inbox alone', async () => {
    const { unitId, contact } = await world.unit();
    const personId = await world.person([contact], { email: null });
    await world.followUp(await world.obligation(unitId), contact);
    expect(await world.compose(world.digests(mail))).toMatchObject({ digests: 1, deliveryIds: [] });
    expect(await itemsOf(personId)).toHaveLength(1);
  });

  it('takes a backlog of several batches into one digest (nyc-councilmatic 209)', async () => {
    const { contact } = await world.unit();
    const personId = await world.person([contact]);
    await world.query(
      `insert into notification (id, jurisdiction_id, post_id, kind, parameters, wanted_at, send_from)
       select gen_random_uuid(), $1, $2, 'task_issued', jsonb_build_object('planTitle', 'P' || n, 'count', n), $3,
         $3::timestamptz - n * interval '1 microsecond'
       from generate_series(1, 12000) n`,
      [world.jurisdictionId, contact, MORNING],
    );
    expect(await world.compose(world.digests())).toMatchObject({ digests: 1, waiting: 0 });
    expect(await itemsOf(personId)).toHaveLength(12_000);
    expect(await world.query(`select id from notification where composed_at is null`)).toEqual([]);
  });

  describe('while somebody stands in (代行)', () => {
    const subjects = async (personId: string, channel: string): Promise<number> =>
      (await itemsOf(personId, channel)).length;
    /** Contact and handler of a unit, the one on leave from today. */
    async function onLeave(given: Row = {}) {
      const { unitId, contact, head } = await world.unit();
      const holder = await world.person([contact]);
      const delegate = await world.person([head]);
      const delegation = await world.delegation(contact, holder, delegate, given);
      return { unitId, contact, head, holder, delegate, delegation };
    }

    it('mails whoever stands in, and leaves it in the inbox of both (powercat 60/202)', async () => {
      // Wanted before the leave was: who is told is asked when it is sent.
      const { unitId, contact, holder, delegate } = await onLeave();
      await world.followUp(await world.obligation(unitId), contact, {}, { wanted_at: minutes(MORNING, -600) });
      const { deliveryIds } = await world.compose(world.digests(mail));
      expect(deliveryIds).toHaveLength(1);
      expect(await subjects(delegate, 'smtp')).toBe(1);
      expect(await subjects(delegate, 'inbox')).toBe(1);
      expect(await subjects(holder, 'inbox')).toBe(1);
      expect(await subjects(holder, 'smtp')).toBe(0);
    });

    it('mails the holder what is not of the matter, and nothing else', async () => {
      const { unitId, contact, holder, delegate } = await onLeave({ task_ids: [newId()] });
      await world.followUp(await world.obligation(unitId), contact);
      await world.compose(world.digests(mail));
      expect([await subjects(holder, 'smtp'), await subjects(delegate, 'inbox')]).toEqual([1, 0]);
    });

    it.each([
      ['plan', () => ({ plan_ids: [world.planId] })],
      ['task', () => ({ task_ids: [world.taskId] })],
    ])('goes by the %s of the matter', async (_, matter) => {
      const { unitId, contact, holder, delegate } = await onLeave(matter());
      await world.followUp(await world.obligation(unitId), contact, {}, { plan_id: world.planId });
      await world.compose(world.digests(mail));
      expect([await subjects(holder, 'smtp'), await subjects(delegate, 'smtp')]).toEqual([0, 1]);
    });

    it.each<[name: string, given: Row, change: (w: Awaited<ReturnType<typeof onLeave>>) => [string, unknown[]] | null]>(
      [
        ['is to begin tomorrow', { from_on: '2026-04-22' }, () => null],
        ['was over yesterday', { from_on: '2026-04-01', until_on: '2026-04-20' }, () => null],
        [
          'was ended',
          { made_at: MORNING },
          ({ delegation }) => [`update delegation set state = 'ended', ended_at = now() where id = $1`, [delegation]],
        ],
        [
          'is to somebody whose account is closed',
          {},
          ({ delegate }) => [`update person set is_active = false where id = $1`, [delegate]],
        ],
        [
          'is to somebody who has left the unit',
          {},
          ({ delegate }) => [`update post_holding set to_on = '2026-04-21' where person_id = $1`, [delegate]],
        ],
      ],
    )('tells the holder alone when it %s', async (_, given, change) => {
      const people = await onLeave(given);
      const changed = change(people);
      if (changed) await world.query(...changed);
      await world.followUp(await world.obligation(people.unitId), people.contact);
      await world.compose(world.digests(mail));
      expect([await subjects(people.holder, 'smtp'), await subjects(people.delegate, 'inbox')]).toEqual([1, 0]);
    });

    it('makes no circle of two who stand in for each other', async () => {
      const { unitId, contact, head, holder, delegate } = await onLeave();
      await world.delegation(head, delegate, holder);
      const obligation = await world.obligation(unitId);
      await world.followUp(obligation, contact);
      await world.followUp(obligation, head, { taskNumber: '13' });
      await world.compose(world.digests(mail));
      // Each is mailed the other's, once.
      const texts = async (personId: string) => (await itemsOf(personId, 'smtp')).map(({ text }) => String(text));
      expect([(await texts(holder)).length, (await texts(delegate)).length]).toEqual([1, 1]);
      expect((await texts(holder))[0]).toContain('13');
      expect((await texts(delegate))[0]).not.toContain('13');
      expect(await subjects(holder, 'inbox')).toBe(2);
    });

    it('still mails somebody on leave what is of their other posts', async () => {
      const { unitId, contact, holder } = await onLeave();
      const other = await world.unit();
      await world.query(
        `insert into post_holding (id, post_id, person_id, from_on, handed_over_at) values ($1, $2, $3, '2026-01-01', now())`,
        [newId(), other.head, holder],
      );
      await world.followUp(await world.obligation(unitId), contact);
      await world.followUp(await world.obligation(other.unitId), other.head, { taskNumber: '13' });
      await world.compose(world.digests(mail));
      expect(await subjects(holder, 'inbox')).toBe(2);
      expect((await itemsOf(holder, 'smtp')).map(({ text }) => text)).toEqual([expect.stringContaining('13')]);
    });
  });

  describe('when a post is taken over (接任)', () => {
    const succeed = async (post: string, fromOn = '2026-04-21'): Promise<string> => {
      await world.query(`update post_holding set to_on = $2 where post_id = $1`, [post, fromOn]);
      const successor = await world.person([]);
      await world.query(`insert into post_holding (id, post_id, person_id, from_on) values ($1, $2, $3, $4)`, [
        newId(),
        post,
        successor,
        fromOn,
      ]);
      return successor;
    };

    const pass = (n: number): void => world.clock.moveTo(minutes(world.clock.now(), n));

    it('tells the successor once what is still open, of each obligation the last word (Expensify 94160)', async () => {
      const { unitId, contact } = await world.unit();
      const before = await world.person([contact]);
      const [open, done] = [await world.obligation(unitId), await world.obligation((await world.unit()).unitId)];
      const composed = { composed_at: MORNING };
      await world.followUp(
        open,
        contact,
        { rung: 'remind-5', followUpKind: 'reminder' },
        { ...composed, wanted_at: minutes(MORNING, -2000) },
      );
      const last = await world.followUp(open, contact, {}, { ...composed, wanted_at: minutes(MORNING, -1000) });
      await world.followUp(done, contact, {}, composed);
      await world.query(`update obligation set state = 'discharged', settled_at = now() where id = $1`, [done]);
      const successor = await succeed(contact);
      expect(await world.compose(world.digests(mail))).toMatchObject({ digests: 2 });
      expect((await itemsOf(successor)).map(({ notification_id }) => notification_id)).toEqual([last]);
      expect(await itemsOf(successor, 'smtp')).toHaveLength(1);
      expect(await itemsOf(before)).toEqual([]);
      pass(30);
      expect(await world.compose(world.digests(mail))).toMatchObject({ digests: 0 });
    });

    it('tells them on the first day, not before, and nothing that they were told themselves', async () => {
      const { unitId, contact } = await world.unit();
      const before = await world.person([contact]);
      const obligation = await world.obligation(unitId);
      await world.followUp(obligation, contact);
      await world.compose(world.digests(mail));
      expect(await itemsOf(before)).toHaveLength(1);
      const successor = await succeed(contact, '2026-04-22');
      pass(30);
      await world.compose(world.digests(mail));
      expect(await itemsOf(successor)).toEqual([]);
      pass(24 * 60);
      // What comes on that day about the same matter is the last word.
      const urgent = await world.followUp(obligation, contact, { rung: 'urge-2', subject: '2026Q1，再次' });
      await world.compose(world.digests(mail));
      expect((await itemsOf(successor)).map(({ notification_id }) => notification_id)).toEqual([urgent]);
      // Somebody who comes back to a post has been told already.
      const again = await world.query(
        `insert into post_holding (id, post_id, person_id, from_on) values ($1, $2, $3, '2026-04-22') returning id`,
        [newId(), contact, before],
      );
      pass(30);
      await world.compose(world.digests(mail));
      expect(await itemsOf(before)).toHaveLength(2);
      const told = await world.query(`select from post_holding where id = $1 and handed_over_at is not null`, [
        again[0]!['id'],
      ]);
      expect(told).toHaveLength(1);
    });
  });
});
