import { read, utils, write } from '@e965/xlsx';
import { appoint, type Case, fault, NOTHING, refuseAll, type Request } from './cases';
import { Edge, expectProblem, formOf, type Json, sample, useEdge } from './edge';

const UNITS = JSON.parse(sample.units);
const [FIRST] = UNITS.units;

describe('The directory', () => {
  const edge = useEdge((database) => Edge.open(database));
  const upload = (bytes: string | Buffer, fields: Record<string, string> = {}, headers = {}): Request => {
    return ['admin', 'POST', '/units/import', { form: formOf(bytes, 'units', 'file', fields), headers }];
  };
  const importing = async (bytes: string | Buffer, fields: Record<string, string> = {}): Promise<Json> => {
    const [username, method, path, sent] = upload(bytes, fields);
    return (await edge().as(username!)).do(method, path, sent);
  };
  const listing = (...units: object[]): string => JSON.stringify({ jurisdiction: '临澜市', units });
  const unit = async (code: string): Promise<Json> =>
    (await (await edge().as('office')).all('/units')).find((one) => one.code === code);
  const exported = async (query: string): Promise<Buffer> => {
    const answer = await (await edge().as('LD04.contact')).ask('GET', `/units/export?${query}`);
    expect(answer.status).toBe(200);
    return answer.bytes;
  };

  describe('as a list', () => {
    let section: Json;
    beforeAll(async () => {
      await importing(
        listing(
          { code: 'T01', name: '教育督导科', kind: '科室', parent: 'LD02', position: 900 },
          { code: 'T02', name: '教育装备科', kind: 'section', parent: 'LD02', position: 901 },
          { code: 'T03', name: '装备二组', kind: '科室', parent: 'T02', position: 902 },
        ),
      );
      section = await unit('T02');
      await edge().query(`update unit set from_on = '2023-01-01', to_on = '2023-01-12' where code = 'T03'`);
      await edge().query(`update unit_name set from_on = '2023-01-05', to_on = null where unit_id = $1`, [section.id]);
      await edge().query(`insert into unit_name values ($1, '2023-01-01', '2023-01-05', '教育器材科', '教育器材科')`, [
        section.id,
      ]);
      await edge().query(`update unit set from_on = '2023-01-01' where id = $1`, [section.id]);
    });
    const codes = async (query: string): Promise<string[]> =>
      (await (await edge().as('LD04.contact')).all(`/units?${query}`, 2)).map(({ code }: Json) => code);

    it.each<[string, () => string, string[]]>([
      ['right under a unit', () => `parentId=${section.parentId}`, ['T01', 'T02']],
      ['of a kind', () => 'kind=section', ['T01', 'T02', 'T03']],
      ['of a kind in Chinese', () => `kind=${encodeURIComponent('科室')}`, ['T01', 'T02', 'T03']],
      ['by a word', () => `q=${encodeURIComponent('装备')}`, ['T02', 'T03']],
      ['by a former name', () => `q=${encodeURIComponent('器材')}`, ['T02']],
      ['by a code in small letters', () => 'q=t0', ['T01', 'T02', 'T03']],
      ['that were there on a day', () => 'on=2023-01-11&kind=section', ['T02', 'T03']],
      ['that were there before', () => 'on=2022-12-31', []],
      ['that are there when a term has ended', () => 'on=2023-01-12&kind=section', ['T01', 'T02']],
    ])('has units %s', async (_, query, expected) => expect(await codes(query())).toEqual(expected));

    it('says where a unit stands, and what it was called on a day', async () => {
      const office = await edge().as('office');
      const [now] = (await office.get('/units?q=T02')).items;
      expect(now).toMatchObject({
        name: '教育装备科',
        kind: 'section',
        parentId: (await unit('LD02')).id,
        formerNames: ['教育器材科'],
      });
      const [then] = (await office.get('/units?q=T02&on=2023-01-04')).items;
      expect(then).toMatchObject({ name: '教育器材科', formerNames: [] });
    });

    it('takes a cursor within its filters only', async () => {
      const office = await edge().as('office');
      const { next } = await office.get('/units?kind=section&limit=1');
      expectProblem(await office.ask('GET', `/units?kind=party&cursor=${next}`), 400, 'REQUEST.BAD_CURSOR');
    });
  });

  describe('as a file', () => {
    it.each([
      ['', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
      ['format=csv', 'text/csv; charset=utf-8', 'csv'],
      ['format=json', 'application/json; charset=utf-8', 'json'],
    ])('?%s has a type and a name, and imports again as no change', async (query, type, ending) => {
      const office = await edge().as('office');
      const answer = await office.ask('GET', `/units/export?${query}`);
      expect(answer.headers).toMatchObject({
        'content-type': type,
        'content-disposition': `attachment; filename="units.${ending}"; filename*=UTF-8''${encodeURIComponent('临澜市单位名录')}.${ending}`,
      });
      const before = await edge().written();
      expect(await importing(answer.bytes)).toMatchObject({ created: 0, updated: 0, groups: 0, accounts: 0 });
      expect(await edge().written()).toEqual(before);
    });

    it('is changed in Excel and comes back, looked at before', async () => {
      const book = read(await exported('format=xlsx'));
      const rows = utils.sheet_to_json<(string | number | null)[]>(book.Sheets['单位']!, { header: 1 });
      const [head] = rows as [string[]];
      const at = (heading: string): number => head.indexOf(heading);
      rows[1]![at('别称')] = '市发展改革委、发改口';
      const added = Array<string | number | null>(head.length).fill(null);
      Object.assign(added, {
        [at('编码')]: '0071',
        [at('名称')]: '=市新局',
        [at('类别')]: '事业单位',
        [at('上级单位编码')]: 'LD02',
      });
      rows.push(added);
      book.Sheets['单位'] = utils.aoa_to_sheet(rows);
      const file = write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer;

      const before = await edge().written();
      const { digest, difference } = await importing(file, { preview: 'true' });
      expect(difference).toMatchObject({
        created: [{ code: '0071', name: '=市新局', kind: 'public_institution', parent: 'LD02' }],
        updated: [
          {
            code: 'LD01',
            changes: [{ field: 'aliases', from: ['市发展改革委'], to: ['发改口', '市发展改革委'].toSorted() }],
          },
        ],
        notListed: [],
        groups: [],
        accounts: [{ username: '0071.head' }, { username: '0071.contact' }],
      });
      expect(await edge().written()).toEqual(before);
      expect(await importing(file, { digest })).toMatchObject({ created: 1, updated: 1, accounts: 2 });
      expect(await unit('0071')).toMatchObject({ name: '=市新局', parentId: (await unit('LD02')).id });
      expect((await exported('format=csv')).toString()).toContain(`,0071,'=市新局,'=市新局,`);
    });

    it('is refused with a digest of another difference, and by a repeated key only once imported', async () => {
      const file = listing({ code: 'K01', name: '市钥匙局', kind: '部门' });
      const { digest } = await importing(file, { preview: 'true' });
      const other = listing({ code: 'K01', name: '市钥匙局', kind: '事业单位' });
      const admin = await edge().as('admin');
      const [, method, path, wrong] = upload(other, { digest });
      expectProblem(await admin.ask(method, path, wrong), 409, 'UNIT.DIFFERENCE_CHANGED', { field: 'digest' });
      const send = async (): Promise<Json> => {
        const [, , , sent] = upload(file, { digest }, { 'idempotency-key': 'units-k01' });
        return admin.do(method, path, sent);
      };
      const first = await send();
      expect(first).toMatchObject({ created: 1 });
      expect(await send()).toEqual(first);
    });

    it('has groups by rule, whose members plans are handed to', async () => {
      await importing(
        JSON.stringify({
          jurisdiction: '临澜市',
          units: [FIRST],
          groups: [{ code: 'NEWRULE', name: '各督导单位', rule: { kinds: ['科室'], under: 'LD02' } }],
        }),
      );
      expect((await unit('T01')).groups).toEqual([
        { id: expect.any(String), code: 'NEWRULE', name: '各督导单位', byRule: true },
      ]);
      const office = await edge().as('office');
      const draft = await edge().draft(
        '临澜市2023年责任分解方案\n\n1.做好督导。（牵头单位：各督导单位；责任单位：市发改委）\n',
      );
      await office.post(`/plans/${draft.id}/issue`, { year: 2023, issuedOn: '2023-01-12' });
      const { tasks } = await office.get(`/plans/${draft.id}`);
      expect(tasks[0].assignments.map(({ unitName, role }: Json) => [unitName, role])).toEqual(
        expect.arrayContaining([
          ['教育督导科', 'lead'],
          ['教育装备科', 'lead'],
        ]),
      );
    });
  });

  it('takes a table that does not say whose units it lists for the only jurisdiction’s', async () => {
    const file = '编码,名称,类别,上级单位编码\r\nN401,规划科,科室,LD04';
    const { jurisdiction, created } = await importing(file, { preview: 'true' });
    expect([jurisdiction.name, created]).toEqual(['临澜市', 1]);
  });

  it('is read as it stood at an instant: as a list, as a file, and with who held the posts', async () => {
    const before = '2023-01-20T08:00:00+08:00';
    const [made, corrected] = ['2023-01-20T09:00:00+08:00', '2023-01-20T11:00:00+08:00'];
    const at = (instant: string): string => `asOf=${encodeURIComponent(instant)}`;
    await edge().passTo(made);
    const row = { code: 'T90', name: '市数据局', kind: 'department', aliases: ['市大数据局'], position: 990 };
    await importing(listing({ ...row, groups: [] }));
    await edge().passTo(corrected);
    await importing(listing({ ...row, aliases: ['市数据管理局'], kind: 'party', parent: 'LD02' }));
    await appoint(edge(), 'LD03.head', { kind: 'contact', unitCode: 'T90' }, { succeeds: true });
    await edge().passTo('2023-01-22T09:00:00+08:00');

    const contact = await edge().as('LD04.contact');
    const [then] = await contact.all(`/units?${at(made)}&q=T90`);
    expect(then).toMatchObject({ aliases: ['市大数据局'], kind: 'department', parentId: null });
    expect((await contact.all(`/units?${at(corrected)}`, 200)).filter(({ id }) => id === then!.id)).toEqual([
      await unit('T90'),
    ]);
    expect(await contact.all(`/units?${at(before)}&q=T90`)).toEqual([]);
    const file = JSON.parse((await exported(`format=json&${at(made)}`)).toString());
    expect(file.units.find(({ code }: Json) => code === 'T90')).toMatchObject({
      parent: null,
      aliases: ['市大数据局'],
    });
    const holders = async (query: string): Promise<string[]> => {
      const { items } = await contact.get(`/units/T90/posts?${query}`);
      return items.flatMap((post: Json) => post.holders.map(({ username }: Json) => username));
    };
    expect(await holders('')).toEqual(['T90.head', 'LD03.head']);
    expect(await holders(at(corrected))).toEqual(['T90.head', 'LD03.head']);
    expect(await holders(at(made))).toEqual(['T90.head', 'T90.contact']);
    // What was known on the 20th of the day after.
    expect(await holders(`${at(made)}&on=2023-01-21`)).toEqual(['T90.head', 'T90.contact']);
    expectProblem(await contact.ask('GET', `/units/T90/posts?${at(before)}`), 404, 'UNIT.UNKNOWN');
    expectProblem(
      await contact.ask('GET', `/units/export?${at(before)}&jurisdictionId=${NOTHING}`),
      404,
      'UNIT.NO_JURISDICTION',
    );
  });

  describe('refuses', () => {
    const csv = (...rows: string[]): string => ['编码,名称,类别,上级单位编码', ...rows].join('\r\n');
    const sheetOf = (rows: unknown[][]): Buffer => {
      const book = utils.book_new();
      utils.book_append_sheet(book, utils.aoa_to_sheet(rows), '单位');
      return write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer;
    };
    const city = { jurisdiction: '临澜市' };
    const at = (...faults: object[]): object => ({ faults: faults.map((one) => expect.objectContaining(one)) });
    const cases: Case[] = [
      [
        'a day that does not exist',
        () => ['office', 'GET', '/units?on=2023-02-30'],
        '400 REQUEST.INVALID',
        fault('on'),
      ],
      [
        'a day and an instant at once',
        () => ['office', 'GET', '/units?on=2023-01-12&asOf=2023-01-12'],
        '422 UNIT.ON_OR_AS_OF',
        { field: 'on' },
      ],
      [
        'the future',
        () => ['office', 'GET', '/units/LD04/posts?asOf=2029-01-01'],
        '422 REQUEST.AS_OF_IN_FUTURE',
        { field: 'asOf' },
      ],
      [
        'a parent that is no id',
        () => ['office', 'GET', '/units?parentId=LD02'],
        '400 REQUEST.INVALID',
        fault('parentId'),
      ],
      [
        'a format that there is not',
        () => ['office', 'GET', '/units/export?format=pdf'],
        '400 REQUEST.INVALID',
        fault('format'),
      ],
      [
        'the file of nobody',
        () => ['office', 'GET', `/units/export?jurisdictionId=${NOTHING}`],
        '404 UNIT.NO_JURISDICTION',
      ],
      ['a preview that is neither', () => upload('{}', { preview: 'yes' }), '400 REQUEST.INVALID', fault('preview')],
      ['a digest that is none', () => upload('{}', { digest: 'abc' }), '400 REQUEST.INVALID', fault('digest')],
      ['another field', () => upload('{}', { dryRun: 'true' }), '400 REQUEST.UNKNOWN_FIELD', { field: 'dryRun' }],
      [
        'a table of others',
        () => upload('辖区,编码,名称,类别\n溪城市,N1,甲局,部门', city),
        '422 UNIT.OTHER_JURISDICTION',
        { field: 'jurisdiction' },
      ],
      [
        'another kind of file',
        () => upload(Buffer.from('%PDF-1.7\n'), city),
        '422 UNIT.FILE_UNKNOWN',
        { field: 'file' },
      ],
      [
        'a preview of a faulty file, as the import',
        () => upload(csv('N1,甲局,部门,N9'), { ...city, preview: 'true' }),
        '422 UNIT.IMPORT_INVALID',
        at({ code: 'UNIT.UNKNOWN_PARENT', row: 2, column: 'D 上级单位编码' }),
      ],
      [
        'faults of a sheet, each where people find it',
        () =>
          upload(
            sheetOf([
              ['临澜市单位名录'],
              ['名称', '编码', '类别', '上级单位编码'],
              ['甲局', 'N1', '部门', 'N2'],
              [],
              ['乙局', 'N2', '部门', 'N1'],
              ['丙局', 1.5, '部门'],
              ['市教育局', 'N4', '部门'],
            ]),
            city,
          ),
        '422 UNIT.IMPORT_INVALID',
        at(
          { code: 'UNIT.CELL_NOT_TEXT', field: 'units[2].code', sheet: '单位', row: 6, column: 'B 编码' },
          { code: 'UNIT.PARENT_CYCLE', field: 'units[0].parent', sheet: '单位', row: 3, column: 'D 上级单位编码' },
          { code: 'UNIT.PARENT_CYCLE', field: 'units[1].parent', sheet: '单位', row: 5, column: 'D 上级单位编码' },
          { code: 'UNIT.NAME_TAKEN', field: 'units[3].name', sheet: '单位', row: 7, column: 'A 名称' },
        ),
      ],
      [
        'a rename, in a table',
        () => upload(csv('LD02,市教育体育局,部门,'), city),
        '409 UNIT.CODE_TAKEN',
        at({
          code: 'UNIT.CODE_TAKEN',
          row: 2,
          column: 'A 编码',
          message: expect.stringContaining('reorganisation (更名)'),
        }),
      ],
      [
        'a preview from somebody who may not',
        () => ['LD04.head', 'POST', '/units/import', { form: formOf('{', 'a', 'file', { preview: 'true' }) }],
        '403 RIGHTS.NOT_ALLOWED',
      ],
    ];
    refuseAll(edge, () => undefined, cases);
  });
});
