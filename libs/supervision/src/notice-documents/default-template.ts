import { NOTICE_COLOURS, type NoticeColour } from '@duban/domain';
import { strToU8, zipSync } from 'fflate';
import type { NoticeWords } from './notice-words';
import { NOTICE_WORDS, type NoticeLanguage } from './words';

/** 1980 is where dates in a zip begin: the same words make the same bytes. */
const NO_DATE = new Date(1980, 0, 1);
const INK: Readonly<Record<NoticeColour, string>> = {
  blue: '1F4E9E',
  yellow: 'B8860B',
  orange: 'C55A11',
  red: 'C00000',
};
const IS: Readonly<Record<NoticeColour, string>> = {
  blue: 'isBlue',
  yellow: 'isYellow',
  orange: 'isOrange',
  red: 'isRed',
};
/** In twentieths of a point: A4 with the margins of official papers, and two columns between them. */
const PAGE = { width: 11906, height: 16838, top: 1700, right: 1474, bottom: 1417, left: 1588 };
const COLUMNS = [1700, PAGE.width - PAGE.left - PAGE.right - 1700] as const;
/** Half points: 小二, 一号, 四号, 小四, 小五. */
const SIZES = { office: 36, title: 56, text: 28, label: 24, note: 18 };
const LATIN = 'Times New Roman';
/** What stands in for fonts that are not there. */
const FALLBACKS: Readonly<Record<string, string>> = {
  方正小标宋简体: 'Noto Serif CJK SC',
  黑体: 'Noto Sans CJK SC',
  仿宋_GB2312: 'Noto Serif CJK SC',
};

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

interface Look {
  font: string;
  size: number;
  colour?: string;
  bold?: boolean;
  /** Of digits and letters. */
  latin?: string;
}
interface Block {
  align?: 'center' | 'right' | 'both';
  before?: number;
  after?: number;
  /** Colour of the line below. */
  line?: string;
  breaks?: boolean;
  keeps?: boolean;
  tab?: number;
}

const run = (text: string, { font, size, colour, bold, latin = LATIN }: Look): string =>
  `<w:r><w:rPr><w:rFonts w:ascii="${latin}" w:hAnsi="${latin}" w:eastAsia="${font}" w:cs="${latin}"/>${bold ? '<w:b/>' : ''}${
    colour === undefined ? '' : `<w:color w:val="${colour}"/>`
  }<w:sz w:val="${size}"/><w:szCs w:val="${size}"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr>${text
    .split('\t')
    .map((piece) => `<w:t xml:space="preserve">${escape(piece)}</w:t>`)
    .join('<w:tab/>')}</w:r>`;

const paragraph = (runs: string, { align, before = 0, after = 0, line, breaks, keeps, tab }: Block = {}): string =>
  `<w:p><w:pPr>${keeps ? '<w:keepNext/>' : ''}${breaks ? '<w:pageBreakBefore/>' : ''}${
    line === undefined ? '' : `<w:pBdr><w:bottom w:val="single" w:sz="24" w:space="4" w:color="${line}"/></w:pBdr>`
  }${tab === undefined ? '' : `<w:tabs><w:tab w:val="right" w:pos="${tab}"/></w:tabs>`}<w:spacing w:before="${before}" w:after="${after}"/>${
    align === undefined ? '' : `<w:jc w:val="${align}"/>`
  }</w:pPr>${runs}</w:p>`;

const cell = (width: number, content: string, isLabel: boolean): string =>
  `<w:tc><w:tcPr><w:tcW w:w="${width}" w:type="dxa"/>${
    isLabel ? '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>' : ''
  }<w:vAlign w:val="center"/></w:tcPr>${content}</w:tc>`;

/** A row is not torn between pages unless it may be longer than one. */
const row = (label: string, content: string, { height = 0, isLong = false } = {}): string =>
  `<w:tr><w:trPr>${isLong ? '' : '<w:cantSplit/>'}${
    height === 0 ? '' : `<w:trHeight w:val="${height}" w:hRule="atLeast"/>`
  }</w:trPr>${cell(COLUMNS[0], label, true)}${cell(COLUMNS[1], content, false)}</w:tr>`;

const table = (rows: string): string =>
  `<w:tbl><w:tblPr><w:tblW w:w="${COLUMNS[0] + COLUMNS[1]}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>${[
    'top',
    'left',
    'bottom',
    'right',
    'insideH',
    'insideV',
  ]
    .map((side) => `<w:${side} w:val="single" w:sz="6" w:space="0" w:color="404040"/>`)
    .join(
      '',
    )}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="70" w:type="dxa"/><w:left w:w="115" w:type="dxa"/><w:bottom w:w="70" w:type="dxa"/><w:right w:w="115" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>${COLUMNS.map(
    (width) => `<w:gridCol w:w="${width}"/>`,
  ).join('')}</w:tblGrid>${rows}</w:tbl>`;

const NAMESPACES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml';

