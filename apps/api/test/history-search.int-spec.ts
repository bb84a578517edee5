import { EVENT_TYPES, parseNote } from '@duban/history';
import { HistoryExtract } from '@duban/reporting';
import { read, utils } from '@e965/xlsx';
import fc from 'fast-check';
import { parse } from 'papaparse';
import { actOnSample, type Parts } from './cases';
import { type Caller, Edge, expectProblem, type Json, useEdge } from './edge';

const countBy = (rows: Json[], key: (row: Json) => string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[key(row)] = (counts[key(row)] ?? 0) + 1;
  return counts;
};

/** What a spreadsheet would run. */
const FORMULA = '=1+cmd|’/c calc’!A0';

describe('A search of history', () => {
  let parts: Parts;
  let all: Json[];
  let restricted: Json;
  let restrictedUnit: string;
  const edge = useEdge(async (database) => {
    const opened = await (await Edge.open(database)).issue();
    parts = await actOnSample(opened);
    const office = await opened.as('office');
    await office.post(`/assignments/${parts.reported.id}/transitions`, {
      event: 'return',
      reason: '佐证材料不全，请补齐。',
    });
    await office.post(`/assignments/${parts.helper.id}/transitions`, { event: 'return', reason: FORMULA });
    restricted = await opened.task('3');
    const units = await opened.query(
      `select distinct u.code from assignment a join unit u on u.id = a.unit_id where a.task_id = $1`,
      [restricted.id],
    );
    restrictedUnit = units[0]!.code;
    const usernames = ['office', ...units.map(({ code }) => `${code}.contact`)];
    await office.do('PUT', `/tasks/${restricted.id}/restrictions`, { json: { usernames } });
    return opened;
  });
  const partsOfSample = (): Parts => parts;
  const auditor = (): Promise<Caller> => edge().as('auditor');
  const pathOf = (filter: Json): string =>
    new URLSearchParams(
      Object.entries(filter).map(([key, value]): [string, string] => [key, String(value)]),
    ).toString();
  const found = async (filter: Json, who = 'auditor', limit = 200): Promise<Json[]> =>
    (await edge().as(who)).all(`/history?${pathOf(filter)}`, limit);

  beforeAll(async () => {
    all = await found({});
  });

  /** What a search is to find, told another way: by looking at each event. */
  function expected(filter: Json): string[] {
    const state = (event: Json): Json => event.after ?? event.before ?? {};
    const matches: Record<string, (event: Json, wanted: Json[string]) => boolean> = {
      taskId: (e, id) => e.taskId === id,
      planId: (e, id) => e.planId === id,
      personId: (e, id) => e.actor.personId === id || e.actor.onBehalfOf?.personId === id,
      unitId: (e, id) => e.actor.unitId === id || state(e).unitId === id,
      entity: (e, entity) => e.entity === entity,
      entityId: (e, id) => e.entityId === id,
      type: (e, type) => e.type === type,
      requestId: (e, id) => e.requestId === id,
      happenedFrom: (e, at) => e.occurredAt >= at,
      happenedTo: (e, at) => e.occurredAt < at,
      recordedFrom: (e, at) => e.recordedAt >= at,
      recordedTo: (e, at) => e.recordedAt < at,
    };
    return all
      .filter((event) => Object.entries(filter).every(([key, wanted]) => matches[key]!(event, wanted)))
      .map(({ id }) => id);
  }
  const idsOf = (events: Json[]): string[] => events.map(({ id }) => id);

  it('has everything, the newest first, each with words in both languages', async () => {
    const [{ count }] = await edge().query(
      `select count(*)::int as count from history_event where task_id is distinct from $1`,
      [restricted.id],
    );
    expect(all.length).toBe(count);
    const keys = all.map(({ occurredAt, seq }) => `${occurredAt} ${String(seq).padStart(9, '0')}`);
    expect(keys).toEqual(keys.toSorted().reverse());
    expect(all.filter(({ type, words }) => words.zh.includes(type) || words.en.includes(type))).toEqual([]);
    expect(all.filter(({ words }) => /[[\]{}]|undefined|null/.test(words.zh + words.en))).toEqual([]);
    const returned = all.find(({ type, reason }) => type === 'assignment.returned' && reason !== FORMULA)!;
    expect(returned.words.zh).toMatch(/^督查室主任退回.+的责任分工，原因：佐证材料不全，请补齐。$/);
    expect(returned.words.en).toMatch(
      /^.+ \(head of the office\) returned the part of .+; reason: 佐证材料不全，请补齐。$/,
    );
    expect(EVENT_TYPES).toEqual(expect.arrayContaining([...new Set(all.map(({ type }) => type))]));
  });

  it('finds what each filter says, alone and together, page by page', async () => {
    const filters = fc
      .tuple(
        fc.constantFrom(...all),
        fc.subarray(['taskId', 'planId', 'personId', 'unitId', 'entity', 'entityId', 'type', 'requestId'], {
          minLength: 1,
          maxLength: 4,
        }),
        fc.subarray(['happenedFrom', 'happenedTo', 'recordedFrom', 'recordedTo']),
        fc.constantFrom(...all),
      )
      .map(([event, keys, times, other]): Json => {
        const said: Json = {
          ...event,
          personId: event.actor.personId,
          unitId: event.after?.unitId ?? event.actor.unitId,
          happenedFrom: event.occurredAt,
          happenedTo: new Date(Date.parse(other.occurredAt) + 3_600_000).toISOString(),
          recordedFrom: event.recordedAt,
          recordedTo: new Date(Date.parse(other.recordedAt) + 1).toISOString(),
        };
        return Object.fromEntries([...keys, ...times].flatMap((key) => (said[key] ? [[key, said[key]]] : [])));
      })
      .filter(
        ({ happenedFrom, happenedTo, recordedFrom, recordedTo }) =>
          !(happenedFrom >= happenedTo) && !(recordedFrom >= recordedTo),
      );
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(
        filters,
        fc.constantFrom('happened', 'recorded'),
        fc.constantFrom(7, 200),
        async (filter, sort, limit) => {
          const wanted = expected(filter);
          // Many pages of few would only take their time.
          const events = await found({ ...filter, sort }, 'auditor', wanted.length > 50 ? 200 : limit);
          if (events.length > 0) hits++;
          const ids = idsOf(events);
          if (sort === 'happened') expect({ filter, ids }).toEqual({ filter, ids: wanted });
          else expect({ filter, ids: ids.toSorted() }).toEqual({ filter, ids: wanted.toSorted() });
        },
      ),
      { numRuns: 20 },
    );
    expect(hits).toBeGreaterThan(15);
  });

  it('finds the parts of a task with it', async () => {
    const [row] = await edge().query(`select parent_id as id from task where parent_id is not null limit 1`);
    const tasks = new Set((await found({ taskId: row!.id })).map(({ taskId }) => taskId));
    expect(tasks.size).toBeGreaterThan(1);
  });

  it('finds words of two characters and more, in whatever they stand, and no signs of the pattern', async () => {
    const returned = idsOf(all.filter(({ type, reason }) => type === 'assignment.returned' && reason !== FORMULA));
    for (const q of ['材料', '佐证材料不全', '料不'])
      expect(idsOf(await found({ q }))).toEqual(expect.arrayContaining(returned));
    expect(idsOf(await found({ q: '材料不全', type: 'assignment.returned' }))).toEqual(returned);
    expect(await found({ q: '%%' })).toEqual([]);
    expect(await found({ q: '无此字样' })).toEqual([]);
    // What an event left as it was is found where it was written.
    const { content } = await edge().task('1');
    const types = new Set((await found({ q: content.slice(0, 6), entity: 'task' })).map(({ type }) => type));
    expect(types).toEqual(new Set(['task.drafted']));
  });

  it('shows what is restricted to those named alone (限知事项), whatever is asked', async () => {
    const asked = [{ taskId: restricted.id }, { entity: 'assignment' }, { q: restricted.content.slice(0, 8) }];
    for (const filter of asked) {
      for (const who of ['auditor', 'officer']) {
        expect((await found(filter, who)).filter(({ taskId }) => taskId === restricted.id)).toEqual([]);
      }
    }
    expect((await found({ taskId: restricted.id }, 'office')).length).toBeGreaterThan(5);
  });

  it('has who read what is restricted, for those named alone, and of nothing else who read it', async () => {
    const [office, officer, unit] = [
      await edge().as('office'),
      await edge().as('officer'),
      await edge().as(`${restrictedUnit}.contact`),
    ];
    // To ask for them is to read of it, too.
    const reads = async (): Promise<Json[]> =>
      (await found({ type: 'restriction.read' }, 'office')).filter(
        ({ after }) => after.request !== 'GET /api/v1/history',
      );
    const told = (events: Json[]): string[] => events.map(({ actor, after }) => `${actor.post}: ${after.request}`);
    const before = await reads();
    await office.get(`/tasks/${(await edge().task('1')).id}`);
    await officer.all(`/tasks?planId=${edge().planId}`);
    await officer.ask('GET', `/tasks/${restricted.id}`);
    expect(await reads()).toEqual(before);
    await unit.get(`/tasks/${restricted.id}?asOf=2023-01-12`);
    await unit.all('/obligations');
    await office.get(`/plans/${edge().planId}`);
    await office.get(`/tasks/${restricted.id}/history?limit=1`);
    const after = await reads();
    expect(told(after.slice(0, after.length - before.length))).toEqual([
      'office: GET /api/v1/tasks/:id/history',
      'office: GET /api/v1/plans/:id',
      'contact: GET /api/v1/obligations',
      'contact: GET /api/v1/tasks/:id',
    ]);
    expect(after[0]).toMatchObject({ entity: 'restriction', entityId: restricted.id, taskId: restricted.id });
    expect(after[0].words.zh).toContain('查阅限知事项');
    expect(await found({ type: 'restriction.read' }, 'officer')).toEqual([]);
    // Whose it is is not told who looked.
    expect((await unit.all(`/tasks/${restricted.id}/history`)).map(({ type }) => type)).not.toContain(
      'restriction.read',
    );
  });

  it('gives the office what is of plans and tasks, and nobody else anything', async () => {
    const events = await found({}, 'officer');
    expect(idsOf(events)).toEqual(idsOf(all.filter(({ taskId, planId }) => taskId !== null || planId !== null)));
    for (const who of ['leader', 'admin', 'security', 'LD04.contact', 'LD04.head']) {
      expectProblem(await (await edge().as(who)).ask('GET', '/history'), 403, 'RIGHTS.NOT_ALLOWED');
    }
  });

  it('finds a day from its beginning to its end in China', async () => {
    const events = await found({ happenedFrom: '2023-01-20', happenedTo: '2023-01-20' });
    const of = all.filter(({ occurredAt }) => occurredAt >= '2023-01-19T16:00' && occurredAt < '2023-01-20T16:00');
    expect(of.length).toBeGreaterThan(0);
    expect(idsOf(events)).toEqual(idsOf(of));
  });

  it('is refused in plain words', async () => {
    const { next } = await (await auditor()).get('/history?limit=1&entity=task');
    const cases: [query: string, status: number, code: string, place: object][] = [
      ['colour=red', 400, 'REQUEST.INVALID', { faults: [expect.objectContaining({ field: 'colour' })] }],
      ['type=task.dreamt', 400, 'REQUEST.INVALID', { faults: [expect.objectContaining({ field: 'type' })] }],
      ['q=x', 400, 'REQUEST.INVALID', { faults: [expect.objectContaining({ field: 'q' })] }],
      ['happenedFrom=2023-01-12&happenedTo=2023-01-11', 422, 'HISTORY.FROM_AFTER_TO', { field: 'happenedTo' }],
      ['recordedFrom=2023-01-12&recordedTo=2023-01-11', 422, 'HISTORY.FROM_AFTER_TO', { field: 'recordedTo' }],
      ['happenedFrom=2023-01-31', 422, 'HISTORY.FROM_IN_FUTURE', { field: 'happenedFrom' }],
      [`entity=plan&cursor=${next}`, 400, 'REQUEST.BAD_CURSOR', { field: 'cursor' }],
      ['cursor=abc', 400, 'REQUEST.BAD_CURSOR', { field: 'cursor' }],
    ];
    for (const [query, status, code, place] of cases) {
      expectProblem(await (await auditor()).ask('GET', `/history?${query}`), status, code, place);
    }
    expect((await (await auditor()).get(`/history?limit=1&entity=task&cursor=${next}`)).items).toHaveLength(1);
  });

  describe('that is saved (检索方案)', () => {
    const path = '/history/searches';

    it('is kept, asked, named anew and removed by its person alone, and history has each version', async () => {
      const [one, other] = [await auditor(), await edge().as('officer')];
      const filter = { type: 'assignment.returned', happenedFrom: '2023-01-01' };
      const saved = await one.post(path, { name: '退回', filter });
      expect(saved).toMatchObject({ name: '退回', filter, version: 1 });
      expect((await one.get(path)).items).toEqual([saved]);
      expect((await other.get(path)).items).toEqual([]);
      for (const method of ['PATCH', 'DELETE'] as const) {
        const sent = method === 'PATCH' ? { json: { name: '我的' } } : {};
        expectProblem(await other.ask(method, `${path}/${saved.id}`, sent), 404, 'SAVED_SEARCH.UNKNOWN');
      }
      const renamed = await one.do('PATCH', `${path}/${saved.id}`, { json: { name: '退回事项', expectedVersion: 1 } });
      expect(renamed).toEqual({ ...saved, name: '退回事项', version: 2 });
      const stale = { json: { name: '又改', expectedVersion: 1 } };
      expectProblem(await one.ask('PATCH', `${path}/${saved.id}`, stale), 409, 'SAVED_SEARCH.STALE', { version: 2 });
      // Twice is once: nothing changes where nothing is changed.
      expect(await one.do('PATCH', `${path}/${saved.id}`, { json: { name: '退回事项' } })).toEqual(renamed);
      expect((await one.ask('DELETE', `${path}/${saved.id}`)).status).toBe(204);
      expect((await one.get(path)).items).toEqual([]);
      const events = await found({ entity: 'saved_search', entityId: saved.id });
      expect(events.map(({ type, before, after }) => [type, before?.name, after?.name])).toEqual([
        ['saved_search.removed', '退回事项', undefined],
        ['saved_search.changed', '退回', '退回事项'],
        ['saved_search.saved', undefined, '退回'],
      ]);
    });

    it('is apart from views of the board (常用视图), of which everybody who sees tasks keeps their own', async () => {
      const views = '/tasks/views';
      const contact = await edge().as('LD04.contact');
      const filter = { light: 'red', sort: 'due' };
      const saved = await contact.post(views, { name: '退回', filter });
      expect(saved).toMatchObject({ name: '退回', filter, version: 1 });
      const office = await edge().as('office');
      await office.post(path, { name: '同名', filter: {} });
      const view = await office.post(views, { name: '同名', filter: {} });
      expect((await office.get(views)).items).toEqual([view]);
      expectProblem(await office.ask('DELETE', `${views}/${saved.id}`), 404, 'SAVED_SEARCH.UNKNOWN');
      expectProblem(await office.ask('DELETE', `${path}/${view.id}`), 404, 'SAVED_SEARCH.UNKNOWN');
      for (const bad of [{ colour: 'red' }, { limit: 5 }, { light: 'blue' }]) {
        const json = { name: '新', filter: bad };
        expectProblem(await office.ask('POST', views, { json }), 400, 'REQUEST.INVALID', {});
      }
      const renamed = await contact.do('PATCH', `${views}/${saved.id}`, { json: { name: '红灯', expectedVersion: 1 } });
      expect(renamed).toEqual({ ...saved, name: '红灯', version: 2 });
      expect((await contact.ask('DELETE', `${views}/${saved.id}`)).status).toBe(204);
      expect((await contact.get(views)).items).toEqual([]);
    });

    it('is shared with colleagues as a view of the board, who see whose it is, and change nothing', async () => {
      const views = '/tasks/views';
      const [contact, head, other] = await Promise.all(
        ['LD04.contact', 'LD04.head', 'LD03.contact'].map((username) => edge().as(username)),
      );
      const filter = { light: 'red' };
      const view = await contact!.post(views, { name: '本单位红灯', filter, isShared: true });
      expect(view).toMatchObject({ isShared: true, version: 1 });
      const [owner]: { name: string }[] = await edge().query(
        `select display_name as name from person where username = 'LD04.contact'`,
      );
      const seen = { id: view.id, name: '本单位红灯', filter, owner: owner!.name };
      expect(await head!.get(views)).toEqual({ items: [], shared: [seen] });
      expect((await contact!.get(views)).shared).toEqual([]);
      expect((await other!.get(views)).shared).toEqual([]);
      for (const [method, json] of [
        ['PATCH', { name: '改名' }],
        ['DELETE', undefined],
      ] as const) {
        const answer = await head!.ask(method, `${views}/${view.id}`, json ? { json } : {});
        expectProblem(answer, 404, 'SAVED_SEARCH.UNKNOWN');
      }
      // The head of the office and its officers are colleagues, and nobody else of the government.
      const [office, officer, auditor] = await Promise.all(
        ['office', 'officer', 'auditor'].map((username) => edge().as(username)),
      );
      const desk = await office!.post(views, { name: '督查室', filter });
      expect(desk).toMatchObject({ isShared: false });
      expect((await officer!.get(views)).shared).toEqual([]);
      const shared = await office!.do('PATCH', `${views}/${desk.id}`, { json: { isShared: true, expectedVersion: 1 } });
      expect(shared).toEqual({ ...desk, isShared: true, version: 2 });
      expect((await officer!.get(views)).shared).toMatchObject([{ id: desk.id, name: '督查室' }]);
      expect((await auditor!.get(views)).shared).toEqual([]);
      await office!.do('PATCH', `${views}/${desk.id}`, { json: { isShared: false } });
      expect((await officer!.get(views)).shared).toEqual([]);
      for (const [who, { id }] of [
        [office!, desk],
        [contact!, view],
      ] as const)
        await who.ask('DELETE', `${views}/${id}`);
    });

    it('is refused in plain words', async () => {
      const one = await auditor();
      const kept = await one.post(path, { name: '已有', filter: {} });
      const cases: [json: object, status: number, code: string, place: object][] = [
        [{ name: '已有', filter: {} }, 409, 'SAVED_SEARCH.NAME_TAKEN', { field: 'name', id: kept.id }],
        [{ name: ' ', filter: {} }, 400, 'REQUEST.INVALID', {}],
        [{ name: '新', filter: { colour: 'red' } }, 400, 'REQUEST.INVALID', {}],
        [
          { name: '新', filter: { happenedFrom: '2023-01-02', happenedTo: '2023-01-01' } },
          422,
          'HISTORY.FROM_AFTER_TO',
          { field: 'happenedTo' },
        ],
      ];
      for (const [json, status, code, place] of cases)
        expectProblem(await one.ask('POST', path, { json }), status, code, place);
      expectProblem(await one.ask('PATCH', `${path}/${kept.id}`, { json: {} }), 422, 'SAVED_SEARCH.NOTHING_TO_CHANGE', {
        field: 'name',
      });
      expect((await one.get(path)).items).toEqual([kept]);
    });
  });

  describe('that is exported (留痕摘录)', () => {
    const extract = async (format: string, filter: Json = {}, who = 'auditor') =>
      (await edge().as(who)).ask('GET', `/history/extract?${pathOf({ format, ...filter })}`);
    const lastCheckpoint = async (): Promise<Json> =>
      (await (await auditor()).get('/history/checkpoints?limit=1')).items[0];
    const leaves = async (ids: string[]): Promise<(number | null)[]> => {
      const rows = await edge().query(
        `select h.id, l.index::int as index from history_event h left join history_leaf l on l.seq = h.seq`,
      );
      const byId = new Map(rows.map(({ id, index }) => [id, index]));
      return ids.map((id) => byId.get(id) ?? null);
    };

    it('as JSON lines has the events, their leaves and the checkpoint, and is itself an event', async () => {
      const answer = await extract('jsonl', { entity: 'assignment' });
      expect(answer.headers['content-type']).toBe('application/x-ndjson');
      const lines = answer.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const [head, ...events] = lines;
      const end = events.pop();
      expect(idsOf(events)).toEqual(expected({ entity: 'assignment' }));
      expect(end).toEqual({ end: { events: events.length } });
      const checkpoint = await lastCheckpoint();
      expect(head).toMatchObject({ duban: 'history-extract', filter: { entity: 'assignment' }, checkpoint });
      expect(parseNote(head.checkpoint.note)?.checkpoint.size).toBe(checkpoint.size);
      expect(events.map(({ leafIndex }) => leafIndex)).toEqual(await leaves(idsOf(events)));
      expect(events.every(({ leafIndex }) => leafIndex !== null && leafIndex < checkpoint.size)).toBe(true);
      const [recorded] = await found({ type: 'history.extracted' });
      expect(recorded).toMatchObject({
        actor: { post: 'auditor' },
        after: { format: 'jsonl', filter: { entity: 'assignment' }, found: events.length },
      });
    });

    it('as CSV begins with a byte order mark, and runs nothing', async () => {
      const { bytes, headers } = await extract('csv', { entity: 'assignment' });
      expect(headers['content-type']).toBe('text/csv; charset=utf-8');
      expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
      const { data, errors } = parse<string[]>(bytes.toString('utf8').replace(/^\ufeff/, ''), { skipEmptyLines: true });
      expect(errors).toEqual([]);
      const [head, ...rows] = data;
      const events = rows.filter((row) => /^\d+$/.test(row[0]!));
      expect(events.map((row) => row.at(-1))).toEqual(expected({ entity: 'assignment' }));
      expect(new Set(data.map(({ length }) => length))).toEqual(new Set([head!.length]));
      expect(events.map((row) => row[head!.indexOf('原因')])).toContain(`'${FORMULA}`);
      expect(data.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
      // One root in sixty-four begins like a formula.
      expect(data.find(([label]) => label === '根')?.[1]?.replace(/^'/, '')).toBe((await lastCheckpoint()).root);
    });

    it('as a spreadsheet opens with its events, and the checkpoint on a sheet of its own', async () => {
      const { bytes, headers } = await extract('xlsx', { entity: 'assignment', language: 'en' });
      expect(headers['content-disposition']).toContain('history-extract.xlsx');
      const book = read(bytes);
      expect(book.SheetNames).toEqual(['History', 'Checkpoint']);
      const rows = utils.sheet_to_json<Json>(book.Sheets['History']!);
      expect(rows.map((row) => row['Event'])).toEqual(expected({ entity: 'assignment' }));
      expect(rows.map((row) => row['Leaf index'])).toEqual(await leaves(rows.map((row) => row['Event'])));
      const cells = Object.values(book.Sheets['History']!).filter((cell) => typeof cell === 'object');
      expect(cells.filter(({ f }) => f !== undefined)).toEqual([]);
      expect(rows.map((row) => row['Reason'])).toContain(FORMULA);
      const proof = new Map(utils.sheet_to_json<[string, unknown]>(book.Sheets['Checkpoint']!, { header: 1 }));
      const checkpoint = await lastCheckpoint();
      expect(proof.get('Root')).toBe(checkpoint.root);
      expect(proof.get('Events signed')).toBe(checkpoint.size);
      expect(proof.get('Events')).toBe(rows.length);
    });

    it('has of the office’s nothing that the office may not know', async () => {
      const { text } = await extract('jsonl', {}, 'officer');
      const events = text
        .trim()
        .split('\n')
        .slice(1, -1)
        .map((line) => JSON.parse(line));
      expect(events.length).toBeGreaterThan(100);
      expect(events.filter(({ taskId, planId }) => taskId === restricted.id || (taskId ?? planId) === null)).toEqual(
        [],
      );
      expect(text).not.toContain(restricted.id);
    });

    it('is refused where a file would not hold it, and says how many it holds', async () => {
      const most = jest.replaceProperty(edge().app.get(HistoryExtract), 'most', 3);
      try {
        const recorded = await found({ type: 'history.extracted' });
        expectProblem(await extract('csv', { entity: 'assignment' }), 422, 'HISTORY.TOO_MANY_FOUND', { most: 3 });
        expect(await found({ type: 'history.extracted' })).toEqual(recorded);
        const [{ id }] = recorded as [Json];
        expect((await extract('csv', { entityId: id })).status).toBe(200);
      } finally {
        most.restore();
      }
    });
  });

  describe('of two instants side by side (对比)', () => {
    const [FROM, TO] = ['2023-01-12T09:00:00+08:00', '2023-01-20T12:00:00+08:00'];
    const span = `from=${encodeURIComponent(FROM)}&to=${encodeURIComponent(TO)}`;

    it('has each thing of a plan as it was then and then, and what happened between', async () => {
      const office = await edge().as('office');
      const path = `/plans/${edge().planId}/changes?${span}`;
      const items = await office.all(path, 40);
      expect(items.length).toBeGreaterThan(20);
      expect(new Set(items.map(({ entity, entityId }) => `${entity} ${entityId}`)).size).toBe(items.length);
      const past = async (at: string) => {
        const { tasks } = await office.get(`/plans/${edge().planId}?asOf=${encodeURIComponent(at)}`);
        return new Map<string, Json>(
          tasks
            .flatMap((task: Json) => [task, ...task.subtasks])
            .flatMap((task: Json) => task.assignments)
            .map((a: Json) => [a.id, a]),
        );
      };
      const [before, after] = [await past(FROM), await past(TO)];
      const parts = items.filter(({ entity }) => entity === 'assignment');
      for (const part of parts) {
        expect(part).toMatchObject({ before: before.get(part.entityId), after: after.get(part.entityId) });
      }
      const changed = [...after.keys()].filter(
        (id) => JSON.stringify(after.get(id)) !== JSON.stringify(before.get(id)),
      );
      expect(parts.map(({ entityId }) => entityId)).toEqual(expect.arrayContaining(changed));
      const returned = parts.find(({ entityId }) => entityId === partsOfSample().reported.id)!;
      expect(returned.fields).toEqual(['state', 'version']);
      expect(returned.events.map(({ type }: Json) => type)).toEqual(['assignment.returned']);
      expect(returned.events[0].words.zh).toContain('退回');
      const notices = items.filter(({ entity }) => entity === 'supervision_notice');
      expect(notices.length).toBeGreaterThan(0);
      expect(notices.every((one) => one.before === null && one.after.state !== undefined)).toBe(true);
    });

    it('tells the lights that are others, as the board has them then and then', async () => {
      const office = await edge().as('office');
      const board = async (at: string) =>
        new Map(
          (await office.all(`/tasks?planId=${edge().planId}&asOf=${encodeURIComponent(at)}`)).map(({ id, light }) => [
            id,
            light,
          ]),
        );
      const [before, after] = [await board(FROM), await board(TO)];
      const wanted = [...after].flatMap(([taskId, light]) =>
        light === before.get(taskId) ? [] : [{ taskId, before: before.get(taskId) ?? null, after: light }],
      );
      const { lights } = await office.get(`/plans/${edge().planId}/changes?${span}&limit=1`);
      expect(wanted.length).toBeGreaterThan(0);
      const byTask = (one: Json, other: Json): number => (one.taskId < other.taskId ? -1 : 1);
      const told = lights.map(({ number: _number, ...light }: Json) => light);
      expect(told.toSorted(byTask)).toEqual(wanted.toSorted(byTask));
    });

    it('has of a task what is of it and its parts, of a kind where one is asked for, and of a unit its own', async () => {
      const task = await edge().task('1');
      const office = await edge().as('office');
      const ofTask = await office.all(`/tasks/${task.id}/changes?${span}`);
      const ids = [task.id, ...task.subtasks.map(({ id }: Json) => id)];
      expect(ofTask.length).toBeGreaterThan(3);
      expect(ofTask.filter(({ taskId }) => !ids.includes(taskId))).toEqual([]);
      const owed = await office.all(`/tasks/${task.id}/changes?${span}&entity=obligation`);
      expect(owed).toEqual(ofTask.filter(({ entity }) => entity === 'obligation'));
      const own = await (await edge().as('LD03.contact')).all(`/tasks/${task.id}/changes`);
      expect(own.length).toBeGreaterThan(0);
      expect(
        own.filter(({ entity, after }) => entity === 'obligation' && after.assignmentId !== partsOfSample().helper.id),
      ).toEqual([]);
    });

    it('keeps what is restricted from whoever is not named', async () => {
      for (const who of ['auditor', 'officer']) {
        const caller = await edge().as(who);
        expectProblem(await caller.ask('GET', `/tasks/${restricted.id}/changes?${span}`), 404, 'TASK.UNKNOWN');
        const { items, lights } = await caller.get(`/plans/${edge().planId}/changes?${span}&limit=200`);
        expect([...items, ...lights].filter(({ taskId }) => taskId === restricted.id)).toEqual([]);
      }
    });

    it('is refused in plain words', async () => {
      const office = await edge().as('office');
      const path = `/plans/${edge().planId}/changes`;
      const { next } = await office.get(`${path}?${span}&limit=1`);
      const cases: [query: string, status: number, code: string, place: object][] = [
        ['from=soon', 400, 'REQUEST.INVALID', {}],
        ['from=2023-01-31', 422, 'REQUEST.AS_OF_IN_FUTURE', { field: 'from' }],
        ['from=2023-01-12&to=2023-01-31', 422, 'REQUEST.AS_OF_IN_FUTURE', { field: 'to' }],
        ['from=2023-01-12&to=2023-01-11', 422, 'HISTORY.FROM_AFTER_TO', { field: 'from' }],
        ['from=2023-01-12&entity=delivery', 400, 'REQUEST.INVALID', {}],
        [`from=2023-01-12&cursor=${next}`, 400, 'REQUEST.BAD_CURSOR', { field: 'cursor' }],
      ];
      for (const [query, status, code, place] of cases) {
        expectProblem(await office.ask('GET', `${path}?${query}`), status, code, place);
      }
      expectProblem(await office.ask('GET', `/plans/${restricted.id}/changes?${span}`), 404, 'PLAN.UNKNOWN');
      expectProblem(
        await office.ask('GET', `/plans/${edge().planId}/changes?from=2022-01-01&to=2022-01-02`),
        404,
        'PLAN.UNKNOWN',
      );
    });
  });

  describe('as of an instant', () => {
    const at = encodeURIComponent('2023-01-20T12:00:00+08:00');

    it('has what is owed, notices and the whole at a glance as they were told then, and after more has happened', async () => {
      const office = await edge().as('office');
      const ofPlan = `planId=${edge().planId}`;
      const lists = [
        `/obligations?${ofPlan}`,
        `/notices?${ofPlan}`,
        `/obligations?taskId=${(await edge().task('1')).id}`,
      ];
      const stable = ({ nextRung: _rung, nextRungAt: _at, judgeBy: _by, ...row }: Json) => row;
      // Since the present is the past at once, both say the same; then the present goes on.
      const [{ now }] = await edge().query(`select instant as now from demonstration_clock`);
      const present = encodeURIComponent(now.toISOString());
      const told: Json[][] = [];
      for (const list of lists) {
        const [is, was] = [await office.all(list), await office.all(`${list}&asOf=${present}`)];
        expect(is.length).toBeGreaterThan(0);
        expect(was.map(stable)).toEqual(is.map(stable));
        told.push(was);
      }
      const glance = await office.get(`/dashboard?${ofPlan}`);
      expect(await office.get(`/dashboard?${ofPlan}&asOf=${present}`)).toEqual(glance);
      const tasks = (await office.all(`/tasks?${ofPlan}`)).filter((task) => task.units > 0 && task.light !== null);
      expect(glance.lights).toEqual(countBy(tasks, ({ light }) => light));
      const owed = (await office.all(lists[0]!)).filter(
        ({ state, dueAt }) => (state === 'open' || state === 'discharged') && dueAt <= glance.now,
      );
      const due = countBy(owed, ({ unitName }) => unitName);
      const late = countBy(
        owed.filter(({ settledAt, dueAt }) => settledAt === null || settledAt > dueAt),
        ({ unitName }) => unitName,
      );
      expect(glance.lateUnits.length).toBe(Math.min(10, Object.keys(late).length));
      for (const one of glance.lateUnits)
        expect(one).toMatchObject({ due: due[one.unitName], late: late[one.unitName] });
      await edge().passTo('2023-02-10T12:00:00+08:00');
      for (const [i, list] of lists.entries()) expect(await office.all(`${list}&asOf=${present}`)).toEqual(told[i]);
      expect(await office.get(`/dashboard?${ofPlan}&asOf=${present}`)).toEqual(glance);
      expect(await office.get(`/dashboard?${ofPlan}`)).not.toEqual(glance);
    });

    it('asks for a plan or a task, and for the past', async () => {
      const office = await edge().as('office');
      for (const path of ['/obligations', '/notices', '/dashboard']) {
        expectProblem(await office.ask('GET', `${path}?asOf=${at}`), 422, 'REQUEST.AS_OF_NEEDS_PLAN', {
          field: 'asOf',
        });
      }
      for (const path of [`/obligations?planId=${edge().planId}&`, '/cards/points?', '/cards?', '/policies?']) {
        expectProblem(await office.ask('GET', `${path}asOf=2029-01-01`), 422, 'REQUEST.AS_OF_IN_FUTURE', {
          field: 'asOf',
        });
      }
    });

    it('has the rules that were in force, and no card that came later', async () => {
      const office = await edge().as('office');
      const before = await office.get('/policies/annual-report');
      const officer = await edge().as('officer');
      const draft = await officer.post('/policies/drafts', {
        policyId: 'annual-report',
        from: { preset: 'annual-report' },
      });
      const { rules } = await officer.get(`/policies/drafts/${draft.id}`);
      const named = { ...rules, name: { zh: '年度报告（改）', en: 'annual report, changed' } };
      const changed = await officer.do('PUT', `/policies/drafts/${draft.id}`, {
        json: { rules: named, expectedVersion: draft.version },
      });
      const enabling = { expectedVersion: changed.version, expectedPolicyVersion: before.version, reason: '修订。' };
      const [{ now }] = await edge().query(`select instant as now from demonstration_clock`);
      await edge().passTo(new Date(Date.parse(now) + 3_600_000).toISOString());
      await office.post(`/policies/drafts/${draft.id}/enable`, enabling);
      const asOf = encodeURIComponent(new Date(now).toISOString());
      expect((await office.get('/policies/annual-report')).version).toBe(before.version + 1);
      expect((await office.get(`/policies/annual-report?asOf=${asOf}`)).version).toBe(before.version);
      const versions = (await office.get(`/policies?asOf=${asOf}`)).items.find(
        ({ id }: Json) => id === 'annual-report',
      ).versions;
      expect(versions).toHaveLength(before.versions.length);
      expect((await office.get(`/cards?asOf=2023-01-06`)).items).toEqual([]);
      expect((await office.get(`/cards/points?asOf=2023-01-06`)).items).toEqual([]);
    });
  });
});
