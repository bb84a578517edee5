import type { Actor } from '@duban/history';
import { type Fault, parseLocalDate } from '@duban/kernel';
import { until } from '@duban/testing';
import { actorOf, DEMO_PASSWORD, useDirectory } from '../test/directory-fixture';
import { sampleUnits } from '../test/sample-units';
import { unitFileOf } from './file-places';
import { EXPORT_FORMATS, type ExportFormat, writeUnitFile } from './unit-files/unit-export';
import { readUnitFile } from './unit-files/unit-file';
import { readUnitListing } from './unit-listing';

type Document = ReturnType<typeof sampleUnits>;

const office = actorOf('office');
const at = new Date('2031-01-06T23:30:00+08:00');

describe('UnitImportService', () => {
  const t = useDirectory();

  const importing = (document: unknown, actor: Actor = office, instant = at) =>
    t.run((tx) => t.imports.import(tx, actor, instant, document));
  const changed = (change: (document: Document) => void): Document => {
    const document = sampleUnits();
    change(document);
    return document;
  };
  const units = () => t.run((tx) => t.directory.list(tx));
  const count = async (table: string): Promise<number> =>
    (await t.query(`select count(*)::int as n from ${table}`))[0].n;

  const empty = async (): Promise<void> => {
    for (const table of [
      'session',
      'post_holding',
      'person',
      'post',
      'unit_group_member',
      'unit_group',
      'unit_alias',
      'unit_name',
      'unit',
      'jurisdiction',
    ]) {
      await t.query(`delete from ${table}`);
    }
  };

  beforeEach(async () => {
    // History cannot be emptied, so each test reads on from where it began.
    await empty();
    seen = (await t.events()).length;
  });
  let seen = 0;
  const newEvents = async () => (await t.events()).slice(seen);

  it('makes jurisdiction, units, groups, posts and accounts', async () => {
    const result = await importing(sampleUnits());
    expect(result).toEqual({
      jurisdiction: { id: expect.any(String), name: '云山市', timeZone: 'Asia/Shanghai' },
      created: 4,
      updated: 0,
      unchanged: 0,
      groups: 2,
      accounts: 8,
    });
    const all = await units();
    expect(all.map(({ code, position }) => [code, position])).toEqual([
      ['Y01', 1],
      ['Y02', 2],
      ['Q02', 3],
      ['Q01', 4],
    ]);
    expect(all[1]).toMatchObject({
      name: '市发改委（物价局）',
      officialName: '云山市发展和改革委员会',
      aliases: expect.arrayContaining(['市发改委', '市发展改革委']),
      groups: [],
      isActive: true,
    });
    expect(all[2]?.groups.map(({ code }) => code)).toEqual(['all', 'central']);
    expect(all[2]?.posts.map(({ kind }) => kind)).toEqual(['contact', 'head']);

    const accounts = await t.query(
      `select p.username, p.display_name as name, h.from_on::text as "from", h.to_on as "to", u.code, post.kind
       from person p join post_holding h on h.person_id = p.id join post on post.id = h.post_id
       join unit u on u.id = post.unit_id order by p.username`,
    );
    expect(accounts).toHaveLength(8);
    expect(accounts.slice(-2)).toEqual([
      {
        username: 'Y02.contact',
        name: '市发改委（物价局）联络员',
        from: '2031-01-06',
        to: null,
        code: 'Y02',
        kind: 'contact',
      },
      {
        username: 'Y02.head',
        name: '市发改委（物价局）负责人',
        from: '2031-01-06',
        to: null,
        code: 'Y02',
        kind: 'head',
      },
    ]);
    const { person } = await t.signIn('Q01.contact', DEMO_PASSWORD);
    expect(person.displayName).toBe('北岭区人民政府联络员');
  });

  it('records each thing made, by whom, and no hash', async () => {
    const { jurisdiction } = await importing(sampleUnits());
    const events = await newEvents();
    expect(events.map(({ type }) => type)).toEqual([
      'jurisdiction.created',
      ...Array(4).fill('unit.created'),
      ...Array(8).fill('person.created'),
    ]);
    expect(events.every(({ actor, before }) => actor === 'office' && before === null)).toBe(true);
    expect(events[0]?.after).toMatchObject({ id: jurisdiction.id, groups: [{ code: 'all' }, { code: 'central' }] });
    expect(events[3]?.after).toMatchObject({
      code: 'Q02',
      groups: ['all', 'central'],
      posts: [{ kind: 'contact' }, { kind: 'head' }],
    });
    expect(events[5]?.after).toMatchObject({ hasPassword: true, posts: [{ fromOn: '2031-01-06', toOn: null }] });
    expect(JSON.stringify(events)).not.toMatch(new RegExp(`argon2|${DEMO_PASSWORD}`));
  });

  it('changes nothing and records nothing when the same file comes again', async () => {
    await importing(sampleUnits());
    const before = { units: await units(), events: (await t.events()).length };
    const result = await importing(sampleUnits(), office, new Date('2031-03-01T09:00:00+08:00'));
    expect(result).toMatchObject({ created: 0, updated: 0, unchanged: 4, groups: 0, accounts: 0 });
    expect({ units: await units(), events: (await t.events()).length }).toEqual(before);
  });

  it('takes over changed official names, kinds, aliases, positions and groups, and records before and after', async () => {
    await importing(sampleUnits());
    seen = (await t.events()).length;
    const result = await importing(
      changed((d) => {
        d.units[0]!['aliases'] = ['市发改委'];
        d.units[1]!['aliases'] = ['市发展改革委'];
        d.units[1]!['name'] = '市发改委(物价局)';
        Object.assign(d.units[3]!, { official: '云山市北岭区人民政府', kind: 'area', groups: ['central'] });
      }),
    );
    expect(result).toMatchObject({ created: 0, updated: 3, unchanged: 1, groups: 0, accounts: 0 });
    expect((await units()).map(({ name, aliases, groups }) => [name, aliases, groups.map(({ code }) => code)])).toEqual(
      [
        ['市教育局', ['市发改委'], []],
        ['市发改委(物价局)', ['市发展改革委'], []],
        ['南湖区人民政府', [], ['all', 'central']],
        ['北岭区人民政府', [], ['central']],
      ],
    );
    const events = await newEvents();
    expect(events.map(({ type }) => type)).toEqual(Array(3).fill('unit.updated'));
    expect(events[2]).toMatchObject({
      before: { kind: 'district', officialName: '北岭区人民政府', groups: ['all'] },
      after: { kind: 'area', officialName: '云山市北岭区人民政府', groups: ['central'] },
    });
  });

  it('lets groups exchange their names, and records it', async () => {
    await importing(sampleUnits());
    seen = (await t.events()).length;
    const result = await importing(
      changed((d) => {
        d.groups[0]!['name'] = '各中心城区人民政府';
        d.groups[1]!['name'] = '各区人民政府';
      }),
    );
    expect(result).toMatchObject({ updated: 0, unchanged: 4, groups: 2 });
    const [event, ...others] = await newEvents();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      type: 'jurisdiction.groups_changed',
      before: { groups: [{ code: 'all', name: '各区人民政府' }, { code: 'central' }] },
      after: { groups: [{ code: 'all', name: '各中心城区人民政府' }, { code: 'central' }] },
    });
  });

  it('leaves alone what a later file does not list, and lets it name groups that are known', async () => {
    await importing(sampleUnits());
    const result = await importing({
      jurisdiction: '云山市',
      units: [{ code: 'Q03', name: '东河区人民政府', kind: 'district', groups: ['all'] }],
    });
    expect(result).toMatchObject({ created: 1, unchanged: 0, groups: 0, accounts: 2 });
    expect(await units()).toHaveLength(5);
    expect((await units()).filter(({ groups }) => groups.some(({ code }) => code === 'all'))).toHaveLength(3);
  });

  it('keeps the passwords of those who have one', async () => {
    await importing(sampleUnits());
    await t.run((tx) => t.accounts.setPassword(tx, actorOf('admin'), at, 'Y01.head', 'chosen by herself'));
    await importing(changed((d) => (d.units[0]!['official'] = '云山市教育委员会')));
    const { person } = await t.signIn('Y01.head', 'chosen by herself');
    expect(person.username).toBe('Y01.head');
  });

  it('keeps several jurisdictions apart', async () => {
    await importing(sampleUnits());
    const result = await importing({
      jurisdiction: '海州市',
      units: [{ code: 'H01', name: '市教育局', aliases: ['市发改委'], kind: 'department', groups: ['all'] }],
      groups: [{ code: 'all', name: '各区人民政府' }],
    });
    expect(result).toMatchObject({ created: 1, groups: 1, accounts: 2 });
    expect(await count('jurisdiction')).toBe(2);
  });

  it.each<[string, unknown, string[]]>([
    [
      'a code of another jurisdiction',
      { jurisdiction: '海州市', units: [{ code: 'Y01', name: '市教育局', kind: 'department' }] },
      ['UNIT.CODE_TAKEN units[0].code 1'],
    ],
    [
      'a code known under another name',
      { jurisdiction: '云山市', units: [{ code: 'Y01', name: '市教育体育局', kind: 'department' }] },
      ['UNIT.CODE_TAKEN units[0].code 1'],
    ],
    [
      'a name known under another code',
      { jurisdiction: '云山市', units: [{ code: 'Y09', name: '市教育局', kind: 'department' }] },
      ['UNIT.NAME_TAKEN units[0].name 1'],
    ],
    [
      'a name given from one code to another',
      changed((d) => {
        d.units[0]!['name'] = '市教育体育局';
        d.units.push({ code: 'Y09', name: '市教育局', kind: 'department' });
      }),
      ['UNIT.CODE_TAKEN units[0].code 1', 'UNIT.NAME_TAKEN units[4].name 5'],
    ],
    [
      'names that other units and groups have',
      {
        jurisdiction: '云山市',
        units: [
          { code: 'Y08', name: '市发改委', kind: 'department' },
          { code: 'Y09', name: '市体育局', official: '云山市教育局', aliases: ['各区人民政府'], kind: 'department' },
        ],
        groups: [{ code: 'both', name: '云山市发展和改革委员会' }],
      },
      [
        'UNIT.NAME_TAKEN units[0].name 1',
        'UNIT.NAME_TAKEN units[1].official 2',
        'UNIT.NAME_TAKEN units[1].aliases 2',
        'UNIT.NAME_TAKEN groups[0].name 1',
      ],
    ],
  ])('refuses %s', async (_, document, faults) => {
    await importing(sampleUnits());
    const before = { units: await units(), events: (await t.events()).length };
    const error = await importing(document).catch((reason) => reason);
    expect(error).toMatchObject({ kind: 'conflict', code: faults[0]?.split(' ')[0] });
    expect(error.faults.map(({ code, field, row }: Fault) => [code, field, row].join(' '))).toEqual(faults);
    expect({ units: await units(), events: (await t.events()).length }).toEqual(before);
  });

  it('gives what is wrong and what conflicts in one answer', async () => {
    await importing(sampleUnits());
    const error = await importing(
      changed((d) => {
        d.units[0]!['name'] = '市教育体育局';
        d.units[2]!['groups'] = ['all', 'nowhere'];
        d.units[3]!['kind'] = '';
      }),
    ).catch((reason) => reason);
    expect(error).toMatchObject({ kind: 'invalid', code: 'UNIT.IMPORT_INVALID' });
    expect(error.faults.map(({ code }: { code: string }) => code)).toEqual([
      'UNIT.EMPTY',
      'UNIT.UNKNOWN_GROUP',
      'UNIT.CODE_TAKEN',
    ]);
    expect(error.message).toMatch(/^The file of units has 3 faults\. units\[3\]\.kind is empty\./);
  });

  it('makes nothing twice when two files come at once: the second waits for the first', async () => {
    let imported = (): void => undefined;
    let release = (): void => undefined;
    const isImported = new Promise<void>((resolve) => (imported = resolve));
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    const first = t.run(async (tx) => {
      const result = await t.imports.import(tx, office, at, sampleUnits());
      imported();
      await isReleased;
      return result;
    });
    await isImported;
    const others = [1, 2].map(() => importing(sampleUnits()));
    const waiting = async (): Promise<number> =>
      (
        await t.query(`select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted and database =
         (select oid from pg_database where datname = current_database())`)
      )[0].n;
    await until(async () => (await waiting()) === 2);
    release();
    expect(await first).toMatchObject({ created: 4, accounts: 8 });
    for (const other of others) expect(await other).toMatchObject({ created: 0, unchanged: 4, groups: 0, accounts: 0 });
    expect([await count('unit'), await count('person'), await count('post_holding')]).toEqual([4, 8, 8]);
    expect(await newEvents()).toHaveLength(13);
  });

  describe('of a tree', () => {
    const tree = (parents: Record<string, string | null>): Document =>
      changed((d) => {
        for (const unit of d.units) if (String(unit['code']) in parents) unit['parent'] = parents[String(unit['code'])];
      });
    const parents = async (): Promise<Record<string, string | null>> => {
      const all = await units();
      const codes = new Map(all.map(({ id, code }) => [id, code]));
      return Object.fromEntries(all.map(({ code, parentId }) => [code, codes.get(parentId ?? '') ?? null]));
    };

    it('puts units under those above them, wherever they stand in the file, and takes them away again', async () => {
      await importing(tree({ Y01: 'Q02', Y02: 'Y01' }));
      expect(await parents()).toEqual({ Y01: 'Q02', Y02: 'Y01', Q02: null, Q01: null });
      // A file that does not say leaves the tree as it is.
      expect(await importing(sampleUnits())).toMatchObject({ updated: 0, unchanged: 4 });
      expect(await parents()).toEqual({ Y01: 'Q02', Y02: 'Y01', Q02: null, Q01: null });
      seen = (await t.events()).length;
      expect(await importing(tree({ Q02: 'Y01', Y01: null, Y02: 'Q02' }))).toMatchObject({ updated: 3, unchanged: 1 });
      expect(await parents()).toEqual({ Y01: null, Y02: 'Q02', Q02: 'Y01', Q01: null });
      expect((await newEvents()).map(({ type }) => type)).toEqual(Array(3).fill('unit.updated'));
    });

    it('refuses a circle through what is stored, and changes nothing', async () => {
      await importing(tree({ Y02: 'Y01', Q02: 'Y02' }));
      const before = await parents();
      const error = await importing({
        jurisdiction: '云山市',
        units: [{ code: 'Y01', name: '市教育局', official: '云山市教育局', kind: 'department', parent: 'Q02' }],
      }).catch((reason) => reason);
      expect(error).toMatchObject({ kind: 'invalid', code: 'UNIT.IMPORT_INVALID' });
      expect(error.faults).toMatchObject([{ code: 'UNIT.PARENT_CYCLE', field: 'units[0].parent', row: 1 }]);
      expect(await parents()).toEqual(before);
    });

    it.each<[string, string, string]>([
      ['a circle', `(select id from unit where code = 'Y02')`, 'ck_unit_tree'],
      ['another jurisdiction', `(select id from unit where code = 'H01')`, 'ck_unit_parent_jurisdiction'],
    ])('is kept from %s by the database, whoever writes', async (_, parent, constraint) => {
      await importing(tree({ Y02: 'Y01' }));
      await importing({ jurisdiction: '海州市', units: [{ code: 'H01', name: '市教育局', kind: 'department' }] });
      const write = t.run(async (tx) => tx.query(`update unit set parent_id = ${parent} where code = 'Y01'`));
      await expect(write).rejects.toMatchObject({ driverError: { code: '23514', constraint } });
    });

    it('lets one transaction turn the tree round, looked at when it ends', async () => {
      await importing(tree({ Y02: 'Y01' }));
      await t.run(async (tx) => {
        await tx.query(`update unit set parent_id = (select id from unit where code = 'Y02') where code = 'Y01'`);
        await tx.query(`update unit set parent_id = null where code = 'Y02'`);
      });
      expect(await parents()).toMatchObject({ Y01: 'Y02', Y02: null });
    });

    it('has no circle of two halves that two transactions close at once', async () => {
      await importing(sampleUnits());
      const half = (below: string, above: string, begun: () => void, go: Promise<void>): Promise<void> =>
        t.run(async (tx) => {
          await tx.query(`update unit set parent_id = (select id from unit where code = $2) where code = $1`, [
            below,
            above,
          ]);
          begun();
          await go;
        });
      let begun = 0;
      let release = (): void => undefined;
      const go = new Promise<void>((resolve) => (release = resolve));
      const count2 = (): void => void begun++;
      const halves = [half('Y01', 'Y02', count2, go), half('Y02', 'Y01', count2, go)];
      const outcomes = Promise.allSettled(halves);
      await until(async () => begun === 2);
      release();
      expect((await outcomes).map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });
  });

  describe('of groups by rule', () => {
    const ruled = (rule: unknown): Document =>
      changed((d) => {
        d.units[3]!['groups'] = [];
        d.units.push({ code: 'S01', name: '南湖区财政科', kind: '科室', parent: 'Q02' });
        d.groups.push({ code: 'rule', name: '各有规则单位', ...(rule === undefined ? {} : { rule }) });
      });
    const members = async (): Promise<string[]> =>
      (await units())
        .filter(({ groups }) => groups.some((one) => one.code === 'rule' && one.byRule))
        .map(({ code }) => code);

    it.each<[object, string[]]>([
      [{ kinds: ['区'] }, ['Q02', 'Q01']],
      [{ kinds: ['district', 'section'], under: 'Q02' }, ['S01']],
      [{ under: 'Q02' }, ['S01']],
      [{ kinds: ['district'], except: ['Q01'] }, ['Q02']],
    ])('%j has its members', async (rule, codes) => {
      await importing(ruled(rule));
      expect(await members()).toEqual(codes);
      expect(await importing(ruled(rule))).toMatchObject({ updated: 0, groups: 0, unchanged: 5 });
    });

    it('has a unit that joins later as a member by itself, and nobody that is gone', async () => {
      const { jurisdiction } = await importing(ruled({ kinds: ['district'] }));
      await importing({
        jurisdiction: '云山市',
        units: [{ code: 'Q03', name: '东河区人民政府', kind: '区', position: 9 }],
      });
      const resolved = async () => {
        const { groupId, unitIds } = (
          await t.run((tx) => t.directory.resolve(tx, jurisdiction.id, ['各有规则单位']))
        ).get('各有规则单位')!;
        const codes = new Map((await units()).map(({ id, code }) => [id, code]));
        return { groupId, codes: unitIds.map((id) => codes.get(id)) };
      };
      expect(await resolved()).toEqual({ groupId: expect.any(String), codes: ['Q02', 'Q01', 'Q03'] });
      await t.query(`update unit set to_on = from_on + 31 where code = 'Q01'`);
      expect((await resolved()).codes).toEqual(['Q02', 'Q03']);
      const then = await t.run((tx) => t.directory.list(tx, { on: parseLocalDate('2031-01-07') }));
      expect(then.filter(({ groups }) => groups.some(({ code }) => code === 'rule')).map(({ code }) => code)).toEqual([
        'Q02',
        'Q01',
        'Q03',
      ]);
    });

    it('has those that are listed beside those by rule', async () => {
      await importing(
        changed((d) => {
          d.groups[0]!['rule'] = { kinds: ['部门'], except: ['Y01'] };
        }),
      );
      expect(
        (await units()).map(({ code, groups }) => [code, groups.map((one) => `${one.code} ${one.byRule}`)]),
      ).toEqual([
        ['Y01', []],
        ['Y02', ['all true']],
        ['Q02', ['all false', 'central false']],
        ['Q01', ['all false']],
      ]);
    });

    it('keeps a rule where the file does not say, takes it away by null, and records it', async () => {
      const rule = { kinds: ['district'], under: null, except: [] };
      await importing(ruled(rule));
      expect(await importing(ruled(undefined))).toMatchObject({ groups: 0 });
      seen = (await t.events()).length;
      expect(await importing(ruled(null))).toMatchObject({ groups: 1 });
      expect(await members()).toEqual([]);
      const [event, ...others] = await newEvents();
      expect(others).toEqual([]);
      expect(event).toMatchObject({
        type: 'jurisdiction.groups_changed',
        before: { groups: [{ code: 'all', rule: null }, { code: 'central' }, { code: 'rule', rule }] },
        after: { groups: [{ code: 'all' }, { code: 'central' }, { code: 'rule', rule: null }] },
      });
    });

    it('refuses a rule of an unknown unit', async () => {
      await expect(importing(ruled({ under: 'nowhere' }))).rejects.toMatchObject({
        code: 'UNIT.IMPORT_INVALID',
        faults: [{ code: 'UNIT.UNKNOWN_UNIT', field: 'groups[2].rule.under', row: 3 }],
      });
    });
  });

  describe('before it is made', () => {
    const preview = (document: unknown, actor: Actor = office) =>
      t.run((tx) => t.imports.preview(tx, actor, unitFileOf(document)));
    const confirm = (document: unknown, digest: string) =>
      t.run((tx) => t.imports.importFile(tx, office, at, unitFileOf(document), digest));
    const next = (): Document =>
      changed((d) => {
        d.units.splice(0, 1);
        Object.assign(d.units[0]!, { name: '市发改委(物价局)', aliases: ['市发改委'], parent: 'Q02', position: 2 });
        Object.assign(d.units[1]!, { position: 3, groups: ['all'] });
        Object.assign(d.units[2]!, { position: 4 });
        d.units.push({ code: 'Y03', name: '市科技局', kind: '部门', parent: 'Y02', groups: ['all'] });
        d.groups[1]!['rule'] = { kinds: ['区'] };
        d.groups.push({ code: 'new', name: '各新单位' });
      });

    it('says what would change, field by field, and changes nothing', async () => {
      const { jurisdiction } = await importing(sampleUnits());
      const before = { units: await units(), events: (await t.events()).length };
      expect(await preview(next())).toEqual({
        jurisdiction,
        created: 1,
        updated: 2,
        unchanged: 1,
        groups: 2,
        accounts: 2,
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        difference: {
          jurisdiction: { id: jurisdiction.id, name: '云山市' },
          created: [
            {
              code: 'Y03',
              name: '市科技局',
              officialName: '市科技局',
              kind: 'department',
              position: 4,
              parent: 'Y02',
              aliases: [],
              groups: ['all'],
            },
          ],
          updated: [
            {
              code: 'Y02',
              name: '市发改委(物价局)',
              changes: [
                { field: 'name', from: '市发改委（物价局）', to: '市发改委(物价局)' },
                { field: 'parent', from: null, to: 'Q02' },
                { field: 'aliases', from: ['市发展改革委', '市发改委'], to: ['市发改委'] },
              ],
            },
            {
              code: 'Q02',
              name: '南湖区人民政府',
              changes: [{ field: 'groups', from: ['all', 'central'], to: ['all'] }],
            },
          ],
          unchanged: 1,
          notListed: [{ code: 'Y01', name: '市教育局' }],
          groups: [
            {
              code: 'central',
              name: '各中心城区人民政府',
              isNew: false,
              changes: [{ field: 'rule', from: null, to: { kinds: ['district'], under: null, except: [] } }],
            },
            { code: 'new', name: '各新单位', isNew: true, changes: [{ field: 'name', from: null, to: '各新单位' }] },
          ],
          accounts: [
            { username: 'Y03.head', displayName: '市科技局负责人' },
            { username: 'Y03.contact', displayName: '市科技局联络员' },
          ],
        },
      });
      expect({ units: await units(), events: (await t.events()).length }).toEqual(before);
    });

    it('is done as it was looked at, once', async () => {
      await importing(sampleUnits());
      const { digest, difference, ...counts } = await preview(next());
      expect(await confirm(next(), digest)).toEqual(counts);
      const usernames = (await t.query(`select username from person`)).map(
        ({ username }: { username: string }) => username,
      );
      expect(usernames).toEqual(expect.arrayContaining(difference.accounts.map(({ username }) => username)));
      const { difference: nothing } = await preview(next());
      expect(nothing).toMatchObject({ created: [], updated: [], unchanged: 4, groups: [], accounts: [] });
      // Sent again, it would do something else by now: nothing.
      await expect(confirm(next(), digest)).rejects.toMatchObject({ code: 'UNIT.DIFFERENCE_CHANGED' });
    });

    it.each<[string, () => Promise<unknown>, () => Document]>([
      [
        'the directory',
        () => importing({ jurisdiction: '云山市', units: [{ code: 'Z01', name: '市林业局', kind: '部门' }] }),
        next,
      ],
      ['the file', async () => undefined, () => ({ ...next(), units: next().units.slice(1) })],
    ])('is refused where %s was changed since (another difference than was confirmed)', async (_, meanwhile, file) => {
      await importing(sampleUnits());
      const { digest } = await preview(next());
      await meanwhile();
      const before = { units: await units(), events: (await t.events()).length };
      await expect(confirm(file(), digest)).rejects.toMatchObject({
        kind: 'conflict',
        code: 'UNIT.DIFFERENCE_CHANGED',
        details: { field: 'digest' },
      });
      expect({ units: await units(), events: (await t.events()).length }).toEqual(before);
    });

    it('tells of a jurisdiction that is new, of faults, and those who may not nothing', async () => {
      expect(await preview(sampleUnits())).toMatchObject({
        jurisdiction: { id: null, name: '云山市', timeZone: 'Asia/Shanghai' },
        created: 4,
        groups: 2,
        accounts: 8,
      });
      expect(await count('jurisdiction')).toBe(0);
      await expect(preview({ jurisdiction: '云山市' })).rejects.toMatchObject({ code: 'UNIT.IMPORT_INVALID' });
      await expect(preview(sampleUnits(), actorOf('contact'))).rejects.toMatchObject({ code: 'RIGHTS.NOT_ALLOWED' });
    });
  });

  it('refuses a unit that is gone, and gives its names to others', async () => {
    await importing(sampleUnits());
    await t.query(`update unit set to_on = from_on + 1 where code = 'Y02'`);
    await expect(importing(sampleUnits())).rejects.toMatchObject({
      kind: 'conflict',
      code: 'UNIT.CLOSED',
      faults: [{ field: 'units[1].code', row: 2 }],
    });
    const result = await importing({
      jurisdiction: '云山市',
      units: [{ code: 'Y09', name: '市发改委（物价局）', aliases: ['市发改委'], kind: 'department' }],
    });
    expect(result).toMatchObject({ created: 1 });
    // Of the one that is gone it is known since when it is called so no more.
    expect((await t.events()).filter(({ type }) => type === 'unit.updated').at(-1)).toMatchObject({
      before: { code: 'Y02', aliases: ['市发展改革委', '市发改委'] },
      after: { code: 'Y02', aliases: ['市发展改革委'] },
    });
  });

  it('refuses a unit whose account somebody has', async () => {
    await t.run((tx) =>
      t.accounts.create(tx, actorOf('admin'), at, { username: 'Y02.head', displayName: '张三', email: null }),
    );
    await expect(importing(sampleUnits())).rejects.toMatchObject({
      kind: 'conflict',
      code: 'UNIT.ACCOUNT_TAKEN',
      faults: [{ field: 'units[1].code', row: 2 }],
    });
  });

  it('says that a rename is a reorganisation', async () => {
    await importing(sampleUnits());
    await expect(importing(changed((d) => (d.units[0]!['name'] = '市教育体育局')))).rejects.toMatchObject({
      code: 'UNIT.CODE_TAKEN',
      message: expect.stringContaining('by a reorganisation (更名), not by an import.'),
    });
  });

  describe('of what was exported', () => {
    const exported = (format: ExportFormat) => t.run(async (tx) => writeUnitFile(await readUnitListing(tx), format));
    const importFile = async (bytes: Buffer) => {
      const file = await readUnitFile({ name: 'a', bytes });
      return t.run((tx) => t.imports.importFile(tx, office, at, file));
    };
    const rich = (): Document =>
      changed((d) => {
        d.units.push({
          code: '007',
          name: '=1+1局',
          aliases: ['@x', '甲、乙', '"丙"'],
          kind: '中心城区',
          parent: 'Y01',
        });
        d.units.push({ code: 'S1', name: "'基教科'", kind: '科室', parent: '007', position: 3, groups: ['central'] });
        d.groups.push({
          code: 'r',
          name: '各科室',
          rule: { kinds: ['科室', '中心城区'], under: 'Y01', except: ['007'] },
        });
      });

    it.each(EXPORT_FORMATS)('changes nothing, from %s', async (format) => {
      await importing(rich());
      const before = { units: await units(), events: (await t.events()).length };
      expect(await importFile(await exported(format))).toMatchObject({
        created: 0,
        updated: 0,
        unchanged: 6,
        groups: 0,
      });
      expect({ units: await units(), events: (await t.events()).length }).toEqual(before);
    });

    it.each(['json', 'xlsx'] as const)('makes the same directory elsewhere, from %s', async (format) => {
      await importing(rich());
      const listing = await t.run((tx) => readUnitListing(tx));
      const file = await exported(format);
      await empty();
      expect(await importFile(file)).toMatchObject({ created: 6, groups: 3, accounts: 12 });
      expect(await t.run((tx) => readUnitListing(tx))).toEqual(listing);
    });

    it('leaves out units that are gone, and asks whose it is where there are several', async () => {
      const { jurisdiction } = await importing(sampleUnits());
      await t.query(`update unit set to_on = from_on + 1 where code = 'Y02'`);
      expect((await t.run((tx) => readUnitListing(tx))).units.map(({ code }) => code)).toEqual(['Y01', 'Q02', 'Q01']);
      await importing({ jurisdiction: '海州市', units: [{ code: 'H01', name: '市教育局', kind: 'department' }] });
      await expect(t.run((tx) => readUnitListing(tx))).rejects.toMatchObject({ code: 'UNIT.CHOOSE_JURISDICTION' });
      expect(await t.run((tx) => readUnitListing(tx, jurisdiction.id))).toMatchObject({ jurisdiction: '云山市' });
      await expect(t.run((tx) => readUnitListing(tx, '00000000-0000-4000-8000-000000000000'))).rejects.toMatchObject({
        code: 'UNIT.NO_JURISDICTION',
      });
    });
  });

  it.each(['head', 'contact', 'leader', 'auditor'] as const)('refuses the %s', async (post) => {
    await expect(importing(sampleUnits(), actorOf(post))).rejects.toMatchObject({ code: 'RIGHTS.NOT_ALLOWED' });
    expect(await count('unit')).toBe(0);
  });
});

