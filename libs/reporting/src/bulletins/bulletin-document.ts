import { wordToPdf } from '@duban/documents';
import type { ObligationKind } from '@duban/domain';
import { dutyIn, NOTICE_WORDS, type PaperFormat, type NoticeLanguage } from '@duban/supervision';
import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  HeadingLevel,
  Packer,
  PageNumber,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  VerticalAlign,
  WidthType,
} from 'docx';
import type { Bulletin, BulletinPaper } from './bulletins';
import { BULLETIN_WORDS, type BulletinWords } from './bulletin-words';

/** In twentieths of a point: A4 with the margins of official papers (党政机关公文格式, GB/T 9704). */
const PAGE = { width: 11_906, height: 16_838, top: 2098, right: 1474, bottom: 1984, left: 1588 };
const WIDTH = PAGE.width - PAGE.left - PAGE.right;
/** Half points: 二号, 三号, 五号, 小五. */
const SIZES = { title: 44, text: 32, table: 21, note: 18 };
const FONTS = { title: '方正小标宋简体', heading: '黑体', text: '仿宋_GB2312', latin: 'Times New Roman' };
const RED = 'C00000';
/** Two characters of the text, in twentieths of a point: how a paragraph begins. */
const INDENT = SIZES.text * 20;

const fontOf = (eastAsia: string) => ({ ascii: FONTS.latin, hAnsi: FONTS.latin, cs: FONTS.latin, eastAsia });

/**
 * Writes the document of a published bulletin, of what it said when it was published.
 * @throws DomainError DOCUMENT.PDF_NEEDS_LIBREOFFICE, DOCUMENT.TOO_HARD, DOCUMENT.BUSY
 */
export async function writeBulletin(
  paper: BulletinPaper,
  language: NoticeLanguage,
  format: PaperFormat,
): Promise<Uint8Array> {
  const docx = new Uint8Array(await Packer.toBuffer(documentOf(paper, language)));
  return format === 'docx' ? docx : wordToPdf(docx);
}

function documentOf({ bulletin, jurisdiction, timeZone }: BulletinPaper, language: NoticeLanguage): Document {
  const w = BULLETIN_WORDS[language];
  const day = dayWriter(language, timeZone);
  const office = w.office(jurisdiction);
  const published = day(bulletin.publishedAt);
  const { checkpoint } = bulletin.content;
  return new Document({
    title: bulletin.title,
    creator: office,
    styles: { default: { document: { run: { font: fontOf(FONTS.text), size: SIZES.text } } } },
    sections: [
      {
        properties: {
          page: {
            size: { width: PAGE.width, height: PAGE.height },
            margin: { top: PAGE.top, right: PAGE.right, bottom: PAGE.bottom, left: PAGE.left },
          },
        },
        footers: {
          default: new Footer({
            children: [
              new Paragraph({
                alignment: AlignmentType.CENTER,
                children: [new TextRun({ children: ['— ', PageNumber.CURRENT, ' —'], size: SIZES.table })],
              }),
            ],
          }),
        },
        children: [
          new Paragraph({
            heading: HeadingLevel.TITLE,
            alignment: AlignmentType.CENTER,
            spacing: { after: 240 },
            children: [new TextRun({ text: bulletin.title, font: fontOf(FONTS.title), size: SIZES.title, color: RED })],
          }),
          centred(w.issue(bulletin.year, bulletin.number)),
          new Paragraph({
            alignment: AlignmentType.CENTER,
            spacing: { after: 320 },
            border: { bottom: { style: BorderStyle.SINGLE, size: 18, color: RED, space: 6 } },
            children: [new TextRun({ text: w.span(day(bulletin.from), day(bulletin.to)), size: SIZES.table })],
          }),
          ...(bulletin.words ?? '').split('\n').filter(Boolean).map(text),
          ...parts(bulletin, w, language, day),
          signed(office, 480),
          signed(published, 0),
          ...(checkpoint
            ? [
                new Paragraph({
                  spacing: { before: 480 },
                  children: [
                    new TextRun({
                      text: w.checkpoint({ ...checkpoint, signed: day(checkpoint.signedAt) }),
                      size: SIZES.note,
                    }),
                  ],
                }),
              ]
            : []),
        ],
      },
    ],
  });
}

