import { type Edge, type Json, useEdge } from './edge';
import {
  ASKERS,
  isAllowed,
  matterOf,
  type Matters,
  openMatters,
  type Relation,
  RELATIONS,
  requestTo,
  ROUTES,
} from './rights-matrix';
import { DEEDS, EXCESSES, NOT_BY_ROWS } from './rights-by-rows';

// As if every line that asks for a right had been forgotten: the guard's, the services', the readers'.
jest.mock('../../../libs/directory/src/rights', () => ({
  ...jest.requireActual<object>('../../../libs/directory/src/rights'),
  may: () => true,
  assertMay: () => undefined,
  assertMayAny: () => undefined,
  unitScope: () => null,
  assertNotOwn: () => undefined,
  assertNoAdministrator: () => undefined,
}));

/** What of the matters a post may not see anything of. */
function unseenBy(who: keyof typeof ASKERS): Relation[] {
  const { post, isNamed } = ASKERS[who]!;
  if (post === 'security') return [...RELATIONS];
  const isUnit = !['office', 'officer', 'leader', 'auditor', 'admin'].includes(post);
  return [...(isUnit ? (['others'] as const) : []), ...(isNamed ? [] : (['restricted'] as const))];
}

describe('Where every line that asks for rights is forgotten, the database lets nobody', () => {
  let matters: Matters;
  const edge: () => Edge = useEdge(async (database) => {
    const opened = await openMatters(database);
    matters = opened.matters;
    return opened.edge;
  });
  const named = (list: typeof ROUTES) => list.map((route) => ({ name: `${route.method} ${route.path}`, route }));

  it.each(named(ROUTES.filter(({ method }) => method === 'GET')))(
    'see what is not theirs: $name',
    async ({ route }) => {
      let asked = 0;
      for (const who of Object.keys(ASKERS)) {
        const unseen = unseenBy(who).flatMap((relation) => matters.marks[relation]);
        for (const relation of matterOf(route) ? RELATIONS : [null]) {
          const request = requestTo(route, relation, matters, true, who);
          if (!request) continue;
          const [method, path, sent] = request;
          const { text } = await (await edge().as(who)).ask(method, path, sent);
          asked++;
          const seen = unseen.filter((mark) => text.includes(mark) && !path.includes(mark));
          expect([who, relation, seen]).toEqual([who, relation, []]);
        }
      }
      expect(asked).toBeGreaterThan(0);
    },
  );

  it('see what is not theirs on the board of the past, which is read beside the policies', async () => {
    const allowed: [string, boolean][] = [];
    for (const who of Object.keys(ASKERS)) {
      const { status, text } = await (
        await edge().as(who)
      ).ask('GET', '/tasks?limit=200&asOf=2023-01-20T11:00:00%2B08:00');
      const seen = unseenBy(who)
        .flatMap((relation) => matters.marks[relation])
        .filter((mark) => text.includes(mark));
      expect([who, seen]).toEqual([who, []]);
      allowed.push([who, status === 200 && text.includes(matters.marks.own[0]!)]);
    }
    expect(allowed.filter(([, isAllowed]) => !isAllowed).map(([who]) => who)).toEqual(['security']);
  });

  const isOfMatter = ({ route }: { route: (typeof ROUTES)[number] }): boolean => matterOf(route) !== null;
  const writing = named(ROUTES.filter(({ method }) => method !== 'GET'));

  it.each(writing.filter(isOfMatter))('change what is not theirs: $name', async ({ route }) => {
    const before = await edge().written();
    const answers: Json[] = [];
    for (const who of Object.keys(ASKERS)) {
      for (const relation of RELATIONS) {
        if (isAllowed(route, who, relation)) continue;
        const request = requestTo(route, relation, matters, true, who);
        if (!request) continue;
        const answer = await (await edge().as(who)).ask(...request);
        answers.push([who, relation, answer.status]);
      }
    }
    expect({ answers, stands: await edge().written() }).toEqual({ answers, stands: before });
    expect(answers.filter(([, , status]) => status >= 500)).toEqual([]);
  });

  it.each(writing.filter((one) => !isOfMatter(one) && !NOT_BY_ROWS[one.name]))(
    'do what their post may not, and whoever may does: $name',
    async ({ name, route }) => {
      const deed = DEEDS[name];
      if (!deed) throw new Error(`${name} is among neither DEEDS nor NOT_BY_ROWS: add what it would do`);
      const request = await deed.ask(edge());
      const before = await edge().written();
      const faults: Json[] = [];
      for (const who of Object.keys(ASKERS)) {
        if (isAllowed(route, who, null)) continue;
        const { status, text } = await (await edge().as(who)).ask(...request);
        if (status !== 403 && status !== 404) faults.push([who, status, text]);
      }
      expect({ faults, stands: await edge().written() }).toEqual({ faults: [], stands: before });
      const done = await (await edge().as(deed.by)).ask(...request);
      expect([done.status < 300, done.text]).toEqual([true, done.text]);
      expect(await edge().written()).not.toEqual(before);
    },
  );

  it.each(EXCESSES)('go beyond their right: $what', async ({ posts, ask }) => {
    for (const who of posts) {
      const request = await ask(edge(), who);
      const before = await edge().written();
      const { status, text } = await (await edge().as(who)).ask(...request);
      const isRefused = status === 403 || status === 404;
      expect({ who, isRefused, text, stands: await edge().written() }).toEqual({
        who,
        isRefused: true,
        text,
        stands: before,
      });
    }
  });

  it.each(
    named(ROUTES.filter((route) => route.method === 'GET' && !matterOf(route))).filter(
      ({ name }) => !NOT_BY_ROWS[name],
    ),
  )('read what their post may not: $name', async ({ route }) => {
    const told: Json[] = [];
    for (const who of Object.keys(ASKERS)) {
      if (isAllowed(route, who, null)) continue;
      const [method, path] = requestTo(route, null, matters, true, who)!;
      const { status, text, body } = await (await edge().as(who)).ask(method, path);
      const isNothing = status === 403 || status === 404 || (status === 200 && body?.items?.length === 0);
      if (!isNothing) told.push([who, status, text.slice(0, 300)]);
    }
    expect(told).toEqual([]);
  });

  it('is told apart by rows on every route but those that are named', () => {
    const names = named(ROUTES).map(({ name }) => name);
    expect(Object.keys({ ...DEEDS, ...NOT_BY_ROWS }).filter((name) => !names.includes(name))).toEqual([]);
  });
});