describe('UnitImportService without demonstration', () => {
  const t = useDirectory(null);

  it('makes accounts that cannot sign in until a password is set', async () => {
    const at = t.clock.now();
    await t.run((tx) => t.imports.import(tx, actorOf('admin'), at, sampleUnits()));
    expect(await t.query(`select 1 from person where password_hash is not null`)).toEqual([]);
    const signIn = (password: string) => t.signIn('Y01.contact', password);
    await expect(signIn('')).rejects.toMatchObject({ code: 'SESSION.WRONG_CREDENTIALS' });
    await t.run((tx) => t.accounts.setPassword(tx, actorOf('admin'), at, 'Y01.contact', 'set by the admin'));
    expect(await signIn('set by the admin')).toMatchObject({ person: { username: 'Y01.contact' } });
  });
});

// On databases of their own: every other test would read past their rows, and past those that are deleted.
const importMany = (t: ReturnType<typeof useDirectory>, units: object[], groups: object[] = []) =>
  t.run((tx) => t.imports.import(tx, office, at, { jurisdiction: '云山市', units, groups }));

describe('UnitImportService, of a large directory', () => {
  const t = useDirectory();

  it('takes over three thousand units, with more rows than one statement may have parameters', async () => {
    const many = Array.from({ length: 3_000 }, (_, index) => ({
      code: `M${index}`,
      name: `第${index}局`,
      aliases: Array.from({ length: 5 }, (_alias, alias) => `第${index}局别称${alias}`),
      kind: 'department',
    }));
    const result = await importMany(t, many);
    expect(result).toMatchObject({ created: 3_000, accounts: 6_000 });
    expect((await t.query(`select count(*)::int as n from unit_alias`))[0].n).toBe(15_000);
    expect(await importMany(t, many)).toMatchObject({ unchanged: 3_000 });
  });
});

describe('UnitImportService, of a large tree', () => {
  const t = useDirectory();

  it('brings three thousand units in a tree and back', async () => {
    const many = Array.from({ length: 3_000 }, (_, index) => ({
      code: `M${index}`,
      name: `第${index}局`,
      kind: index < 30 ? '部门' : '科室',
      parent: index < 30 ? null : `M${index % 30}`,
    }));
    const groups = [{ code: 'g', name: '各科室', rule: { kinds: ['科室'], under: 'M7' } }];
    await importMany(t, many, groups);
    const bytes = await t.run(async (tx) => writeUnitFile(await readUnitListing(tx), 'xlsx'));
    const file = await readUnitFile({ name: 'a', bytes });
    expect(await t.run((tx) => t.imports.importFile(tx, office, at, file))).toMatchObject({
      created: 0,
      updated: 0,
      unchanged: 3_000,
    });
    const inGroup = (await t.run((tx) => t.directory.list(tx))).filter(({ groups: own }) => own.length > 0);
    expect(inGroup).toHaveLength(99);
  });
});
