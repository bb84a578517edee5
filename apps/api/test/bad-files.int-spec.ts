import { type Case, refuseAll, type Request } from './cases';
import { Edge, formOf, sample, useEdge } from './edge';

const FILE = { field: 'file' };
const MEBIBYTE = 1024 * 1024;
const UNIT = { code: 'N01', name: '市新局', kind: 'department' };

describe('A bad file', () => {
  const edge = useEdge((database) => Edge.open(database));
  const refuses = (cases: Case[]): void => refuseAll(edge, () => undefined, cases);

  describe('as a document', () => {
    const upload = (form: FormData): Request => ['office', 'POST', '/plans', { form }];
    const file = (bytes: string | Buffer): Request => upload(formOf(bytes));
    const beside = (fields: Record<string, string>): Request => upload(formOf(sample.plan, 'a.txt', 'file', fields));
    const form = (raw: string, type: string): Request => {
      return ['office', 'POST', '/plans', { raw, headers: { 'content-type': `multipart/form-data${type}` } }];
    };
    const cutOff = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nabc';
    const plainField = new FormData();
    plainField.append('file', sample.plan);
    const two = formOf(sample.plan);
    two.append('file', new Blob([sample.plan]), 'again.txt');
    refuses([
      ['not in a form', () => ['office', 'POST', '/plans', { json: {} }], '415 REQUEST.NOT_MULTIPART'],
      ['not sent at all', () => ['office', 'POST', '/plans'], '415 REQUEST.NOT_MULTIPART'],
      ['not in the form', () => upload(new FormData()), '400 REQUEST.NO_FILE', FILE],
      ['as a plain field', () => upload(plainField), '400 REQUEST.UNKNOWN_FIELD', FILE],
      ['by another name', () => upload(formOf('x', 'a.txt', 'doc')), '400 REQUEST.UNKNOWN_FIELD', { field: 'doc' }],
      ['beside an unknown field', () => beside({ year: '2023' }), '400 REQUEST.UNKNOWN_FIELD', { field: 'year' }],
      ['beside a field __proto__', () => beside({ ['__proto__']: '1' }), '400 REQUEST.UNKNOWN_FIELD'],
      ['twice', () => upload(two), '413 REQUEST.TOO_MANY_FILES'],
      ['over 20 MiB', () => file(Buffer.alloc(20 * MEBIBYTE + 1, 'x')), '413 REQUEST.TOO_LARGE'],
      ['in a form without a boundary', () => form('x', ''), '400 REQUEST.BAD_FORM'],
      ['in a form that is cut off', () => form(cutOff, '; boundary=b'), '400 REQUEST.BAD_FORM'],
      ['that is empty', () => file(''), '422 BREAKDOWN.EMPTY', FILE],
      ['of blanks', () => file(' \n　\n'), '422 BREAKDOWN.EMPTY', FILE],
      [
        'that is a program',
        () => file(Buffer.from('\x7fELF\x02\x01\x01\0\0', 'latin1')),
        '422 DOCUMENT.NOT_A_DOCUMENT',
        FILE,
      ],
      [
        'in no known encoding',
        () => file(Buffer.from('\xff\xffA\xff', 'latin1')),
        '422 BREAKDOWN.UNKNOWN_ENCODING',
        FILE,
      ],
      ['without a task', () => file('各部门：\n\n现将有关事项通知如下。\n'), '422 PLAN.EMPTY', FILE],
      ['by a name with a NUL', () => upload(formOf(sample.plan, 'a\0.txt')), '400 REQUEST.INVALID'],
      ['of a place that is none', () => beside({ jurisdiction: '溪城市' }), '422 PLAN.UNKNOWN_JURISDICTION'],
      [
        'from somebody who may not, however bad',
        () => ['leader', 'POST', '/plans', { form: formOf('') }],
        '403 RIGHTS.NOT_ALLOWED',
      ],
    ]);

    it('is none in GB18030', async () => {
      // 1.建成大桥。（责任单位：市发改委）
      const draft = await edge().draft(
        Buffer.from('312ebda8b3c9b4f3c7c5a1a3a3a8d4f0c8ceb5a5cebba3bacad0b7a2b8c4ceafa3a90a', 'hex'),
      );
      expect(draft.tasks).toMatchObject([{ content: '建成大桥。', responsible: ['市发改委'] }]);
    });

    it.each(['../../etc/passwd', '责任分解 方案（印发稿）.txt', `<img src=x>'.txt`])(
      'is none by the name %j, which stays a name',
      async (name) => {
        const office = await edge().as('office');
        const draft = await office.do('POST', '/plans', { form: formOf(sample.plan, name) });
        expect(draft.fileName).toBe(name.split('/').at(-1));
      },
    );
  });

  describe('of units', () => {
    const upload = (bytes: string | Buffer): Request => {
      return ['admin', 'POST', '/units/import', { form: formOf(bytes, 'units.json') }];
    };
    const listing = (...units: unknown[]): Request => upload(JSON.stringify({ jurisdiction: '临澜市', units }));
    const deep = `{"jurisdiction":"临澜市","units":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`;
    const at = (line: number): object => ({ ...FILE, line });
    const row = (number: number, field: string): unknown =>
      expect.objectContaining({ row: number, field: expect.stringContaining(field) });
    refuses([
      ['not in UTF-8', () => upload(Buffer.from('{"a":"\xc1\xd9"}', 'latin1')), '422 UNIT.FILE_NOT_UTF8', FILE],
      ['with a comma too many', () => upload('{\n "a": 1,\n "units": [,]\n}'), '422 UNIT.FILE_NOT_JSON', at(3)],
      ['with a comma at the end', () => upload('{\n "a": [\n 1,\n ]\n}'), '422 UNIT.FILE_NOT_JSON', at(4)],
      ['with a quote missing', () => upload('{\n "a": 临澜市,\n "units": []\n}'), '422 UNIT.FILE_NOT_JSON', at(2)],
      ['cut off', () => upload('{\n "a": 1,\n "units": ['), '422 UNIT.FILE_NOT_JSON', at(3)],
      ['cut off within a text', () => upload('{\n "jurisdiction": "临'), '422 UNIT.FILE_NOT_JSON', at(2)],
      ['with more after its end', () => upload('{}\n{}'), '422 UNIT.FILE_NOT_JSON', at(2)],
      ['that is empty', () => upload(''), '422 UNIT.FILE_NOT_JSON', at(1)],
      ['that is a number', () => upload('17'), '422 UNIT.IMPORT_INVALID'],
      ['nested 100,000 deep', () => upload(deep), '422 UNIT.IMPORT_INVALID', { faults: [row(1, 'units[0]')] }],
      [
        'with faults, all at once with their rows',
        () =>
          listing(
            UNIT,
            { ...UNIT, code: '' },
            { ...UNIT, code: 'N03', name: 'a\u0000b' },
            { ...UNIT, code: 'N04', name: '市别局', extra: 1 },
            { ...UNIT, code: 'N05', groups: ['none'] },
          ),
        '422 UNIT.IMPORT_INVALID',
        {
          faults: expect.arrayContaining([
            row(2, 'units[1].code'),
            row(3, 'units[2].name'),
            row(4, 'units[3]'),
            row(5, 'units[4].groups'),
          ]),
        },
      ],
      [
        'that takes the code of a unit elsewhere',
        () => upload(JSON.stringify({ jurisdiction: '溪城市', units: [{ ...UNIT, code: 'LD01' }] })),
        '409 UNIT.CODE_TAKEN',
        { faults: [row(1, 'code')] },
      ],
      [
        'from somebody who may not, however bad',
        () => ['LD04.head', 'POST', '/units/import', { form: formOf('{') }],
        '403 RIGHTS.NOT_ALLOWED',
      ],
    ]);

    it('is none where it was imported before', async () => {
      const admin = await edge().as('admin');
      const before = await edge().written();
      const again = await admin.do('POST', '/units/import', { form: formOf(sample.units) });
      expect(again).toMatchObject({ created: 0, updated: 0, unchanged: 42, accounts: 0 });
      expect(await edge().written()).toEqual(before);
    });
  });
});
