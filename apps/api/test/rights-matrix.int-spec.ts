import { type Edge, useEdge } from './edge';
import { ASKERS, isAllowed, matterOf, type Matters, openMatters, RELATIONS, requestTo, ROUTES } from './rights-matrix';

/** Not for their post, not theirs, or as if it were not there; what it names besides may be missing. */
const isNo = (status: number, code: string): boolean =>
  status === 403 || (status === 404 && !/^(REVISION\.ITEM_UNKNOWN|OBLIGATION\.|NAME\.)/.test(code));

describe('Every route, asked by every post, about its own matters, those that it leads, others’ and restricted ones', () => {
  let matters: Matters;
  const edge: () => Edge = useEdge(async (database) => {
    const opened = await openMatters(database);
    matters = opened.matters;
    return opened.edge;
  });

  it.each(ROUTES.map((route) => ({ name: `${route.method} ${route.path}`, route })))('$name', async ({ route }) => {
    const isOfMatter = matterOf(route) !== null;
    const told: string[] = [];
    const expected: string[] = [];
    for (const who of Object.keys(ASKERS)) {
      for (const relation of isOfMatter ? RELATIONS : [null]) {
        const request = requestTo(route, relation, matters, false, who);
        if (!request) continue;
        const answer = await (await edge().as(who)).ask(...request);
        const { code = '' } = (answer.body ?? {}) as { code?: string };
        // Of those who may, some ask for what there is not: that is no question of rights.
        const isRefused = isOfMatter ? isNo(answer.status, code) : code.startsWith('RIGHTS.');
        const label = `${who}, ${relation}: `;
        told.push(label + (isRefused ? 'refused' : 'allowed'));
        expected.push(label + (isAllowed(route, who, relation) ? 'allowed' : 'refused'));
        if (relation === 'restricted' && !isAllowed(route, who, relation)) {
          for (const mark of matters.marks.restricted.slice(0, 2)) expect(answer.text).not.toContain(mark);
        }
      }
    }
    expect(told).toEqual(expected);
    expect(told.length).toBeGreaterThan(Object.keys(ASKERS).length - 1);
  });
});
