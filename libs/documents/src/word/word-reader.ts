import type { SourceWriter } from '../source-writer';
import { attribute, readXml, type XmlHandlers } from '../xml';
import type { WordNumbering } from './word-numbering';
import { isOn, type NumberProperties, type WordStyles } from './word-styles';

/** Elements whose words are no text of the document: deleted or moved away, what a field is made of, second copies. */
const SKIPPED: ReadonlySet<string> = new Set([
  'del',
  'moveFrom',
  'delText',
  'instrText',
  'delInstrText',
  'Fallback',
  'rt',
  'pPrChange',
  'rPrChange',
  'tblPrChange',
  'trPrChange',
  'tcPrChange',
  'numberingChange',
  'sectPr',
  'tblGrid',
  'tblPr',
  'tabs',
]);
const CHARACTERS: Readonly<Record<string, string>> = {
  tab: '\t',
  ptab: '\t',
  br: '\n',
  cr: '\n',
  noBreakHyphen: '-',
};
/** Notes of these kinds are the line above the notes. */
const SEPARATORS = /separator|continuationNotice/i;

interface Paragraph extends NumberProperties {
  words: string;
  style?: string;
  /** Whether the change that took away the mark at its end joins it to the next. */
  isJoined: boolean;
}

interface Cell {
  columns: number;
  merge: 'restart' | 'continue' | null;
  isOpen: boolean;
}

/**
 * Reads one part of a Word document (its body, its notes) in one pass: insertions are kept, deletions and hidden text
 * dropped, and text boxes read where they are anchored.
 */
export class WordReader {
  private readonly paragraphs: Paragraph[] = [];
  private readonly cells: Cell[] = [];
  /** For each table that is open, whether its row was begun, and what stands before its first cell. */
  private readonly rows: { isDeleted: boolean; before: number; isOpen: boolean }[] = [];
  private joined = '';
  private skipped = 0;
  private inText = false;
  private inParagraphProperties = false;
  private inRowProperties = false;
  private runIsHidden = false;
  /** How deep in blocks that only ask for words (占位符) we are, and whether the current block does. */
  private readonly asking: boolean[] = [];

  constructor(
    private readonly writer: SourceWriter,
    private readonly styles: WordStyles,
    private readonly numbering: WordNumbering,
  ) {}

  read(xml: Uint8Array): void {
    const handlers: XmlHandlers = {
      open: (name, attributes) => {
        if (this.skipped > 0) this.skipped++;
        else this.open(name, attributes);
      },
      close: (name) => {
        if (this.skipped > 0) this.skipped--;
        else this.close(name);
      },
      text: (words) => {
        const paragraph = this.paragraphs.at(-1);
        if (this.inText && this.skipped === 0 && !this.runIsHidden && paragraph) paragraph.words += words;
      },
    };
    readXml(xml, handlers);
    if (this.joined !== '') this.writer.paragraph(this.joined);
    this.joined = '';
  }

