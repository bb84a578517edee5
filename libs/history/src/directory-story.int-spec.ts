import {
  AccountService,
  ErasureService,
  NameSettler,
  PostChangeService,
  PostService,
  type PostView,
  readUnitListing,
  UnitDirectory,
  UnitImportService,
} from '@duban/directory';
import { addDays, DomainError, localDateOf, newId } from '@duban/kernel';
import { ReorganisationService } from '@duban/tasks';
import type { PostKind } from '@duban/domain';
import { ERASED } from '@duban/history';
import fc from 'fast-check';
import { type Office, useOffice } from '../../supervision/test/office';

const HOLDERS = ['head', 'contact'] as const;
const CLOSED = { isActive: false };
const KINDS_OF_UNITS = ['department', 'district', '中心城区'];

/** What somebody does next with the directory; the numbers pick units, posts, persons and values. */
interface Step {
  do: 'import' | 'add' | 'group' | 'reorganise' | 'post' | 'close' | 'grant' | 'take' | 'person' | 'settle' | 'erase';
  which: number;
  other: number;
  choice: number;
  hours: number;
}
const oneOf = (what: Step['do'], weight: number) => ({ weight, arbitrary: fc.constant(what) });
const story: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    do: fc.oneof(
      oneOf('import', 5),
      oneOf('add', 2),
      oneOf('group', 2),
      oneOf('reorganise', 4),
      oneOf('post', 3),
      oneOf('close', 1),
      oneOf('grant', 6),
      oneOf('take', 3),
      oneOf('person', 2),
      oneOf('settle', 2),
      oneOf('erase', 2),
    ),
    which: fc.nat(20),
    other: fc.nat(20),
    choice: fc.nat(20),
    hours: fc.integer({ min: 1, max: 60 }),
  }),
  { minLength: 25, maxLength: 35 },
);

const RUNS = Number(process.env.STORY_RUNS ?? 3);
/** Random instants that are asked for, `STORY_INSTANTS` in all. */
const INSTANTS_A_RUN = Math.ceil(Number(process.env.STORY_INSTANTS ?? 10) / RUNS);
const moments = fc.array(fc.record({ step: fc.nat(10_000), ms: fc.nat(999) }), {
  minLength: INSTANTS_A_RUN,
  maxLength: INSTANTS_A_RUN,
  // Kept small they would all be of the first steps.
  size: 'max',
});

const cityOf = (run: number) => ({
  jurisdiction: `云山${run}市`,
  units: ['教育局', '水务局', '住建局', '城管局', '东区政府', '西区政府'].map((name, i) => ({
    code: `R${run}U${i}`,
    name: `云山${run}${name}`,
    aliases: i === 1 ? [`云山${run}水利局`] : [],
    kind: i < 4 ? 'department' : 'district',
    groups: i < 4 ? [] : [`R${run}G`],
    parent: i === 3 ? `R${run}U2` : null,
  })),
  groups: [
    { code: `R${run}G`, name: `云山${run}各区` },
    { code: `R${run}K`, name: `云山${run}各部门`, rule: { kinds: ['department'], under: null, except: [] } },
  ],
});

