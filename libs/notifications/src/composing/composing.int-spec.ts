import { PRESET_MESSAGE_RULES } from '@duban/domain';
import { newId } from '@duban/kernel';
import { useTestDatabase } from '@duban/testing';
import { Logger } from '@nestjs/common';
import { MORNING, minutes, type Row, World } from '../../test/world';
import type { Channel } from '../channels/channel';

const mail: Channel = { kind: 'smtp', isFor: (person) => person.email, send: () => Promise.resolve({ state: 'sent' }) };
const DAY = 24 * 60;
/** Saturday, 25 April 2026, is a day off; Monday the 27th is the next working day. */
const SATURDAY_EIGHT = minutes(MORNING, 4 * DAY - 60);
const NEXT_MONDAY = minutes(MORNING, 6 * DAY);
const red = { followUpKind: 'notice', rung: 'red', colour: 'red', noticeNumber: '督办红〔2026〕1号' };
const blue = { followUpKind: 'notice', rung: 'blue', colour: 'blue', noticeNumber: '督办蓝〔2026〕1号' };

describe('Composing by the rules of messages (消息规则)', () => {
  const database = useTestDatabase();
  let world: World;

  beforeEach(async () => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
    await database.source.query(`update notification set composed_at = now() where composed_at is null`);
    world = await new World(database).begin();
    await world.person([]);
    await world.rules({});
  });
  afterEach(() => jest.restoreAllMocks());

  const compose = (): ReturnType<World['compose']> => world.compose(world.digests(mail));
  const told = (personId: string, channel = 'inbox'): Promise<Row[]> =>
    world.query(
      `select g.window_start, g.is_urgent, i.notification_id as id from digest g join digest_item i on i.digest_id = g.id
       where g.person_id = $1 and g.channel = $2 order by g.window_start, i.position`,
      [personId, channel],
    );
  const idsTold = async (personId: string, channel?: string): Promise<unknown[]> =>
    (await told(personId, channel)).map(({ id }) => id);
  const outcomes = (notificationId: string): Promise<Row[]> =>
    world.query(
      `select person_id, channel, reason, since, until, ended_at from message_outcome where notification_id = $1
       order by since, channel nulls first, reason, person_id`,
      [notificationId],
    );
  const issued = (postId: string, count = 1, columns: Row = {}): Promise<string> =>
    world.notification('task_issued', postId, { planTitle: '责任分解方案', count }, columns);

  it('sends what is urgent (急件) in its hours, on a day off too, and nothing else then (zammad 4432, glpi 22678)', async () => {
    const { unitId, contact } = await world.unit();
    const personId = await world.person([contact]);
    world.clock.moveTo(minutes(SATURDAY_EIGHT, -90));
    const notice = await world.followUp(await world.obligation(unitId), contact, red, { is_urgent: true });
    const ordinary = await issued(contact);
    expect(await compose()).toMatchObject({ digests: 0 });

    world.clock.moveTo(SATURDAY_EIGHT);
    expect(await compose()).toMatchObject({ digests: 2 });
    expect(await told(personId)).toMatchObject([{ id: notice, is_urgent: true }]);
    world.clock.moveTo(minutes(SATURDAY_EIGHT, 15 * 60));
    expect(await compose()).toMatchObject({ digests: 0 });

    world.clock.moveTo(NEXT_MONDAY);
    await compose();
    expect(await told(personId)).toMatchObject([{ id: notice }, { id: ordinary, is_urgent: false }]);
  });

  it('holds what is over the cap of a unit and week, and sends it in the next, oldest first (alaveteli 7089)', async () => {
    const { contact, head } = await world.unit();
    const people = [await world.person([contact]), await world.person([head])];
    await world.rules({ caps: { perUnitAndWeek: 2, units: [] } });
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) {
      world.clock.moveTo(minutes(MORNING, i * 60));
      ids.push(await issued(contact, i + 1));
      // Of one half hour, for another person: the unit is written to in it anyway.
      ids.push(await issued(head, i + 1));
      expect(await compose()).toMatchObject(i < 2 ? { digests: 4, held: 0 } : { digests: 0, held: 2 });
    }
    expect(await outcomes(ids[4]!)).toMatchObject([{ person_id: people[0], reason: 'cap', until: NEXT_MONDAY }]);
    const times = await world.query(
      `select count(*)::int as times from unit_told where unit_id =
      (select unit_id from post where id = $1)`,
      [contact],
    );
    expect(times).toEqual([{ times: 2 }]);

    world.clock.moveTo(NEXT_MONDAY);
    expect(await compose()).toMatchObject({ held: 0, digests: 4 });
    expect(await idsTold(people[0]!)).toEqual([ids[0], ids[2], ids[4], ids[6]]);
    expect(await outcomes(ids[4]!)).toMatchObject([{ reason: 'cap', ended_at: NEXT_MONDAY }]);
  });

  it('never holds a notice (督办单), and sends with it what was held', async () => {
    const { unitId, contact } = await world.unit();
    const personId = await world.person([contact]);
    await world.rules({ caps: { perUnitAndWeek: 20, units: [{ unitId, perWeek: 1 }] } });
    const first = await issued(contact, 1);
    await compose();
    world.clock.moveTo(minutes(MORNING, 60));
    const held = await issued(contact, 2);
    expect(await compose()).toMatchObject({ held: 1 });
    world.clock.moveTo(minutes(MORNING, 120));
    const also = await issued(contact, 3);
    const notice = await world.followUp(await world.obligation(unitId), contact, blue);
    expect(await compose()).toMatchObject({ digests: 2, held: 0 });
    expect((await idsTold(personId)).toSorted()).toEqual([first, held, also, notice].toSorted());
    expect((await told(personId)).filter(({ id }) => id !== first).map((row) => row.window_start)).toEqual(
      Array(3).fill(minutes(MORNING, 120)),
    );
  });

  it('sends what was held as soon as the office allows more', async () => {
    const { unitId, contact } = await world.unit();
    const personId = await world.person([contact]);
    await world.rules({ caps: { perUnitAndWeek: null, units: [{ unitId, perWeek: 1 }] } });
    await issued(contact, 1);
    await compose();
    world.clock.moveTo(minutes(MORNING, 60));
    await issued(contact, 2);
    await compose();
    await world.rules({ caps: { perUnitAndWeek: null, units: [] } });
    expect(await compose()).toMatchObject({ held: 0, digests: 2 });
    expect(await told(personId)).toHaveLength(2);
  });

  it('drops what was overtaken while it was held, and says so', async () => {
    const { unitId, contact } = await world.unit();
    const personId = await world.person([contact]);
    await world.rules({ caps: { perUnitAndWeek: 1, units: [] } });
    const obligationId = await world.obligation(unitId);
    await issued(contact, 1);
    await compose();
    world.clock.moveTo(minutes(MORNING, 60));
    const id = await world.followUp(obligationId, contact);
    await compose();
    await world.query(`update obligation set state = 'discharged' where id = $1`, [obligationId]);
    world.clock.moveTo(NEXT_MONDAY);
    expect(await compose()).toMatchObject({ overtaken: 1, digests: 0 });
    expect(await outcomes(id)).toMatchObject([
      { reason: 'cap', ended_at: NEXT_MONDAY },
      { reason: 'overtaken', person_id: personId, until: null },
    ]);
  });

  it('keeps quiet hours per person and per channel (zulip 11190, tasks 370)', async () => {
    const { contact } = await world.unit();
    const [quiet, other] = [await world.person([contact]), await world.person([contact])];
    await world.prefer(quiet, { quietHours: [{ channel: 'smtp', from: '18:00', until: '10:00' }] });
    const id = await issued(contact);
    expect(await compose()).toMatchObject({ digests: 3, waiting: 1 });
    expect([await idsTold(quiet), await idsTold(quiet, 'smtp'), await idsTold(other, 'smtp')]).toEqual([
      [id],
      [],
      [id],
    ]);
    expect(await outcomes(id)).toMatchObject([
      { person_id: quiet, channel: 'smtp', reason: 'quiet_hours', until: minutes(MORNING, 60), ended_at: null },
    ]);
    world.clock.moveTo(minutes(MORNING, 60));
    expect(await compose()).toMatchObject({ digests: 1, waiting: 0 });
    expect([await idsTold(quiet), await idsTold(quiet, 'smtp'), await idsTold(other, 'smtp')]).toEqual([
      [id],
      [id],
      [id],
    ]);
  });

  it('does not bring by mail later what was read in the inbox meanwhile, and says so', async () => {
    const { contact } = await world.unit();
    const personId = await world.person([contact]);
    await world.prefer(personId, { quietHours: [{ channel: 'smtp', from: '18:00', until: '10:00' }] });
    const id = await issued(contact);
    await compose();
    await world.query(`update delivery set state = 'read', read_at = now() where person_id = $1`, [personId]);
    world.clock.moveTo(minutes(MORNING, 60));
    expect(await compose()).toMatchObject({ digests: 0, waiting: 0 });
    expect(await outcomes(id)).toMatchObject([
      { channel: 'smtp', reason: 'quiet_hours', ended_at: minutes(MORNING, 60) },
      { channel: 'smtp', reason: 'read_before', until: null },
    ]);
  });

  it('lets nobody sleep over what is urgent', async () => {
    const { unitId, contact } = await world.unit();
    const personId = await world.person([contact]);
    await world.prefer(personId, {
      dailyAt: '16:00',
      quietHours: [{ channel: null, from: '18:00', until: '10:00' }],
    });
    const id = await world.followUp(await world.obligation(unitId), contact, red, { is_urgent: true });
    await compose();
    expect(await idsTold(personId, 'smtp')).toEqual([id]);
  });

  it('gives whoever wants that one digest a day', async () => {
    const { contact } = await world.unit();
    const personId = await world.person([contact]);
    await world.prefer(personId, { dailyAt: '16:00' });
    const ids: string[] = [];
    for (let hour = 0; hour <= 8; hour++) {
      world.clock.moveTo(minutes(MORNING, hour * 60));
      ids.push(await issued(contact, hour + 1));
      await compose();
    }
    const four = minutes(MORNING, 7 * 60);
    expect((await told(personId)).map((row) => row.window_start)).toEqual(Array(8).fill(four));
    expect(await outcomes(ids[8]!)).toMatchObject([
      { reason: 'daily_digest', channel: 'inbox', until: minutes(four, DAY) },
      { reason: 'daily_digest', channel: 'smtp' },
    ]);
    world.clock.moveTo(minutes(four, DAY));
    await compose();
    expect(await told(personId)).toHaveLength(9);
  });

  it('does without a channel that somebody does not want, as long as the office allows that', async () => {
    const { contact } = await world.unit();
    const personId = await world.person([contact]);
    await world.prefer(personId, { off: ['smtp'] });
    const first = await issued(contact, 1);
    await compose();
    expect(await outcomes(first)).toMatchObject([{ channel: 'smtp', reason: 'preference', until: null }]);
    await world.rules({ choices: { ...PRESET_MESSAGE_RULES.choices, channels: [] } });
    world.clock.moveTo(minutes(MORNING, 30));
    const second = await issued(contact, 2);
    await compose();
    expect(await idsTold(personId, 'smtp')).toEqual([second]);
  });

  it('says of each person why a message did not reach them', async () => {
    const { unitId, contact, head } = await world.unit();
    const onLeave = await world.person([contact]);
    const standIn = await world.person([head], { email: null });
    await world.delegation(contact, onLeave, standIn);
    const first = await world.followUp(await world.obligation(unitId), contact);
    await compose();
    expect(await outcomes(first)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ person_id: onLeave, channel: 'smtp', reason: 'stand_in' }),
        expect.objectContaining({ person_id: standIn, channel: 'smtp', reason: 'no_address' }),
      ]),
    );
    const second = await issued(contact);
    await compose();
    expect((await outcomes(second)).filter(({ reason }) => reason === 'window')).toEqual(
      [onLeave, standIn].map((person_id) =>
        expect.objectContaining({ person_id, channel: 'inbox', until: minutes(MORNING, 30) }),
      ),
    );
    const vacant = await world.unit();
    const third = await issued(vacant.contact);
    await compose();
    expect(await outcomes(third)).toMatchObject([{ person_id: null, reason: 'no_holder' }]);
  });

  it('says of a restricted matter (限知事项) who was left out of it', async () => {
    const { contact, head } = await world.unit();
    const [named, other] = [await world.person([head]), await world.person([contact])];
    await world.query(`insert into named_person (id, task_id, person_id) values ($1, $2, $3)`, [
      newId(),
      world.taskId,
      named,
    ]);
    const id = await issued(contact);
    await compose();
    expect([await idsTold(named), await idsTold(other)]).toEqual([[id], []]);
    expect(await outcomes(id)).toMatchObject([{ person_id: other, channel: null, reason: 'not_named' }]);
  });

  describe('with channels that come only when others are not read', () => {
    const sms: Channel = { kind: 'sms', isFor: () => '13800000000', send: () => Promise.resolve({ state: 'sent' }) };
    const voice: Channel = { ...sms, kind: 'voice' };
    const composeAll = (): ReturnType<World['compose']> => world.compose(world.digests(mail, sms, voice));
    /** Two working days later. */
    const DEADLINE = minutes(MORNING, 2 * DAY);

    beforeEach(() => world.rules({ escalation: { workingDays: 2, channels: ['sms', 'voice'] } }));

    it('takes the next channel for what was not read by its day, once, and then the one after it', async () => {
      const { contact } = await world.unit();
      const personId = await world.person([contact]);
      const id = await issued(contact);
      expect(await composeAll()).toMatchObject({ digests: 2 });
      expect((await outcomes(id)).map(({ channel, reason }) => [channel, reason])).toEqual([
        ['sms', 'later_channel'],
        ['voice', 'later_channel'],
      ]);
      world.clock.moveTo(minutes(DEADLINE, -1));
      expect(await composeAll()).toMatchObject({ digests: 0 });
      world.clock.moveTo(DEADLINE);
      const { deliveryIds } = await composeAll();
      expect(deliveryIds).toHaveLength(1);
      expect(await idsTold(personId, 'sms')).toEqual([id]);
      const [line] = await world.query(
        `select g.channel from digest_item i join digest g on g.id = i.escalated_from where i.notification_id = $1`,
        [id],
      );
      expect(line).toEqual({ channel: 'inbox' });
      expect(await composeAll()).toMatchObject({ digests: 0 });
      world.clock.moveTo(NEXT_MONDAY);
      await composeAll();
      expect([await idsTold(personId, 'sms'), await idsTold(personId, 'voice')]).toEqual([[id], [id]]);
      world.clock.moveTo(minutes(NEXT_MONDAY, 7 * DAY));
      expect(await composeAll()).toMatchObject({ digests: 0 });
    });

    it('takes none after what was read by the one that was taken for it', async () => {
      const { contact } = await world.unit();
      const personId = await world.person([contact]);
      const id = await issued(contact);
      await composeAll();
      world.clock.moveTo(DEADLINE);
      await composeAll();
      await world.query(
        `update delivery set state = 'read', read_at = now() where person_id = $1 and channel = 'sms'`,
        [personId],
      );
      world.clock.moveTo(NEXT_MONDAY);
      expect(await composeAll()).toMatchObject({ digests: 0 });
      expect([await idsTold(personId, 'sms'), await idsTold(personId, 'voice')]).toEqual([[id], []]);
    });

    it('takes none for what was read, overtaken, or is of a post that somebody else has now', async () => {
      const units = [await world.unit(), await world.unit(), await world.unit()];
      const people: string[] = [];
      for (const { contact } of units) people.push(await world.person([contact]));
      const obligationId = await world.obligation(units[1]!.unitId);
      await issued(units[0]!.contact);
      await world.followUp(obligationId, units[1]!.contact);
      await issued(units[2]!.contact);
      await composeAll();
      await world.query(`update delivery set state = 'read', read_at = $2 where person_id = $1 and channel = 'inbox'`, [
        people[0],
        MORNING,
      ]);
      await world.query(`update obligation set state = 'discharged' where id = $1`, [obligationId]);
      await world.query(`update post_holding set to_on = '2026-04-22' where person_id = $1`, [people[2]]);
      world.clock.moveTo(DEADLINE);
      expect(await composeAll()).toMatchObject({ digests: 0 });
      expect(await world.query(`select id from digest where escalate_at is not null`)).toEqual([]);
    });

    it('sends what is urgent by all of them at once', async () => {
      const { unitId, contact } = await world.unit();
      const personId = await world.person([contact]);
      const id = await world.followUp(await world.obligation(unitId), contact, red, { is_urgent: true });
      await composeAll();
      expect([await idsTold(personId, 'sms'), await idsTold(personId, 'voice')]).toEqual([[id], [id]]);
      world.clock.moveTo(DEADLINE);
      expect(await composeAll()).toMatchObject({ digests: 0 });
    });
  });
});
