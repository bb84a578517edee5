import type { Actor } from '@duban/history';
import type { Fault } from '@duban/kernel';
import { until } from '@duban/testing';
import { actorOf, DEMO_PASSWORD, useDirectory } from '../test/directory-fixture';
import { sampleUnits } from '../test/sample-units';

type Document = ReturnType<typeof sampleUnits>;

describe('UnitImportService', () => {
  const t = useDirectory();
  const office = actorOf('office');
  const at = new Date('2031-01-06T23:30:00+08:00');

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

  beforeEach(async () => {
    // History cannot be emptied, so each test reads on from where it began.
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

  it('takes over three thousand units, with more rows than one statement may have parameters', async () => {
    const many = Array.from({ length: 3_000 }, (_, index) => ({
      code: `M${index}`,
      name: `第${index}局`,
      aliases: Array.from({ length: 5 }, (_alias, alias) => `第${index}局别称${alias}`),
      kind: 'department',
    }));
    const result = await importing({ jurisdiction: '云山市', units: many });
    expect(result).toMatchObject({ created: 3_000, accounts: 6_000 });
    expect(await count('unit_alias')).toBe(15_000);
    expect(await importing({ jurisdiction: '云山市', units: many })).toMatchObject({ unchanged: 3_000 });
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