/** What there is nothing of has no heading, and the headings are numbered by what there is. */
function parts(
  { content }: Bulletin,
  w: BulletinWords,
  language: NoticeLanguage,
  day: (at: string) => string,
): (Paragraph | Table)[] {
  const { tasks, lights, obligations, redTasks, overdueUnits, notices, cards } = content;
  const { columns: c } = w;
  const itemOf = (number: string | null): string => (number === null ? '' : w.item(number));
  const notice = NOTICE_WORDS[language];
  const told: [string, (Paragraph | Table)[]][] = [
    [
      w.whole,
      [
        text(
          w.wholeWords({
            ...obligations,
            tasks: Object.values(tasks).reduce((all, one) => all + one, 0),
            verified: tasks['verified'] ?? 0,
            red: lights['red'] ?? 0,
            yellow: lights['yellow'] ?? 0,
          }),
        ),
        ...(redTasks.length === 0
          ? []
          : [
              text(w.redTasks),
              table(
                [
                  [c.number, 1],
                  [c.task, 4],
                  [c.lead, 2],
                ],
                redTasks.map(({ number, content: words, leads }) => [number ?? '', words, leads.join(w.comma)]),
              ),
            ]),
      ],
    ],
  ];
  if (overdueUnits.length > 0) {
    const rows = overdueUnits.map(({ unitName, overdue, standingNotices }) => [
      unitName,
      String(overdue),
      String(standingNotices),
    ]);
    told.push([
      w.late,
      [
        table(
          [
            [c.unit, 3],
            [c.overdue, 1],
            [c.standing, 1],
          ],
          rows,
        ),
      ],
    ]);
  }
  const noticeRows = notices.map(({ number, unitName, taskNumber, obligationKind, subject, issuedAt, state }) => [
    number,
    unitName,
    `${itemOf(taskNumber)} ${dutyIn(notice, { kind: obligationKind as ObligationKind, subject }, language)}`.trim(),
    day(issuedAt),
    w.states[state as keyof typeof w.states],
  ]);
  told.push([
    w.notices(notices.length),
    [
      notices.length === 0
        ? text(w.noNotices)
        : table(
            [
              [c.number, 6],
              [c.unit, 4],
              [c.about, 5],
              [c.issued, 5],
              [c.state, 3],
            ],
            noticeRows,
          ),
    ],
  ]);
  if (cards.length > 0) {
    const rows = cards.map(({ unitName, taskNumber, colour, points, why }) => [
      unitName,
      itemOf(taskNumber),
      [colour && notice.colours[colour], points > 0 && w.points(points)].filter(Boolean).join(w.comma),
      why[language],
    ]);
    told.push([
      w.cards(cards.length),
      [
        table(
          [
            [c.unit, 3],
            [c.task, 2],
            [c.card, 2],
            [c.why, 5],
          ],
          rows,
        ),
      ],
    ]);
  }
  return told.flatMap(([title, blocks], at) => [heading(`${w.ordinals[at]}${title}`), ...blocks]);
}

const text = (words: string): Paragraph =>
  new Paragraph({
    alignment: AlignmentType.BOTH,
    indent: { firstLine: INDENT },
    spacing: { after: 120 },
    children: [new TextRun(words)],
  });

const centred = (words: string): Paragraph =>
  new Paragraph({ alignment: AlignmentType.CENTER, spacing: { after: 120 }, children: [new TextRun(words)] });

const signed = (words: string, before: number): Paragraph =>
  new Paragraph({
    alignment: AlignmentType.RIGHT,
    spacing: { before },
    keepNext: before > 0,
    children: [new TextRun(words)],
  });

const heading = (words: string): Paragraph =>
  new Paragraph({
    heading: HeadingLevel.HEADING_1,
    indent: { firstLine: INDENT },
    spacing: { before: 240, after: 120 },
    keepNext: true,
    children: [new TextRun({ text: words, font: fontOf(FONTS.heading), color: '000000', size: SIZES.text })],
  });

/** @param columns of each its words and its share of the width */
function table(columns: readonly (readonly [string, number])[], rows: readonly (readonly string[])[]): Table {
  const shares = columns.reduce((all, [, share]) => all + share, 0);
  const widths = columns.map(([, share]) => Math.floor((WIDTH * share) / shares));
  const row = (cells: readonly string[], isHead: boolean): TableRow =>
    new TableRow({
      cantSplit: true,
      tableHeader: isHead,
      children: cells.map(
        (words, at) =>
          new TableCell({
            width: { size: widths[at]!, type: WidthType.DXA },
            verticalAlign: VerticalAlign.CENTER,
            margins: { top: 60, bottom: 60, left: 100, right: 100 },
            ...(isHead ? { shading: { fill: 'F2F2F2' } } : {}),
            children: [
              new Paragraph({
                alignment: isHead ? AlignmentType.CENTER : AlignmentType.LEFT,
                children: [
                  new TextRun({
                    text: words,
                    size: SIZES.table,
                    ...(isHead ? { font: fontOf(FONTS.heading) } : {}),
                  }),
                ],
              }),
            ],
          }),
      ),
    });
  return new Table({
    layout: TableLayoutType.FIXED,
    width: { size: WIDTH, type: WidthType.DXA },
    columnWidths: widths,
    rows: [
      row(
        columns.map(([words]) => words),
        true,
      ),
      ...rows.map((cells) => row(cells, false)),
    ],
  });
}

/** Days, and instants by the clock of the jurisdiction. */
function dayWriter(language: NoticeLanguage, timeZone: string): (at: string | Date) => string {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const ofInstant = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone });
  const ofDay = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  return (at) => (typeof at === 'string' && at.length === 10 ? ofDay : ofInstant).format(new Date(at));
}
