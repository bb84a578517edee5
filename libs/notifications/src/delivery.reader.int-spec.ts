import { newId } from '@duban/kernel';
import { useTestDatabase } from '@duban/testing';
import { MORNING, minutes, World } from '../test/world';

const PERSON = { name: '某联络员', post: 'contact', postId: null, unitId: null, requestId: 'spec-read' } as const;

describe('DeliveryReader', () => {
  const database = useTestDatabase();
  let world: World;

  beforeEach(async () => {
    world = await new World(database).begin();
  });

  /** Somebody with so many digests, one a half hour. */
  const withDigests = async (count: number): Promise<string> => {
    const { contact } = await world.unit();
    const personId = await world.person([contact]);
    for (let i = 0; i < count; i++) {
      world.clock.moveTo(minutes(MORNING, 30 * i));
      await world.notification('task_issued', contact, { planTitle: `方案${i + 1}`, count: 1 });
      await world.compose(world.digests());
    }
    return personId;
  };
  const inbox = (personId: string, input: { unreadOnly?: boolean; limit: number; after?: string | null }) =>
    database.transactor.run((tx) => world.reader.inbox(tx, personId, input));
  const read = (personId: string, id: string, now = world.clock.now()) =>
    database.transactor.run((tx) => world.reader.read(tx, { ...PERSON, personId }, id, now));

  it('pages through an inbox, newest first, with nothing left out or shown twice', async () => {
    const personId = await withDigests(5);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof inbox>> = await inbox(personId, { limit: 2, after });
      seen.push(...page.items.map(({ items }) => items[0]!.text));
      after = page.next;
    } while (after !== null);
    expect(seen.map((text) => /方案\d/.exec(text)?.[0])).toEqual(['方案5', '方案4', '方案3', '方案2', '方案1']);
  });

  it('marks a message as read once', async () => {
    const personId = await withDigests(2);
    const { items } = await inbox(personId, { limit: 10, unreadOnly: true });
    const { id } = items[0]!;
    expect(await read(personId, id, MORNING)).toEqual({ readAt: MORNING });
    expect(await read(personId, id, minutes(MORNING, 90))).toEqual({ readAt: MORNING });
    expect((await inbox(personId, { limit: 10, unreadOnly: true })).items).toHaveLength(1);
    expect((await inbox(personId, { limit: 10 })).items[0]).toMatchObject({ state: 'read', readAt: MORNING });
    // That a message arrived and was read is a fact like any other: by whom, when, once.
    const told = await world.query(
      `select type, before->>'state' as was, after->>'state' as is, after->>'personId' as "personId", actor_person_id,
         request_id from history_event where entity = 'delivery' and entity_id = $1 order by seq`,
      [id],
    );
    expect(told).toMatchObject([
      { type: 'delivery.delivered', was: null, is: 'delivered', personId, actor_person_id: null },
      { type: 'delivery.read', was: 'delivered', is: 'read', actor_person_id: personId, request_id: 'spec-read' },
    ]);
  });

  it("does not let anybody mark another's message", async () => {
    const personId = await withDigests(1);
    const { items } = await inbox(personId, { limit: 1 });
    await expect(read(newId(), items[0]!.id)).rejects.toMatchObject({ code: 'DELIVERY.UNKNOWN' });
  });

  it('lists by person, task, state and channel', async () => {
    const personId = await withDigests(1);
    const list = (filter: object) => database.transactor.run((tx) => world.reader.list(tx, { limit: 10, ...filter }));
    const [found] = (await list({ personId })).items;
    expect(found).toMatchObject({
      channel: 'inbox',
      state: 'delivered',
      subject: '督办：交办1件',
      items: [{ kind: 'task_issued', taskId: world.taskId }],
    });
    expect((await list({ personId, taskId: world.taskId, state: 'delivered', channel: 'inbox' })).items).toHaveLength(
      1,
    );
    expect((await list({ personId, state: 'failed' })).items).toEqual([]);
    expect((await list({ personId, channel: 'smtp' })).items).toEqual([]);
    expect((await list({ personId, taskId: newId() })).items).toEqual([]);
  });
});
