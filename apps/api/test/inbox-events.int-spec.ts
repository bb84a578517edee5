import type { AddressInfo } from 'node:net';
import { InboxListener } from '../src/messages/inbox-listener';
import { InboxStreams } from '../src/messages/inbox-streams';
import { until } from '@duban/testing';
import { Edge, expectProblem, type Json, useEdge } from './edge';

interface Event {
  id: string | null;
  event: string;
  data: Json;
}

/** A client of server-sent events, over HTTP. */
class Watcher {
  readonly events: Event[] = [];
  comments = 0;
  isEnded = false;
  headers = new Headers();
  private readonly aborter = new AbortController();

  static async of(edge: Edge, username: string, lastEventId?: string): Promise<Watcher> {
    const watcher = new Watcher();
    const { port } = edge.app.getHttpServer().address() as AddressInfo;
    const { token } = await edge.as(username);
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/inbox/events`, {
      headers: {
        authorization: `Bearer ${token}`,
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal: watcher.aborter.signal,
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    watcher.headers = response.headers;
    void watcher.follow(response);
    return watcher;
  }

  get messages(): Event[] {
    return this.events.filter(({ event }) => event === 'message');
  }

  leave(): void {
    this.aborter.abort();
  }

  private async follow(response: Response): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const bytes of response.body!) {
        text += decoder.decode(bytes, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop()!;
        for (const block of blocks) this.take(block);
      }
    } catch {
      // Cut off.
    }
    this.isEnded = true;
  }

  private take(block: string): void {
    if (block.startsWith(':')) this.comments++;
    const field = (name: string): string | null => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
    const event = field('event');
    if (event !== null) this.events.push({ id: field('id'), event, data: JSON.parse(field('data')!) });
  }
}

describe('The events of an inbox (收件箱)', () => {
  let other: Edge;
  let minutes = 0;
  const watchers: Watcher[] = [];
  const one = useEdge(async (database) => {
    const edge = await Edge.open(database);
    other = await Edge.open(database);
    for (const { app } of [edge, other]) {
      Object.assign(app.get(InboxStreams), { heartbeatMs: 200 });
      await app.listen(0, '127.0.0.1');
    }
    return edge;
  });
  afterEach(() => {
    for (const watcher of watchers.splice(0)) watcher.leave();
  });
  afterAll(() => other.close());

  const watch = async (edge: Edge, username: string, lastEventId?: string): Promise<Watcher> => {
    const watcher = await Watcher.of(edge, username, lastEventId);
    watchers.push(watcher);
    await until(() => watcher.events.length > 0);
    return watcher;
  };
  /** One message for the contact of a unit, in a half hour of its own. */
  const message = async (unit = 'LD09', content = `整修第${++minutes}座桥`): Promise<void> => {
    const officer = await one().as('officer');
    await officer.post('/matters', { kind: 'key_matter', content, units: { lead: [unit] } });
    const [{ now }] = await one().query(`select instant as now from demonstration_clock`);
    await one().passTo(new Date(new Date(now).getTime() + 30 * 60_000).toISOString());
  };
  it('come by the process that did not send them, to the one whose they are', async () => {
    const [own, others] = [await watch(other, 'LD09.contact'), await watch(other, 'LD05.contact')];
    expect(own.events).toEqual([{ id: '0', event: 'ready', data: { unread: 0 } }]);
    await message();
    await until(() => own.messages.length === 1);
    expect(own.messages[0]).toMatchObject({
      id: '1',
      data: { channel: 'inbox', state: 'delivered', items: [{ kind: 'matter_registered' }] },
    });
    const counts = () => own.events.filter(({ event }) => event === 'unread');
    await until(() => counts().length > 0);
    expect(counts()).toEqual([{ id: null, event: 'unread', data: { unread: 1 } }]);
    expect(others.messages).toEqual([]);
    const listed = await (await one().as('LD09.contact')).get('/inbox');
    expect(own.messages[0]!.data).toEqual(listed.items[0]);
    expect(own.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(own.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(own.headers.get('x-accel-buffering')).toBe('no');
    expect(own.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('are all there, in order and once, when the client comes again by whichever process', async () => {
    const before = await watch(other, 'LD09.contact');
    const last = before.events[0]!.id!;
    before.leave();
    await message();
    await message();
    const after = await watch(one(), 'LD09.contact', last);
    await until(() => after.messages.length === 2);
    await message();
    await until(() => after.messages.length === 3);
    const ids = after.messages.map(({ id }) => Number(id) - Number(last));
    expect(ids).toEqual([1, 2, 3]);
    expect(after.events[0]).toEqual({ id: null, event: 'ready', data: { unread: expect.any(Number) } });
    const all = await watch(other, 'LD09.contact', '0');
    await until(() => all.messages.length === Number(last) + 3);
  });

  it('say, by whichever process, that somebody else opens or closes a form that one has open', async () => {
    const [head, contact] = [await one().as('LD09.head'), await other.as('LD09.contact')];
    const [{ id }] = (await head.get('/tasks?limit=1')).items;
    const path = `/tasks/${id}/open-forms`;
    const form = 'report.1';
    const watchers = [await watch(one(), 'LD09.head'), await watch(other, 'LD09.contact')];
    const told = (place: number): Json[] =>
      watchers[place]!.events.filter(({ event }) => event === 'form').map(({ data }) => data);
    expect(await head.do('POST', path, { json: { form } })).toEqual({ others: [] });
    // Another form of the same task is another matter.
    await contact.do('POST', path, { json: { form: 'object' } });
    const others = async (who: typeof head): Promise<string[]> =>
      (await who.do('POST', path, { json: { form } })).others.map(({ personId }: Json) => personId);
    await until(async () => (await others(contact)).length === 1);
    await until(() => told(0).length === 1);
    const [{ id: contactId, name }] = await one().query(
      `select id, display_name as name from person where username = 'LD09.contact'`,
    );
    const also = [{ personId: contactId, name }];
    expect(told(0)).toEqual([{ taskId: id, form, others: also }]);
    expect(await head.do('POST', path, { json: { form } })).toEqual({ others: also });
    // Said again it is no news; that it was closed is.
    await contact.do('POST', path, { json: { form, isOpen: false } });
    await until(() => told(0).length === 2);
    expect(told(0)[1]).toEqual({ taskId: id, form, others: [] });
    expect(await others(head)).toEqual([]);
    expect(told(1)).toEqual([]);
    // Who does not see the task hears nothing of it.
    const stranger = await one().as('LD06.contact');
    expectProblem(await stranger.ask('POST', path, { json: { form } }), 404, 'TASK.UNKNOWN');
    expectProblem(await head.ask('POST', path, { json: { form: 'a b' } }), 400, 'REQUEST.INVALID');
  });

  it('come without a hint, too: rows decide', async () => {
    const watcher = await watch(other, 'LD09.contact');
    await other.app.get(InboxListener).onModuleDestroy();
    await message();
    await until(() => watcher.messages.length === 1);
    await until(() => watcher.comments > 1);
  });

  it('tell how many are not read, when some were read elsewhere', async () => {
    const watcher = await watch(one(), 'LD09.contact');
    const { unread } = watcher.events[0]!.data;
    const contact = await other.as('LD09.contact');
    const { items } = await contact.get('/inbox?unread=true');
    await contact.post(`/inbox/${items[0].id}/read`, {});
    await until(() => watcher.events.some(({ data }) => data.unread === unread - 1));
  });

  it('end with the session, and the client hears why when it comes again', async () => {
    const watcher = await watch(other, 'LD05.contact');
    const contact = await other.as('LD05.contact');
    await contact.ask('DELETE', '/sessions/current');
    await until(() => watcher.isEnded);
    expectProblem(await contact.ask('GET', '/inbox/events'), 401, 'SESSION.REQUIRED');
    await other.signInAgain('LD05.contact');
  });

  it('end when the account is closed, and do not keep an idle session alive', async () => {
    const watcher = await watch(other, 'LD05.contact');
    await until(() => watcher.comments > 0);
    await one().query(
      `update session set last_used_at = now() - interval '2 days', idle_minutes = 30
       where person_id = (select id from person where username = 'LD05.contact')`,
    );
    await until(() => watcher.isEnded);
    await other.signInAgain('LD05.contact');
    const again = await watch(other, 'LD05.contact');
    const open = (isActive: boolean): Promise<Json[]> =>
      one().query(`update person set is_active = $1 where username = 'LD05.contact'`, [isActive]);
    await open(false);
    await until(() => again.isEnded);
    await open(true);
  });

  it('are refused beyond what one person, or one process, may watch', async () => {
    const streams = other.app.get(InboxStreams);
    const contact = await other.as('LD06.contact');
    Object.assign(streams, { mostOfOne: 2 });
    for (let i = 0; i < 2; i++) await watch(other, 'LD06.contact');
    const refused = await contact.ask('GET', '/inbox/events');
    expectProblem(refused, 429, 'INBOX.TOO_MANY_OF_YOURS');
    expect(refused.headers['retry-after']).toBe('60');
    watchers[0]!.leave();
    await until(() =>
      watch(other, 'LD06.contact').then(
        () => true,
        () => false,
      ),
    );
    Object.assign(streams, { mostOfOne: 6, mostInAll: 0 });
    const full = await contact.ask('GET', '/inbox/events');
    expectProblem(full, 503, 'INBOX.TOO_MANY_STREAMS');
    expect(full.headers['retry-after']).toBe('5');
    Object.assign(streams, { mostInAll: 1_000 });
  });

  it('are refused for an id that is none', async () => {
    const contact = await one().as('LD09.contact');
    for (const id of ['x', '-1', '1.5', '1'.repeat(10)]) {
      expectProblem(
        await contact.ask('GET', '/inbox/events', { headers: { 'last-event-id': id } }),
        400,
        'REQUEST.INVALID',
      );
    }
    // From before a backup was restored: what comes from now on is not lost.
    const watcher = await watch(one(), 'LD09.contact', '999999999');
    await message();
    await until(() => watcher.messages.length === 1);
  });

  it('end at once when the process is to end', async () => {
    const watcher = await watch(other, 'LD09.contact');
    await other.close();
    await until(() => watcher.isEnded);
  });
});