function bodyOf({ labels: l, fonts }: NoticeWords, separator: string): string {
  const text = (words: string, look: Partial<Look> = {}): string =>
    run(words, { font: fonts.text, size: SIZES.text, ...look });
  const label = (words: string): string =>
    paragraph(run(words, { font: fonts.label, size: SIZES.label }), { align: 'center' });
  const line = (words: string, block: Block = {}): string => paragraph(text(words), block);
  const mark = (words: string): string => paragraph(text(words));
  const headOf = (colour: NoticeColour): string => {
    const ink = { font: fonts.title, colour: INK[colour] };
    const small = { font: fonts.text, size: SIZES.label };
    return [
      mark(`{#${IS[colour]}}`),
      paragraph(run('{office}', { ...ink, size: SIZES.office }), { align: 'center', after: 60 }),
      paragraph(run('{title}', { ...ink, size: SIZES.title }), { align: 'center', after: 200 }),
      paragraph(run(`${l.number}${separator}{number}\t${l.signedBy}${separator}{signedBy}`, small), {
        line: INK[colour],
        after: 160,
        tab: COLUMNS[0] + COLUMNS[1],
      }),
      mark(`{/${IS[colour]}}`),
    ].join('');
  };
  const blank = (words: string, height: number, hint = ''): string => row(label(words), line(hint), { height });
  return [
    ...NOTICE_COLOURS.map(headOf),
    table(
      [
        row(label(l.mainTo), line('{mainTo}')),
        row(label(l.copyTo), line('{copyTo}{^copyTo}—{/copyTo}')),
        row(label(l.matter), line(l.matterLine) + line('{task}', { align: 'both' }), { isLong: true }),
        row(label(l.unit), line(l.unitLine)),
        row(label(l.duty), line('{duty}')),
        row(label(l.due), line('{due}{#late} · {late}{/late}') + paragraph(text('{why}', { size: SIZES.label }))),
        row(
          label(l.sent),
          mark('{#sent}') +
            line('{sentOn} · {sentWhat}') +
            mark('{/sent}') +
            mark('{^sent}') +
            line('—') +
            mark('{/sent}'),
          {
            isLong: true,
          },
        ),
        row(
          label(l.demand),
          line('{demand}', { align: 'both' }) + mark('{#bulletin}') + line('{bulletin}') + mark('{/bulletin}'),
        ),
        row(label(l.answerBy), paragraph(text('{answerBy}', { bold: true }))),
      ].join(''),
    ),
    paragraph(text('{office}'), { align: 'right', before: 360, keeps: true }),
    paragraph(text('{issuedOn}'), { align: 'right' }),
    paragraph(run(l.replyTitle, { font: fonts.title, size: SIZES.office }), {
      align: 'center',
      after: 80,
      breaks: true,
    }),
    paragraph(run(l.replyHint, { font: fonts.text, size: SIZES.label }), { align: 'center', after: 200 }),
    table(
      [
        row(label(l.replyNumber), line('{number}')),
        row(label(l.replyUnit), line('{unit}')),
        row(label(l.duty), line('{duty}')),
        row(label(l.answerBy), line('{answerBy}')),
        blank(l.replyText, 3600),
        blank(l.replyReason, 1500),
        blank(l.replyDate, 560),
        blank(l.replyContact, 560),
        row(label(l.replySigned), paragraph(text(l.replySeal), { align: 'right', before: 700 }), { height: 1300 }),
      ].join(''),
    ),
    `<w:sectPr><w:footerReference w:type="default" r:id="rId1" xmlns:r="${OFFICE}"/><w:pgSz w:w="${PAGE.width}" w:h="${PAGE.height}"/><w:pgMar w:top="${PAGE.top}" w:right="${PAGE.right}" w:bottom="${PAGE.bottom}" w:left="${PAGE.left}" w:header="851" w:footer="720" w:gutter="0"/></w:sectPr>`,
  ].join('');
}

function footerOf({ labels, fonts }: NoticeWords): string {
  const look = { font: fonts.text, size: SIZES.note, colour: '595959' };
  const pages = labels.page
    .split(/(\{page\}|\{pages\})/)
    .map((piece) => {
      if (piece !== '{page}' && piece !== '{pages}') return piece === '' ? '' : run(piece, look);
      return `<w:fldSimple w:instr=" ${piece === '{page}' ? 'PAGE' : 'NUMPAGES'} ">${run('1', look)}</w:fldSimple>`;
    })
    .join('');
  return paragraph(run('{checkpoint}', look), { align: 'center' }) + paragraph(pages, { align: 'center' });
}

const fontsOf = ({ fonts }: NoticeWords): string =>
  [...new Set(Object.values(fonts))]
    .map(
      (font) =>
        `<w:font w:name="${font}">${FALLBACKS[font] === undefined ? '' : `<w:altName w:val="${FALLBACKS[font]}"/>`}</w:font>`,
    )
    .join('');

/**
 * The template that comes with duban: one A4 page with the colour of the notice in its head, and a page for the answer
 * (回执). Made of the words of the language, so that the same words make the same file.
 */
export function defaultTemplate(language: NoticeLanguage): Uint8Array {
  const words = NOTICE_WORDS[language];
  const files = {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${WORD}.document.main+xml"/><Override PartName="/word/footer1.xml" ContentType="${WORD}.footer+xml"/><Override PartName="/word/fontTable.xml" ContentType="${WORD}.fontTable+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/_rels/document.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${OFFICE}/footer" Target="footer1.xml"/><Relationship Id="rId2" Type="${OFFICE}/fontTable" Target="fontTable.xml"/></Relationships>`,
    'word/document.xml': `<w:document ${NAMESPACES}><w:body>${bodyOf(words, language === 'zh' ? '：' : ': ')}</w:body></w:document>`,
    'word/footer1.xml': `<w:ftr ${NAMESPACES}>${footerOf(words)}</w:ftr>`,
    'word/fontTable.xml': `<w:fonts ${NAMESPACES}>${fontsOf(words)}</w:fonts>`,
  };
  return zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [name, [strToU8(`${HEAD}${content}`), { mtime: NO_DATE }]]),
    ),
  );
}
