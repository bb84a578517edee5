import { type MessagePreference, PRESET_MESSAGE_RULES, sendFrom, thisWeek, urgentFrom } from '@duban/domain';
import { localDateOf, newId } from '@duban/kernel';
import { useTestDatabase } from '@duban/testing';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { MORNING, minutes, World } from '../../test/world';
import type { Channel } from '../channels/channel';

const mail: Channel = { kind: 'smtp', isFor: (person) => person.email, send: () => Promise.resolve({ state: 'sent' }) };
const SHANGHAI = 'Asia/Shanghai';
/** From Tuesday on, over two weekends. */
const DAYS = 9;
const UNITS = 2;
const PEOPLE = 2;

const time = fc.integer({ min: 0, max: 47 }).map((half) => {
  return `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 ? '30' : '00'}`;
});
/** None of them leaves somebody without any time in office hours: the office refuses that. */
const preference: fc.Arbitrary<MessagePreference> = fc.record({
  off: fc.constantFrom<string[]>([], ['smtp']),
  dailyAt: fc.constantFrom(null, null, '10:00', '16:30'),
  quietHours: fc.oneof(
    fc.constant<MessagePreference['quietHours']>([]),
    fc
      .record({
        channel: fc.constantFrom(null, 'smtp', 'inbox'),
        from: fc.constantFrom('17:00', '18:00', '22:00'),
        until: fc.constantFrom('07:00', '09:30'),
      })
      .map((one) => [one]),
  ),
});
const message = fc.record({
  kind: fc.constantFrom('issued', 'issued', 'reminder', 'blue', 'red'),
  unit: fc.integer({ min: 0, max: UNITS - 1 }),
  post: fc.constantFrom('contact', 'head'),
  day: fc.integer({ min: 0, max: DAYS - 4 }),
  time,
  /** Of a reminder: so many hours later what it asks for is done. */
  doneAfter: fc.constantFrom(null, 1, 20, 70),
});
const scenario = fc.record({
  cap: fc.constantFrom(null, 1, 2, 3),
  preferences: fc.array(preference, { minLength: UNITS * PEOPLE, maxLength: UNITS * PEOPLE }),
  hasMail: fc.array(fc.boolean(), { minLength: UNITS * PEOPLE, maxLength: UNITS * PEOPLE }),
  /** Who reads what comes into the inbox at once. */
  reads: fc.array(fc.boolean(), { minLength: UNITS * PEOPLE, maxLength: UNITS * PEOPLE }),
  messages: fc.array(message, { minLength: 1, maxLength: 14 }),
  /** Minutes by which the composer comes late, one after the other. */
  late: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 5, maxLength: 5 }),
});

interface Item {
  notificationId: string;
  personId: string;
  channel: string;
  window: Date;
  composedAt: Date;
  unitId: string;
  isUrgent: boolean;
  isNotice: boolean;
}

/** Something else that the same unit owes. */
async function another(world: World, obligationId: string): Promise<string> {
  const id = newId();
  await world.query(
    `insert into obligation select (jsonb_populate_record(o, jsonb_build_object('id', $2::text, 'subject', $2::text))).*
     from obligation o where o.id = $1`,
    [obligationId, id],
  );
  return id;
}

