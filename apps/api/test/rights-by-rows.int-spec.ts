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

// As if every line that asks for a right had been forgotten: the guard's, the services', the readers'.
jest.mock('../../../libs/directory/src/rights', () => ({
  ...jest.requireActual<object>('../../../libs/directory/src/rights'),
  may: () => true,
  assertMay: () => undefined,
  assertMayAny: () => undefined,
  unitScope: () => null,
}));

/** What of the matters a post may not see anything of. */
function unseenBy(who: keyof typeof ASKERS): Relation[] {
  const { post, isNamed } = ASKERS[who]!;
  if (post === 'security') return [...RELATIONS];
  const isUnit = !['office', 'officer', 'leader', 'auditor', 'admin'].includes(post);
  return [...(isUnit ? (['others'] as const) : []), ...(isNamed ? [] : (['restricted'] as const))];
}

/** Posts that keep neither directory nor accounts. */
const NO_DIRECTORS = new Set(
  Object.keys(ASKERS).filter((who) => !['office', 'officer', 'admin', 'security'].includes(who)),
);

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
          const { text } = await (await edge().as(who)).ask(...request);
          asked++;
          const [, path] = request;
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

  it.each(named(ROUTES.filter(({ method }) => method !== 'GET')))(
    'change what is not theirs: $name',
    async ({ route }) => {
      const isOfMatter = matterOf(route) !== null;
      const before = await edge().written();
      const answers: Json[] = [];
      for (const who of Object.keys(ASKERS)) {
        if (!isOfMatter && !NO_DIRECTORS.has(who)) continue;
        for (const relation of isOfMatter ? RELATIONS : [null]) {
          if (isAllowed(route, who, relation) || route.path === '/clock') continue;
          const request = requestTo(route, relation, matters, true, who);
          if (!request) continue;
          const answer = await (await edge().as(who)).ask(...request);
          answers.push([who, relation, answer.status]);
        }
      }
      expect({ answers, stands: await edge().written() }).toEqual({ answers, stands: before });
    },
  );
});