  private open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (SKIPPED.has(name)) this.skip(name);
    else if (name === 't') this.inText = true;
    else if (name === 'r') this.runIsHidden = false;
    else if (name === 'p') this.paragraphs.push({ words: '', style: this.styles.default, isJoined: false });
    else if (name === 'pPr') this.inParagraphProperties = true;
    else if (name === 'trPr') this.inRowProperties = true;
    else if (name === 'tbl') this.openTable();
    else if (name === 'tr') this.openRow();
    else if (name === 'tc') this.cells.push({ columns: 1, merge: null, isOpen: false });
    else if (name === 'footnote' || name === 'endnote') {
      if (SEPARATORS.test(attribute(attributes, 'type') ?? '')) this.skipped = 1;
    } else if (name === 'sdtPr') this.asking.push(false);
    else if (name === 'showingPlcHdr' && this.asking.length > 0) this.asking[this.asking.length - 1] = isOn(attributes);
    else if (name === 'sdtContent') {
      if (this.asking.pop() === true) this.skipped = 1;
    } else this.property(name, attributes);
  }

  private skip(name: string): void {
    const paragraph = this.paragraphs.at(-1);
    const row = this.rows.at(-1);
    // A change that took away the mark of a paragraph, or a whole row, stands in their properties.
    if (name === 'del' && this.inParagraphProperties && paragraph) paragraph.isJoined = true;
    if (name === 'del' && this.inRowProperties && row) row.isDeleted = true;
    this.skipped = 1;
  }

  private property(name: string, attributes: Readonly<Record<string, string>>): void {
    const paragraph = this.paragraphs.at(-1);
    const value = attribute(attributes, 'val');
    if (this.inParagraphProperties && paragraph) {
      if (name === 'pStyle') paragraph.style = value;
      else if (name === 'numId') paragraph.numId = value;
      else if (name === 'ilvl') paragraph.level = Number(value);
      return;
    }
    const characters = CHARACTERS[name];
    if (characters !== undefined) {
      if (paragraph && !this.runIsHidden) paragraph.words += characters;
    } else if (name === 'vanish') this.runIsHidden = isOn(attributes);
    else if (name === 'rStyle') this.runIsHidden ||= this.styles.isHidden(value);
    else if (name === 'gridSpan') this.cell(({ columns }) => ({ columns: Math.max(columns, Number(value) || 1) }));
    else if (name === 'vMerge') this.cell(() => ({ merge: value === 'restart' ? 'restart' : 'continue' }));
    else if (name === 'gridBefore') {
      const row = this.rows.at(-1);
      if (row) row.before = Number(value) || 0;
    }
  }

  private cell(change: (cell: Cell) => Partial<Cell>): void {
    const cell = this.cells.at(-1);
    if (cell) Object.assign(cell, change(cell));
  }

  private close(name: string): void {
    if (name === 't') this.inText = false;
    else if (name === 'r') this.runIsHidden = false;
    else if (name === 'pPr') this.inParagraphProperties = false;
    else if (name === 'trPr') this.inRowProperties = false;
    else if (name === 'p') this.closeParagraph();
    else if (name === 'tc') this.closeCell();
    else if (name === 'tr') this.closeRow();
    else if (name === 'tbl') {
      this.rows.pop();
      this.writer.closeTable();
    }
  }

  private closeParagraph(): void {
    const paragraph = this.paragraphs.pop();
    if (!paragraph) return;
    const { style, words } = paragraph;
    if (this.styles.isContents(style)) return;
    const isEmpty = words.trim() === '';
    // Word shows the number of an empty paragraph, but nobody means it.
    const label = isEmpty ? '' : this.numbering.labelOf(paragraph, style);
    const gap = /[\p{L}\p{Nd}]$/u.test(label) ? ' ' : '';
    const whole = this.joined + label + gap + (this.styles.isHidden(style) ? '' : words);
    this.joined = '';
    if (paragraph.isJoined && this.paragraphs.length === 0) {
      this.joined = whole;
      return;
    }
    this.beginCell();
    this.writer.paragraph(whole);
  }

  private openTable(): void {
    this.beginCell();
    this.writer.openTable();
    this.rows.push({ isDeleted: false, before: 0, isOpen: false });
  }

  private openRow(): void {
    const row = this.rows.at(-1);
    if (row) Object.assign(row, { isDeleted: false, before: 0, isOpen: false });
  }

  /** A cell and its row are begun when their properties are known: with the first paragraph. */
  private beginCell(): void {
    const cell = this.cells.at(-1);
    if (!cell || cell.isOpen) return;
    cell.isOpen = true;
    const row = this.rows.at(-1);
    if (row && !row.isOpen) {
      row.isOpen = true;
      this.writer.openRow();
      for (let before = 0; before < Math.min(row.before, MOST_BEFORE); before++) {
        this.writer.openCell();
        this.writer.closeCell();
      }
    }
    this.writer.openCell({ columns: cell.columns, continues: cell.merge === 'continue' });
  }

  private closeCell(): void {
    this.beginCell();
    this.cells.pop();
    this.writer.closeCell();
  }

  private closeRow(): void {
    const row = this.rows.at(-1);
    if (row?.isOpen) this.writer.closeRow();
  }
}

const MOST_BEFORE = 64;
