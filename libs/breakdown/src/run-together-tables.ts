import type { Span } from './breakdown.types';
import { readDates } from './dates';
import { isPersonName } from './leader-names';
import type { Column } from './table-header';
import { endsGroup, isFirmUnit, isGroup, isParty } from './unit-names';

/*
 * Tables whose cells run together: a page was copied and nothing stands between 序号, 工作任务 and 牵头单位, nor between
 * what is below them. Where a cell ends is told by what units, dates and names look like, from the right; a row that
 * cannot be told apart so is a task without units.
 */

const LONGEST_ROW = 1_000;
/** More words than this behind the task are none of its cells. */
const LONGEST_TAIL = 300;
const LONGEST_UNIT = 20;
const LONGEST_TERM = 24;
const SEPARATORS = '、,;';
const UNITS: ReadonlySet<Column> = new Set<Column>(['lead', 'responsible', 'cooperating', 'supervising']);
/** 持续推进, 全年: what stands for a date. */
const TERM = /^(?:持续推进|长期坚持|立行立改|常年|全年|年内|长期)$/;
/** What the first character of a unit's name is the end of: 城市道路, 产业园区. */
const WITHIN_WORD = /[城全我本各县街小社园新景辖地片校山老郊市][市县区]$/;
const MAY_START = /^(?:[市县区省州]|各|有关|相关|国家|国网|团|中国|人民银行|人行)/;

/**
 * The cells of a row behind its number, one for each of `columns`, whose first is that of the task; the task alone where
 * the others cannot be told.
 */
export function cellsRunTogether(folded: string, row: Span, columns: readonly Column[]): Span[] {
  const words = folded.slice(row.start, row.end);
  const found = words.length > LONGEST_ROW ? null : cellsOfRow(words, columns.slice(1));
  return found ? found.map((cell) => ({ start: row.start + cell.start, end: row.start + cell.end })) : [{ ...row }];
}

function cellsOfRow(words: string, columns: readonly Column[]): Span[] | null {
  // The name of a place (云溪高新区管委会) begins like any words: that is thought of last.
  for (const isStrict of [true, false]) {
    const tail = new Tail(words, columns, isStrict);
    const sentence = words.lastIndexOf('。') + 1;
    const behindSentence = sentence > 0 ? tail.read(sentence) : null;
    if (behindSentence) return [{ start: 0, end: sentence }, ...behindSentence];
    for (let start = words.length - 2; start > Math.max(0, words.length - LONGEST_TAIL); start--) {
      const cells = mayStart(words, start, columns[0]) ? tail.read(start) : null;
      if (cells) return [{ start: 0, end: start }, ...cells];
    }
  }
  return null;
}

function mayStart(words: string, at: number, column: Column | undefined): boolean {
  if (column === 'leaders') return personAt(words, at).length > 0;
  if (SEPARATORS.includes(words[at - 1] ?? ' ')) return false;
  return MAY_START.test(words.slice(at, at + 4)) && !WITHIN_WORD.test(words.slice(Math.max(0, at - 1), at + 1));
}

/** Reads the cells behind a task, all of them up to the end and nothing else. What led nowhere once is not tried again. */
class Tail {
  private readonly dead = new Set<string>();

  constructor(
    private readonly words: string,
    private readonly columns: readonly Column[],
    private readonly isStrict: boolean,
  ) {}

  read(at: number, index = 0): Span[] | null {
    if (index === this.columns.length) return at === this.words.length ? [] : null;
    return this.once(`${index} ${at}`, () => {
      const column = this.columns[index]!;
      if (UNITS.has(column) || column === 'leaders') {
        const lengthsAt = column === 'leaders' ? personAt : unitsAt;
        if (this.isStrict && column !== 'leaders' && !MAY_START.test(this.words.slice(at, at + 4))) return null;
        return this.readList(at, at, index, lengthsAt);
      }
      const isLast = index === this.columns.length - 1;
      return isLast && fitsEnd(this.words.slice(at), column) ? [{ start: at, end: this.words.length }] : null;
    });
  }

  private readList(start: number, at: number, index: number, lengthsAt: typeof unitsAt): Span[] | null {
    return this.once(`${index} ${start} ${at}`, () => {
      for (const length of lengthsAt(this.words, at)) {
        const end = at + length;
        if (SEPARATORS.includes(this.words[end] ?? ' ')) {
          const longer = this.readList(start, end + 1, index, lengthsAt);
          if (longer) return longer;
          continue;
        }
        const rest = this.read(end, index + 1);
        if (rest) return [{ start, end }, ...rest];
      }
      return null;
    });
  }

  private once(key: string, read: () => Span[] | null): Span[] | null {
    if (this.dead.has(key)) return null;
    const found = read();
    if (!found) this.dead.add(key);
    return found;
  }
}

function fitsEnd(rest: string, column: Column): boolean {
  if (column === 'other') return true;
  if (column !== 'deadline' || rest.length > LONGEST_TERM) return false;
  // Dates alone: what stands before them would be the end of something else.
  return TERM.test(rest) || (/^[\d年一二三四上下第每本今明]/.test(rest) && readDates(rest, null, true).length > 0);
}

/** How long the name of a unit, or a group, that begins at `at` may be, the likeliest first. */
function unitsAt(words: string, at: number): number[] {
  const ahead = words.slice(at, at + LONGEST_UNIT + 1);
  const lengths: number[] = [];
  for (let length = 3; length <= Math.min(LONGEST_UNIT, ahead.length); length++) {
    const name = ahead.slice(0, length);
    const isWhole = isGroup(name)
      ? endsGroup(name) || /(?:部门|单位|镇|街道)$/.test(name)
      : isFirmUnit(name) && isParty(name) && !/[\d、,;]/.test(name);
    if (isWhole && !/^(?:会|办公室|局)/.test(ahead.slice(length))) lengths.push(length);
  }
  // What comes behind a name begins the next one, or is no word of it.
  const goesOn = (length: number): boolean =>
    !/^(?:[、,;\d]|$)/.test(ahead.slice(length)) && !MAY_START.test(ahead.slice(length));
  return lengths.sort((one, other) => Number(goesOn(one)) - Number(goesOn(other)));
}

function personAt(words: string, at: number): number[] {
  return [3, 2].filter((length) => {
    const next = words[at + length];
    const ends = next === undefined || SEPARATORS.includes(next) || /[\d市县区省各]/.test(next);
    return ends && isPersonName(words.slice(at, at + length));
  });
}