describe('the directory of units (单位名录), in a story', () => {
  const t = useOffice();
  let office: Office;
  let run = 0;
  let made = 0;
  let jurisdictionId: string;
  let done = 0;
  /** Who was erased in this run, with the names that they had. */
  const erased = new Map<string, [username: string, name: string]>();
  beforeAll(() => {
    office = t.office;
  });

  const importFile = (document: unknown) =>
    office.as('office', (tx, actor, at) => office.get(UnitImportService).import(tx, actor, at, document));

  const unitsNow = () => office.as('office', (tx) => office.get(UnitDirectory).list(tx, { jurisdictionId }));
  /** Whoever is erased has handed over before. */
  async function leaveAll(username: string, today: string): Promise<void> {
    const held = await office.query<{ kind: PostKind; unitCode: string | null; title: string | null; fromOn: string }>(
      `select post.kind, u.code as "unitCode", post.title, greatest(h.from_on, $2::date)::text as "fromOn"
       from post_holding h join post on post.id = h.post_id join person p on p.id = h.person_id
         left join unit u on u.id = post.unit_id
       where p.username = $1 and (h.to_on is null or h.to_on > $2::date)`,
      [username, today],
    );
    for (const { fromOn, ...post } of held) {
      await office.as('security', (tx, actor, at) =>
        office.get(PostChangeService).propose(tx, actor, at, { kind: 'take', username, post, fromOn, reason: '调离' }),
      );
    }
  }

  const pick = <T>(from: readonly T[], n: number): T => from[n % from.length]!;

  async function take({ do: what, which, other, choice }: Step): Promise<void> {
    const units = await unitsNow();
    const active = units.filter(({ isActive }) => isActive);
    const [unit, second] = [pick(active, which), pick(active, other)];
    const listing = await office.as('office', (tx) => readUnitListing(tx, jurisdictionId));
    const today = localDateOf(office.clock.now(), 'Asia/Shanghai');
    const held = pick(HOLDERS, choice);
    const titled = units.flatMap(({ code, posts }) =>
      posts.filter(({ title }) => title !== null).map((post) => ({ ...post, unitCode: code })),
    );
    if (what === 'import') {
      const row = listing.units.find(({ code }) => code === unit.code)!;
      const changes = [
        { name: `${row.name}${choice % 3}` },
        { kind: pick(KINDS_OF_UNITS, other) },
        { parent: second.code },
        { parent: null },
        { position: (other % 9) + 1 },
        { groups: other % 2 === 0 ? [] : [`R${run}G`] },
        { aliases: other % 2 === 0 ? [] : [`云山${run}又名${other % 4}`, `云山${run}水利局`] },
      ];
      await importFile({ jurisdiction: listing.jurisdiction, units: [{ ...row, ...pick(changes, choice) }] });
    } else if (what === 'add') {
      const code = `R${run}N${++made}`;
      // A name that a unit had which is gone is free again.
      const aliases = choice % 2 === 0 ? [`云山${run}水利局`] : [];
      const parent = choice % 3 === 0 ? unit.code : null;
      const row = { code, name: `云山${run}新局${made}`, kind: 'department', aliases, parent };
      await importFile({ jurisdiction: listing.jurisdiction, units: [row] });
    } else if (what === 'group') {
      const rule = { kinds: pick([['department'], ['district'], []], other), under: unit.code, except: [second.code] };
      const group = { code: `R${run}K`, name: `云山${run}各部门${choice % 2}`, rule: choice % 3 === 0 ? null : rule };
      const first = listing.units[0]!;
      await importFile({ jurisdiction: listing.jurisdiction, units: [first], groups: [group] });
    } else if (what === 'reorganise') {
      const wanted = pick(
        [
          { kind: 'rename' as const, units: [unit.code], name: `云山${run}改名${choice}局`, successors: [] },
          { kind: 'merge' as const, units: [unit.code], successors: [{ code: second.code }] },
          {
            kind: 'split' as const,
            units: [unit.code],
            continues: true,
            successors: [{ code: `R${run}N${++made}`, name: `云山${run}分局${made}` }],
          },
          { kind: 'abolish' as const, units: [unit.code], successors: [] },
        ],
        choice,
      );
      await office.as('office', async (tx, actor, at) => {
        const service = office.get(ReorganisationService);
        const proposed = await service.propose(tx, actor, at, {
          parents: [],
          continues: false,
          moves: [],
          default: null,
          cancelOpen: true,
          ...wanted,
          effectiveOn: addDays(today, other % 3),
          reason: '机构改革',
        });
        await service.confirm(tx, actor, at, proposed.id, { expectedDigest: proposed.preview!.digest });
      });
    } else if (what === 'post') {
      const kind = choice % 2 === 0 ? 'deputy' : 'handler';
      await office.as('office', (tx, actor, at) =>
        office.get(PostService).create(tx, actor, at, unit.code, { kind, title: `第${other % 3}科` }),
      );
    } else if (what === 'close') {
      const post = titled.length > 0 ? pick(titled, other) : null;
      if (!post) return;
      await office.as('office', (tx, actor, at) =>
        office.get(PostService).close(tx, actor, at, post.unitCode, post.id),
      );
    } else if (what === 'person') {
      const username = `${unit.code}.${held}`;
      await office.as('admin', (tx, actor, at) =>
        office.get(AccountService).edit(tx, actor, at, username, { displayName: `张${'三四五六'[choice % 4]}` }),
      );
    } else if (what === 'settle') {
      await office.as('officer', (tx, actor, at) =>
        office
          .get(NameSettler)
          .settle(tx, actor, at, jurisdictionId, `简称${choice % 3}`, { unitId: unit.id }, newId()),
      );
    } else if (what === 'erase') {
      const username = `${unit.code}.${held}`;
      const [person] = await office.query<{ id: string; name: string }>(
        `select id, display_name as name from person where username = $1`,
        [username],
      );
      await leaveAll(username, today);
      await office.as('admin', (tx, actor, at) => office.get(AccountService).edit(tx, actor, at, username, CLOSED));
      await office.as('security', (tx, actor, at) =>
        office.get(ErasureService).erase(tx, actor, at, username, '依法删除'),
      );
      erased.set(person!.id, [username, person!.name]);
    } else if (what === 'take') {
      const posts = await office.as('office', (tx, actor, at) =>
        office.get(PostService).list(tx, actor, at, unit.code),
      );
      const [one] = posts.flatMap((post) => post.holders.map((holder) => ({ ...post, ...holder })));
      if (!one) return;
      await office.as('security', (tx, actor, at) =>
        office.get(PostChangeService).propose(tx, actor, at, {
          kind: 'take',
          username: one.username,
          post: { kind: one.kind, unitCode: unit.code, title: one.title },
          fromOn: addDays(today, choice % 4),
          reason: '免职',
        }),
      );
    } else {
      const post = titled.length > 0 && other % 2 === 0 ? pick(titled, other) : null;
      const name = post
        ? { kind: post.kind, unitCode: post.unitCode, title: post.title }
        : { kind: held, unitCode: second.code };
      const fromOn = addDays(today, choice % 4);
      await office.as('security', (tx, actor, at) =>
        office.get(PostChangeService).propose(tx, actor, at, {
          kind: 'grant',
          username: `${unit.code}.${pick(HOLDERS, which)}`,
          post: name,
          fromOn,
          reason: '任职',
          ...(choice % 3 === 0 ? { toOn: addDays(fromOn, 1 + (choice % 5)) } : {}),
          ...(held === 'head' && !post ? { succeeds: true } : {}),
        }),
      );
    }
    done++;
  }

  /** What the directory answers now, or, from history, at an instant. */
  const answers = (asOf: Date | null, unitCodes?: readonly string[]) =>
    office.as('S02.contact', async (tx, actor) => {
      const units = await office.get(UnitDirectory).list(tx, { jurisdictionId, ...(asOf ? { asOf } : {}) });
      const posts: Record<string, PostView[]> = {};
      for (const code of unitCodes ?? units.map((unit) => unit.code)) {
        posts[code] = await office.get(PostService).list(tx, actor, office.clock.now(), code, { asOf });
      }
      return { units, posts, listing: await readUnitListing(tx, jurisdictionId, asOf) };
    });

  /** As it is told of them from then on, however long ago it was. */
  const withoutErased = (posts: Record<string, PostView[] | undefined>): Record<string, PostView[] | undefined> =>
    Object.fromEntries(
      Object.entries(posts).map(([code, list]) => [
        code,
        list?.map((post) => ({
          ...post,
          holders: post.holders
            .map((one) => (erased.has(one.personId) ? { ...one, username: ERASED.zh, displayName: ERASED.zh } : one))
            .toSorted((one, other) => (`${one.fromOn} ${one.username}` < `${other.fromOn} ${other.username}` ? -1 : 1)),
        })),
      ]),
    );

  it('is at each instant as it was then: names, tree, groups, posts and who held them', async () => {
    let instants = 0;
    await fc.assert(
      fc.asyncProperty(story, moments, async (steps, picked) => {
        await importFile(cityOf(++run));
        [{ id: jurisdictionId }] = (await office.query<{ id: string }>(`select id from jurisdiction where name = $1`, [
          `云山${run}市`,
        ])) as [{ id: string }];
        const recorded = [{ at: office.clock.now(), now: await answers(null) }];
        for (const step of steps) {
          office.sleepTo(new Date(office.clock.now().getTime() + step.hours * 3_600_000).toISOString());
          await office.get(ReorganisationService).carryOutDue(office.clock.now());
          await take(step).catch((error: unknown) => {
            if (!(error instanceof DomainError)) throw error;
          });
          recorded.push({ at: office.clock.now(), now: await answers(null) });
        }
        for (const { step, ms } of [...picked, ...recorded.map((_, i) => ({ step: i, ms: 0 }))]) {
          const { at: after, now } = recorded[step % recorded.length]!;
          const at = new Date(after.getTime() + ms);
          const codes = [0, 1, 2].map((next) => pick(now.units, step + next).code);
          const posts = Object.fromEntries(codes.map((code) => [code, now.posts[code]]));
          expect({ at, ...(await answers(at, codes)) }).toEqual({ at, ...now, posts: withoutErased(posts) });
        }
        for (const [username] of erased.values()) {
          const [{ named }] = (await office.query<{ named: number }>(
            `select count(*)::int as named from history_event h where h::text like '%' || $1 || '%'`,
            [`"${username}"`],
          )) as [{ named: number }];
          expect({ username, named }).toEqual({ username, named: 0 });
        }
        instants += picked.length;
        // Before the city was there, nothing of it was.
        const before = new Date(recorded[0]!.at.getTime() - 1);
        expect(
          await office.as('office', (tx) => office.get(UnitDirectory).list(tx, { jurisdictionId, asOf: before })),
        ).toEqual([]);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(instants).toBe(RUNS * INSTANTS_A_RUN);
    // Much was done, and not only refused.
    expect(done).toBeGreaterThan(RUNS * 8);
  });
});
