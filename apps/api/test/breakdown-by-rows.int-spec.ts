import type * as directory from '@duban/directory';
import { type BreakdownWorld, INTERNAL_WORDS, issueDistrictPlan, openBreakdowns } from './breakdown-world';
import { type Edge, formOf, type Json, useEdge } from './edge';

// As if every line that asks for a right had been forgotten, once the world is made: the guard's, the services', the readers'.
const mockRights = { areForgotten: false };
jest.mock('../../../libs/directory/src/rights', () => {
  const real = jest.requireActual<Pick<typeof directory, 'may' | 'assertMay' | 'assertMayAny' | 'unitScope'>>(
    '../../../libs/directory/src/rights',
  );
  return {
    ...real,
    may: (...asked: Parameters<typeof real.may>) => mockRights.areForgotten || real.may(...asked),
    assertMay: (...asked: Parameters<typeof real.assertMay>) => mockRights.areForgotten || real.assertMay(...asked),
    assertMayAny: (...asked: Parameters<typeof real.assertMayAny>) =>
      mockRights.areForgotten || real.assertMayAny(...asked),
    unitScope: (...asked: Parameters<typeof real.unitScope>) =>
      mockRights.areForgotten ? null : real.unitScope(...asked),
  };
});

const DRAFTED_WORDS = '筹划夜游航线';

describe('Where every line that asks for rights is forgotten, of a district’s own plan the database', () => {
  let world: BreakdownWorld;
  let issued: Json;
  let draft: Json;
  const edge: () => Edge = useEdge(async (database) => {
    world = await openBreakdowns(database);
    issued = await issueDistrictPlan(world);
    const text = `云汀区补充方案\n\n（一）其他\n\n　　1.${DRAFTED_WORDS}。（责任单位：区住建局）\n`;
    draft = await (await world.edge.as('LQ01.contact')).do('POST', '/plans', { form: formOf(text) });
    mockRights.areForgotten = true;
    return world.edge;
  });
  const lower = (): Json => issued.tasks[0];
  const paths = (): string[] => [
    '/plans?limit=200',
    `/plans?unitId=${world.unitIds['LQ01']}`,
    `/plans/${issued.id}`,
    `/plans/${draft.id}`,
    `/plans/${draft.id}?asOf=2023-01-12T23:00:00%2B08:00`,
    '/tasks?limit=200',
    `/tasks?planId=${issued.id}`,
    `/tasks?planId=${issued.id}&asOf=2023-01-12T23:00:00%2B08:00`,
    `/tasks/${lower().id}`,
    `/tasks/${draft.tasks[0].id}`,
    `/tasks/${draft.tasks[0].id}/history?limit=200`,
    `/tasks/${lower().id}?asOf=2023-01-12T23:00:00%2B08:00`,
    `/tasks/${lower().id}/history?limit=200`,
    `/assignments/${lower().assignments[0].id}/breakdown`,
    `/assignments/${world.parts['2 LQ01'].id}/breakdown`,
    '/obligations?limit=200',
    '/history?limit=200',
  ];
  const seenBy = async (username: string): Promise<string> => {
    const caller = await edge().as(username);
    const texts: string[] = [];
    for (const path of paths()) texts.push((await caller.ask('GET', path)).text);
    return texts.join('\n');
  };

  it('shows those above how it stands, and no word of what is reported or drafted', async () => {
    for (const who of ['office', 'officer', 'leader', 'admin']) {
      const seen = await seenBy(who);
      expect([who, seen.includes('新建幼儿园两所')]).toEqual([who, true]);
      expect([who, seen.includes(INTERNAL_WORDS), seen.includes(DRAFTED_WORDS)]).toEqual([who, false, false]);
    }
  });

  it('shows a sibling, another unit and the security administrator nothing at all', async () => {
    for (const who of ['LQ02.head', 'LQ02.contact', 'Q201.contact', 'LD04.head', 'security']) {
      const seen = await seenBy(who);
      const words = ['新建幼儿园两所', INTERNAL_WORDS, DRAFTED_WORDS, '云汀区2023年重点工作'];
      expect([who, words.filter((one) => seen.includes(one))]).toEqual([who, []]);
    }
  });

  it('shows a bureau its own, and nothing of its fellow’s', async () => {
    const fellow = await seenBy('Q102.contact');
    expect(fellow).toContain('整治背街小巷');
    expect(['新建幼儿园两所', INTERNAL_WORDS, DRAFTED_WORDS].filter((one) => fellow.includes(one))).toEqual([]);
    expect(await seenBy('Q101.contact')).toContain(INTERNAL_WORDS);
  });

  it('shows the district and the auditor all of it', async () => {
    for (const who of ['LQ01.contact', 'auditor']) {
      const seen = await seenBy(who);
      expect([who, seen.includes(INTERNAL_WORDS), seen.includes(DRAFTED_WORDS)]).toEqual([who, true, true]);
    }
  });

  it('lets nobody but the district change it, and nobody but its heads bind or judge', async () => {
    const before = await edge().written();
    const requests: [string, 'POST' | 'PATCH' | 'PUT', string, object][] = [];
    for (const who of ['office', 'leader', 'admin', 'auditor', 'LQ02.head', 'Q101.head', 'LD04.contact']) {
      requests.push(
        [who, 'PATCH', `/plans/${draft.id}/tasks/${draft.tasks[0].id}`, { content: '改动的文字。' }],
        [who, 'POST', `/plans/${draft.id}/issue`, { year: 2023, issuedOn: '2023-01-12' }],
        [who, 'PUT', `/plans/${issued.id}/visibility`, { visibility: 'full' }],
      );
      if (who !== 'Q101.head') {
        requests.push([
          who,
          'POST',
          `/assignments/${lower().assignments[0].id}/transitions`,
          { event: 'cancel', cancelReason: 'merged', reason: '合并' },
        ]);
      }
    }
    requests.push(
      ['LQ01.contact', 'POST', `/plans/${draft.id}/issue`, { year: 2023, issuedOn: '2023-01-12' }],
      [
        'LQ01.contact',
        'POST',
        `/assignments/${lower().assignments[0].id}/transitions`,
        { event: 'cancel', cancelReason: 'merged', reason: '合并' },
      ],
    );
    const answers: Json[] = [];
    for (const [who, method, path, json] of requests) {
      const { status } = await (await edge().as(who)).ask(method, path, { json });
      answers.push([who, method, path, status]);
    }
    expect({ done: answers.filter(([, , , status]) => status < 400), stands: await edge().written() }).toEqual({
      done: [],
      stands: before,
    });
  });
});
