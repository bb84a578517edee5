import { Document, Footer, Header, Packer, Paragraph, Table, TableCell, TableRow, TextRun } from 'docx';
import fc from 'fast-check';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { readXml } from '../xml';
import { checkWordTemplate, fillWordTemplate, type TemplateFields } from './word-template';

const FIELDS: TemplateFields = {
  名称: 'text',
  说明: 'text',
  红色: 'condition',
  经过: ['日期', '方式'],
};

const wordOf = async (...paragraphs: (string | string[])[]): Promise<Uint8Array> =>
  new Uint8Array(
    await Packer.toBuffer(
      new Document({
        sections: [
          {
            headers: { default: new Header({ children: [new Paragraph('页眉')] }) },
            footers: { default: new Footer({ children: [new Paragraph('第1页')] }) },
            children: paragraphs.map(
              (words) => new Paragraph({ children: [words].flat().map((text) => new TextRun(text)) }),
            ),
          },
        ],
      }),
    ),
  );

/** The file with one part of it replaced or added. */
const withPart = (bytes: Uint8Array, name: string, change: (xml: string) => string): Uint8Array => {
  const parts = unzipSync(bytes);
  const before = parts[name] ? Buffer.from(parts[name]).toString() : '';
  return zipSync({ ...parts, [name]: strToU8(change(before)) });
};

function textOf(bytes: Uint8Array): string[] {
  const found: string[] = [];
  const document = unzipSync(bytes)['word/document.xml']!;
  let words = '';
  readXml(document, {
    open: (name) => {
      if (name === 'p') words = '';
      if (name === 'br') words += '\n';
    },
    close: (name) => {
      if (name === 'p') found.push(words);
    },
    text: (text) => {
      words += text;
    },
  });
  return found;
}

const refusalOf = (
  bytes: Uint8Array,
): { code: string; faults: { code: string; field?: string; message: string }[] } => {
  try {
    checkWordTemplate(bytes, FIELDS);
  } catch (error) {
    const { code, faults } = error as ReturnType<typeof refusalOf>;
    return { code, faults: [...faults] };
  }
  return { code: 'none', faults: [] };
};