describe('For any messages, people and rules', () => {
  const database = useTestDatabase();

  beforeAll(() => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
  });
  afterAll(() => jest.restoreAllMocks());

  it('each is told once a channel and window, in hours, under the cap, or has its reason; none is lost', async () => {
    let sent = 0;
    let held = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ cap, preferences, hasMail, reads, messages, late }) => {
        await database.source.query(`update notification set composed_at = now() where composed_at is null`);
        const world = await new World(database).begin();
        const units: { unitId: string; posts: Record<string, string> }[] = [];
        const owed = new Map<string, string>();
        const readers: string[] = [];
        for (let u = 0; u < UNITS; u++) {
          const { unitId, contact, head } = await world.unit();
          units.push({ unitId, posts: { contact, head } });
          owed.set(unitId, await world.obligation(unitId));
          for (const [i, post] of [contact, head].entries()) {
            const index = u * PEOPLE + i;
            const personId = await world.person([post], hasMail[index] ? {} : { email: null });
            if (reads[index]) readers.push(personId);
            await world.prefer(personId, preferences[index]!);
          }
        }
        await world.rules({ caps: { perUnitAndWeek: cap, units: [] } });
        const wanted = messages
          .map((one) => ({ ...one, at: new Date(`2026-04-${21 + one.day}T${one.time}:00+08:00`) }))
          .filter(({ at }) => at >= MORNING)
          .toSorted((a, b) => Number(a.at) - Number(b.at));
        const done: { at: Date; obligationId: string }[] = [];
        const ids: string[] = [];
        const end = minutes(MORNING, DAYS * 24 * 60);
        let run = 0;
        let now = MORNING;
        while (now < end) {
          while (wanted[0] && wanted[0].at <= now) {
            const one = wanted.shift()!;
            const { unitId, posts } = units[one.unit]!;
            const postId = posts[one.post]!;
            const isUrgent = one.kind === 'red';
            const columns = {
              wanted_at: one.at,
              is_urgent: isUrgent,
              send_from: isUrgent
                ? urgentFrom(one.at, PRESET_MESSAGE_RULES, SHANGHAI)
                : sendFrom(one.at, world.calendar, SHANGHAI),
            };
            if (one.kind === 'issued') {
              ids.push(
                await world.notification('task_issued', postId, { planTitle: '方案', count: ids.length + 1 }, columns),
              );
              continue;
            }
            const obligationId = await another(world, owed.get(unitId)!);
            const given =
              one.kind === 'reminder'
                ? { followUpKind: 'reminder', rung: 'remind', taskNumber: String(ids.length) }
                : { followUpKind: 'notice', rung: one.kind, colour: one.kind, noticeNumber: `${ids.length}号` };
            ids.push(await world.followUp(obligationId, postId, given, columns));
            if (one.doneAfter !== null) done.push({ obligationId, at: minutes(one.at, one.doneAfter * 60) });
          }
          for (const { obligationId } of done.filter(({ at }) => at <= now)) {
            await world.query(`update obligation set state = 'discharged' where id = $1`, [obligationId]);
          }
          world.clock.moveTo(now);
          await world.compose(world.digests(mail));
          await world.query(
            `update delivery set state = 'read', read_at = $2
             where person_id = any($1::uuid[]) and channel = 'inbox' and state = 'delivered'`,
            [readers, now],
          );
          const [next] = await world.query<{ at: Date | null }>(
            `select min(send_from) as at from notification where composed_at is null and send_from > $1 and id = any($2)`,
            [now, ids],
          );
          const due = [next?.at, wanted[0]?.at].flatMap((at) => at ?? []).map(Number);
          now = due.length === 0 ? end : minutes(new Date(Math.min(...due)), late[run++ % late.length]!);
        }

        const items = await world.query<Item>(
          `select i.notification_id as "notificationId", g.person_id as "personId", g.channel, g.window_start as window,
             g.composed_at as "composedAt", p.unit_id as "unitId", n.is_urgent as "isUrgent",
             coalesce(n.parameters->>'followUpKind' = 'notice', false) as "isNotice"
           from digest_item i join digest g on g.id = i.digest_id join notification n on n.id = i.notification_id
             join post p on p.id = n.post_id where n.id = any($1::uuid[])`,
          [ids],
        );
        const outcomes = await world.query<{
          id: string;
          personId: string;
          channel: string | null;
          reason: string;
          until: Date | null;
          endedAt: Date | null;
        }>(
          `select notification_id as id, person_id as "personId", channel, reason, until, ended_at as "endedAt"
           from message_outcome where notification_id = any($1::uuid[])`,
          [ids],
        );
        sent += items.length;
        held += outcomes.filter(({ reason }) => reason === 'cap').length;

        // At most once a person and channel, whatever the window.
        const keys = items.map((one) => `${one.notificationId} ${one.personId} ${one.channel}`);
        expect(new Set(keys).size).toBe(keys.length);
        // Nobody is told by mail what they have read.
        for (const one of items.filter(({ channel, personId }) => channel === 'smtp' && readers.includes(personId))) {
          const inInbox = items.find(
            ({ channel, notificationId, personId }) =>
              channel === 'inbox' && notificationId === one.notificationId && personId === one.personId,
          );
          expect(inInbox === undefined || inInbox.composedAt >= one.composedAt).toBe(true);
        }
        // In hours.
        for (const { composedAt, isUrgent } of items) {
          const isOffice = Number(sendFrom(composedAt, world.calendar, SHANGHAI)) === Number(composedAt);
          const isDecent = Number(urgentFrom(composedAt, PRESET_MESSAGE_RULES, SHANGHAI)) === Number(composedAt);
          expect(isOffice || (isUrgent && isDecent)).toBe(true);
        }
        // Under the cap: a half hour beyond it has something that is never held.
        for (const { unitId } of units) {
          const windows = new Map<number, Item[]>();
          for (const one of items.filter((item) => item.unitId === unitId)) {
            windows.set(Number(one.window), [...(windows.get(Number(one.window)) ?? []), one]);
          }
          const weeks = new Map<number, number>();
          for (const [window, of] of [...windows].toSorted(([a], [b]) => a - b)) {
            const week = Number(thisWeek(localDateOf(new Date(window), SHANGHAI), SHANGHAI));
            const count = (weeks.get(week) ?? 0) + 1;
            weeks.set(week, count);
            if (cap !== null && count > cap)
              expect(of.some(({ isUrgent, isNotice }) => isUrgent || isNotice)).toBe(true);
          }
        }
        // None lost: to everybody in the post by each channel it was told, or dropped, or it waits, with the reason.
        const composed = await world.query<{ id: string; personId: string; isDone: boolean }>(
          `select n.id, h.person_id as "personId", n.composed_at is not null as "isDone" from notification n
           join post_holding h on h.post_id = n.post_id where n.id = any($1::uuid[])`,
          [ids],
        );
        expect(composed).toHaveLength(ids.length);
        for (const { id, personId, isDone } of composed) {
          for (const channel of ['inbox', 'smtp']) {
            const told = keys.includes(`${id} ${personId} ${channel}`);
            const reasons = outcomes.filter(
              (one) => one.id === id && one.personId === personId && (one.channel ?? channel) === channel,
            );
            const standing = reasons.filter(({ endedAt }) => endedAt === null);
            expect({ id, channel, told, standing: standing.length }).toEqual({
              id,
              channel,
              told,
              standing: told ? 0 : 1,
            });
            if (isDone) expect(standing.every(({ until }) => until === null)).toBe(true);
          }
        }
      }),
      // A fixed seed: 11whether some are held must not differ from one run to the next.
      { seed: 11, numRuns: 6, endOnFailure: true },
    );
    expect(sent).toBeGreaterThan(10);
    expect(held).toBeGreaterThan(0);
  }, 300_000);
});
