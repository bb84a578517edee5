import { newId } from '@duban/kernel';
import { useTestDatabase } from '@duban/testing';
import { type Actor, systemActor } from '../actor';
import { type Change, type HistoryEvent, HistoryService } from '../history.service';

interface Sealed {
  personal: { box: string }[];
}
const AT = new Date('2026-03-02T09:00:00+08:00');

describe('What events say of people (个人信息)', () => {
  const database = useTestDatabase();
  const history = new HistoryService();
  const actorOf = (personId: string, more: Partial<Actor> = {}): Actor => ({
    ...systemActor('spec'),
    personId,
    name: '王惊鸿',
    ...more,
  });
  const state = { username: 'wang.jh', displayName: '王惊鸿', email: 'wjh@city.example', isActive: true };
  const edited = (personId: string, after: object, before: object | null = null): Change => ({
    type: 'person.edited',
    entity: 'person',
    entityId: personId,
    before: before && { ...before },
    after: { ...after },
  });
  const append = (who: Actor, ...changes: Change[]) =>
    database.transactor.run((tx) => history.append(tx, who, AT, changes));
  const seqsOf = async (entityId: string): Promise<string[]> =>
    (
      await database.source.query<{ seq: string }[]>(
        `select seq::text from history_event where entity_id = $1 order by history_event.seq`,
        [entityId],
      )
    ).map(({ seq }) => seq);
  const lines = async (entityId: string): Promise<string> =>
    JSON.stringify(await database.source.query(`select * from history_event where entity_id = $1`, [entityId]));
  const read = async (entityId: string): Promise<HistoryEvent[]> => {
    const seqs = await seqsOf(entityId);
    const events = await database.transactor.run((tx) => history.bySeq(tx, seqs));
    return events.toSorted((one, other) => Number(one.seq) - Number(other.seq));
  };
  const forget = (personId: string) => database.transactor.run((tx) => history.forget(tx, personId));
  const WORDS = /王惊鸿|wang\.jh|wjh@/;

  it('stands in no row in clear, and reads as it was written', async () => {
    const id = newId();
    await append(actorOf(id), edited(id, { ...state, isActive: false }, state));
    expect(await lines(id)).not.toMatch(WORDS);
    const [event] = await read(id);
    expect(event).toMatchObject({ actor: { personId: id, name: '王惊鸿' } });
    expect([event!.before, event!.after]).toEqual([state, { ...state, isActive: false }]);
  });

  it('is the same box for the same words and person, so that what changed is seen without a key', async () => {
    const [id, other] = [newId(), newId()];
    await append(actorOf(id), edited(id, { ...state, isActive: false }, state), edited(other, state));
    const [{ before, after }]: [Record<'before' | 'after', Sealed>] = await database.source.query(
      `select before, after from history_event where entity_id = $1`,
      [id],
    );
    expect(after.personal).toEqual(before.personal);
    const [one]: [{ after: Sealed }] = await database.source.query(
      `select after from history_event where entity_id = $1`,
      [other],
    );
    expect(one.after.personal[0]!.box).not.toBe(after.personal[0]!.box);
  });

  it('is of each their own where several are told of, in lists, too', async () => {
    const [id, delegate, matter] = [newId(), newId(), newId()];
    const delegation = { personId: id, username: 'a', displayName: '甲', delegateId: delegate, delegateUsername: 'b' };
    const persons = [
      { personId: id, username: 'a' },
      { personId: delegate, username: 'b' },
    ];
    await append(
      actorOf(id, { delegation: { id: newId(), personId: delegate, name: '乙', matter: null } }),
      { type: 'delegation.made', entity: 'delegation', entityId: matter, after: { ...delegation, delegateName: '乙' } },
      { type: 'restriction.set', entity: 'restriction', entityId: matter, before: { persons: [] }, after: { persons } },
    );
    await forget(delegate);
    const [made, set] = await read(matter);
    expect(made).toMatchObject({
      actor: { name: '王惊鸿', onBehalfOf: { name: '〔已依法删除〕' } },
      after: { username: 'a', displayName: '甲', delegateUsername: '〔已依法删除〕', delegateName: '〔已依法删除〕' },
    });
    expect(set!.after).toEqual({ persons: [persons[0], { personId: delegate, username: '〔已依法删除〕' }] });
  });

  it('of somebody who was erased is read by nobody, in old events or new ones', async () => {
    const id = newId();
    await append(actorOf(id), edited(id, state));
    await forget(id);
    await append(actorOf(id), edited(id, state));
    expect(await lines(id)).not.toMatch(WORDS);
    const erased = {
      username: '〔已依法删除〕',
      displayName: '〔已依法删除〕',
      email: '〔已依法删除〕',
      isActive: true,
    };
    expect((await read(id)).map(({ actor, after }) => [actor.name, after])).toEqual([
      ['〔已依法删除〕', erased],
      ['〔已依法删除〕', erased],
    ]);
    const last = await database.transactor.run((tx) => history.lastOf(tx, id));
    expect(last?.by).toBe('〔已依法删除〕');
  });

  it('is not kept under a key whose transaction failed', async () => {
    const id = newId();
    await expect(
      database.transactor.run(async (tx) => {
        await history.append(tx, actorOf(id), AT, [edited(id, state)]);
        await history.append(tx, actorOf(id), AT, [edited(id, state)]);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    await append(actorOf(id), edited(id, state));
    expect(await read(id)).toMatchObject([{ actor: { name: '王惊鸿' }, after: state }]);
  });

  it('is not taken for erased where its key was lost or changed, and opens nowhere else', async () => {
    const [id, other] = [newId(), newId()];
    await append(actorOf(id), edited(id, state), edited(other, state));
    await database.source.query(
      `update person_key k set key = o.key from person_key o where k.person_id = $1 and o.person_id = $2`,
      [id, other],
    );
    expect(await read(id)).toMatchObject([{ actor: { name: '〔无法读取〕' }, after: { displayName: '〔无法读取〕' } }]);
    await database.source.query(`delete from person_key where person_id = $1`, [id]);
    expect(await read(id)).toMatchObject([{ actor: { name: '〔无法读取〕' } }]);
  });

  it('gets one key where two write of somebody for the first time at once', async () => {
    const id = newId();
    const services = [new HistoryService(), new HistoryService(), new HistoryService(), new HistoryService()];
    await Promise.all(
      services.map((one) => database.transactor.run((tx) => one.append(tx, actorOf(id), AT, [edited(id, state)]))),
    );
    const events = await read(id);
    expect(events).toHaveLength(4);
    for (const { after } of events) expect(after).toEqual(state);
  });
});