describe('A Word template', () => {
  it('is filled in, whether a field was typed in one go or not, with sections for what is there, is not, and is a list', async () => {
    const bytes = await wordOf(
      ['致：{名', '称}'],
      '{#红色}红{/红色}{^红色}不红{/红色}',
      '{#经过}',
      '{日期} {方式}',
      '{/经过}',
      '{^经过}',
      '无',
      '{/经过}',
      '{#说明}有说明：{说明}{/说明}',
    );
    checkWordTemplate(bytes, FIELDS);
    const list = [
      { 日期: '1月3日', 方式: '提醒' },
      { 日期: '1月9日', 方式: '催办' },
    ];
    expect(textOf(fillWordTemplate(bytes, { 名称: '市某局', 说明: '', 红色: true, 经过: list }))).toEqual([
      '致：市某局',
      '红',
      '1月3日 提醒',
      '1月9日 催办',
      '',
    ]);
    expect(textOf(fillWordTemplate(bytes, { 名称: '甲', 说明: '一\n二', 红色: false, 经过: [] }))).toEqual([
      '致：甲',
      '不红',
      '无',
      '有说明：一\n二',
    ]);
  });

  it('makes the same bytes of the same values', async () => {
    const bytes = await wordOf('{名称}');
    expect(fillWordTemplate(bytes, { 名称: '甲' })).toEqual(fillWordTemplate(bytes, { 名称: '甲' }));
  });

  it('keeps words words: XML, fields, formulas, and what no XML may hold', async () => {
    const bytes = await wordOf('{名称}', '{说明}');
    const hostile = '<w:p/>&amp; {说明} {#经过} =HYPERLINK("http://x") \u0000\u0007]]>';
    expect(textOf(fillWordTemplate(bytes, { 名称: hostile, 说明: '正文' }))).toEqual([
      '<w:p/>&amp; {说明} {#经过} =HYPERLINK("http://x") ]]>',
      '正文',
    ]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        const plain = text.replaceAll(/[\r\n\t]/g, ' ');
        // eslint-disable-next-line no-control-regex
        const kept = plain.replaceAll(/[\u0000-\u001f\ufffe\uffff]/g, '');
        expect(textOf(fillWordTemplate(bytes, { 名称: plain, 说明: '正文' }))).toEqual([kept, '正文']);
      }),
      { numRuns: 25 },
    );
  });

  it.each<[string, string[], [code: string, field: string | undefined, where: RegExp][]]>([
    [
      'an unknown field',
      ['甲', '致：{单位}，请'],
      [['TEMPLATE.UNKNOWN_FIELD', '单位', /text, paragraph 2: “致：\{单位\}，请”/]],
    ],
    ['a field of what every object has', ['{constructor}'], [['TEMPLATE.UNKNOWN_FIELD', 'constructor', /paragraph 1/]]],
    ['an expression', ['{名称.length}'], [['TEMPLATE.UNKNOWN_FIELD', '名称.length', /paragraph 1/]]],
    ['raw XML', ['{@名称}'], [['TEMPLATE.UNKNOWN_FIELD', '@名称', /paragraph 1/]]],
    ['other braces', ['{=[[ ]]=}'], [['TEMPLATE.UNKNOWN_FIELD', '=[[ ]]=', /paragraph 1/]]],
    ['a brace that is not closed', ['{名称'], [['TEMPLATE.BROKEN_TAG', '名称', /paragraph 1/]]],
    ['a brace that was not opened', ['名称}'], [['TEMPLATE.BROKEN_TAG', undefined, /paragraph 1/]]],
    ['a section without an end', ['{#说明}甲'], [['TEMPLATE.BROKEN_TAG', '说明', /paragraph 1/]]],
    ['an end without a section', ['甲{/说明}'], [['TEMPLATE.BROKEN_TAG', '说明', /paragraph 1/]]],
    [
      'crossed sections',
      ['{#说明}{#红色}{/说明}{/红色}'],
      [
        ['TEMPLATE.BROKEN_TAG', '说明', /\{\/红色\} should/],
        ['TEMPLATE.BROKEN_TAG', '红色', /\{\/说明\} should/],
      ],
    ],
    ['a condition as text', ['{红色}'], [['TEMPLATE.MISPLACED_FIELD', '红色', /section/]]],
    ['a list as text', ['{经过}'], [['TEMPLATE.MISPLACED_FIELD', '经过', /section/]]],
    [
      'a list in itself, which grows by powers',
      ['{#经过}{#经过}{日期}{/经过}{/经过}'],
      [['TEMPLATE.MISPLACED_FIELD', '经过', /within another/]],
    ],
    ['a list’s field outside of it', ['{日期}'], [['TEMPLATE.UNKNOWN_FIELD', '日期', /paragraph 1/]]],
  ])('is refused with the field and the place for %s', async (_, paragraphs, expected) => {
    const { code, faults } = refusalOf(await wordOf(...paragraphs));
    expect([code, faults.map((fault) => [fault.code, fault.field])]).toEqual([
      'TEMPLATE.FAULTY',
      expected.map(([one, field]) => [one, field]),
    ]);
    expected.forEach(([, , where], i) => expect(faults[i]!.message).toMatch(where));
  });

  it('says of a fault in a header or footer that it is there', async () => {
    const bytes = withPart(await wordOf('{名称}'), 'word/footer1.xml', (xml) => xml.replace('第1页', '{页}'));
    expect(refusalOf(bytes).faults[0]!.message).toContain('(footer, paragraph 1: “{页}”)');
  });

  it('is refused where a section begins in a cell and ends outside of the table, as the library says', async () => {
    const table = new Table({
      rows: [
        new TableRow({
          children: ['{#红色}甲', '乙'].map((text) => new TableCell({ children: [new Paragraph(text)] })),
        }),
      ],
    });
    const document = new Document({ sections: [{ children: [table, new Paragraph('{/红色}')] }] });
    expect(refusalOf(new Uint8Array(await Packer.toBuffer(document))).code).toBe('TEMPLATE.FAULTY');
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array, string]>([
    ['no .docx', () => strToU8('{名称}'), 'TEMPLATE.NOT_DOCX'],
    ['a zip that is none', () => zipSync({ 'a.txt': strToU8('a') }), 'TEMPLATE.NOT_DOCX'],
    ['one cut off', (bytes) => bytes.subarray(0, bytes.length / 2), 'DOCUMENT.BROKEN'],
    ['one over 2 MB', () => new Uint8Array(3 * 1024 * 1024), 'TEMPLATE.TOO_LARGE'],
    [
      'one that unpacks to far more',
      (bytes) => withPart(bytes, 'word/media/a.bmp', () => '0'.repeat(20_000_000)),
      'TEMPLATE.TOO_LARGE',
    ],
    ['a zip bomb', (bytes) => withPart(bytes, 'word/media/a.bmp', () => '0'.repeat(300_000_000)), 'DOCUMENT.ZIP_BOMB'],
    ['macros', (bytes) => withPart(bytes, 'word/vbaProject.bin', () => 'x'), 'TEMPLATE.NOT_ALLOWED'],
    [
      'an embedded object',
      (bytes) => withPart(bytes, 'word/embeddings/oleObject1.bin', () => 'x'),
      'TEMPLATE.NOT_ALLOWED',
    ],
    [
      'a document type',
      (bytes) => withPart(bytes, 'word/document.xml', (xml) => xml.replace('?>', '?><!DOCTYPE w [<!ENTITY a "a">]>')),
      'DOCUMENT.BROKEN',
    ],
    [
      'a picture from elsewhere',
      (bytes) =>
        withPart(bytes, 'word/_rels/document.xml.rels', (xml) =>
          xml.replace(
            '</Relationships>',
            '<Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="http://10.0.0.1/a.png" TargetMode="External"/></Relationships>',
          ),
        ),
      'TEMPLATE.NOT_ALLOWED',
    ],
    [
      'an attached template',
      (bytes) =>
        withPart(
          bytes,
          'word/_rels/settings.xml.rels',
          () =>
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="file:///etc/x.dotm" TargetMode="External"/></Relationships>',
        ),
      'TEMPLATE.NOT_ALLOWED',
    ],
    [
      'a field that takes a file in',
      (bytes) =>
        withPart(bytes, 'word/document.xml', (xml) =>
          xml.replace('<w:t ', '<w:instrText>INCLUDETEXT "/etc/passwd"</w:instrText><w:t '),
        ),
      'TEMPLATE.NOT_ALLOWED',
    ],
    [
      'a field that runs a program',
      (bytes) =>
        withPart(bytes, 'word/document.xml', (xml) =>
          xml.replace('<w:t ', '<w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\x</w:instrText><w:t '),
        ),
      'TEMPLATE.NOT_ALLOWED',
    ],
    [
      'a date that changes by itself',
      (bytes) =>
        withPart(bytes, 'word/document.xml', (xml) =>
          xml.replace('<w:t ', '<w:instrText> DATE \\@ "yyyy" </w:instrText><w:t '),
        ),
      'TEMPLATE.NOT_ALLOWED',
    ],
  ])('is refused for %s', async (_, spoil, code) => {
    expect(refusalOf(spoil(await wordOf('{名称}'))).code).toBe(code);
  });

  it('may have page numbers and links', async () => {
    const bytes = withPart(await wordOf('{名称}'), 'word/document.xml', (xml) =>
      xml.replace('<w:t ', '<w:instrText> PAGE \\* MERGEFORMAT </w:instrText><w:t '),
    );
    expect(refusalOf(bytes).code).toBe('none');
  });
});
