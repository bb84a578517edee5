import type { Span, Target } from './breakdown.types';
import { BRACKETS, isCloserAt, isOpenerAt } from './brackets';
import { CharacterSet } from './characters';
import { NUMERALS } from './chinese-numerals';
import { compare, type Comparison } from './comparisons';
import { isPromise } from './promises';
import { readQuantity, type Quantity } from './quantities';
import { Surrounder } from './surroundings';
import { originalSpan, tightOf, type TightText } from './tight-text';

const QUOTES: Readonly<Record<string, string>> = { '“': '”', '‘': '’', '《': '》', '「': '」', '『': '』', '"': '"' };
const OPENING_QUOTES = new CharacterSet(Object.keys(QUOTES));
/** What changes how a number is read, or begins one. */
const TELLING = new CharacterSet([...BRACKETS, ...Object.keys(QUOTES), ...NUMERALS, ...'0123456789\n。']);
const ANY_QUOTE = new RegExp(`[${Object.keys(QUOTES).join('')}]`);
const NO_ENDS: ReadonlyMap<number, number> = new Map();
const ENDS_SENTENCE = new CharacterSet('\n。');
const LONGEST_QUOTE = 60;
/** Stretches whose numbers are names or asides: quotations and brackets. Returns for each offset where its stretch ends. */
function skipEnds(folded: string): ReadonlyMap<number, number> {
  if (!ANY_QUOTE.test(folded)) return NO_ENDS;
  const ends = new Map<number, number>();
  const lastSeen = new Map<string, number>();
  const nextOf = (mark: string, from: number): number => {
    const known = lastSeen.get(mark);
    if (known !== undefined && (known >= from || known < 0)) return known;
    const next = folded.indexOf(mark, from);
    lastSeen.set(mark, next);
    return next;
  };
  for (let at = 0; at < folded.length; at++) {
    if (!OPENING_QUOTES.hasAt(folded, at)) continue;
    const closing = QUOTES[folded[at] ?? ''];
    if (closing !== undefined) {
      const close = nextOf(closing, at + 1);
      if (close > at && close - at <= LONGEST_QUOTE) {
        ends.set(at, close + 1);
        at = close;
      }
    }
  }
  return ends;
}

/** A target, and where its words stand in the text that was read. */
export interface PlacedTarget extends Span {
  target: Target;
}

/** The words of a span without the blanks around them, and where they stand. */
function trimmed(text: string, span: Span): Span & { words: string } {
  const words = text.slice(span.start, span.end);
  const start = span.start + words.length - words.trimStart().length;
  const ink = words.trim();
  return { words: ink, start, end: start + ink.length };
}

/** A quantity that was judged, with the end of its words. */
interface Judged {
  end: number;
  comparison: Comparison;
  promised: boolean;
  /** 「分别控制在30分钟、10分钟以内」: each of several things has its own number, and what goes for the first goes for all. */
  inSeries: boolean;
}

/**
 * The numbers that a task's words promise (量化指标): value with 万 and 亿 written out, unit as written, comparator by the
 * words around it (以上, 不少于, 超, 左右, …). Limits on what is paid (最高…万元), document and meeting numbers, code names in
 * quotation marks (“1+10”), dates, durations, ratios and what stands in brackets are none. Linear in the text.
 */
export function readTargets(words: string | TightText): PlacedTarget[] {
  const tight = tightOf(words);
  const { text, folded } = tight;
  const skips = skipEnds(folded);
  const targets: PlacedTarget[] = [];
  let depth = 0;
  let lastEnd = 0;
  let previous: Judged | null = null;
  const surrounder = new Surrounder(folded);
  for (let at = TELLING.next(folded, 0); at >= 0; at = TELLING.next(folded, at + 1)) {
    const quoted = skips.get(at);
    if (quoted !== undefined) {
      at = quoted - 1;
      continue;
    }
    if (isOpenerAt(folded, at)) depth++;
    else if (isCloserAt(folded, at)) depth = Math.max(0, depth - 1);
    if (ENDS_SENTENCE.hasAt(folded, at)) depth = 0;
    if (depth > 0) continue;
    const quantity = readQuantity(folded, at, folded.length);
    if (quantity === null) continue;
    const unit = unitOf(tight, quantity);
    const around = surrounder.around(quantity);
    const own = compare(folded, quantity, around.before);
    // 「不低于10000元、5000元、3000元」: what goes for the first goes for the whole list.
    const listed: Judged | null = own.stated || folded[at - 1] !== '、' ? null : listBefore(previous, at);
    const comparison: Comparison = listed ? { ...listed.comparison, end: quantity.end } : own;
    const series: Judged | null = folded[at - 1] === '、' ? seriesBefore(previous, at) : null;
    const promised: boolean =
      listed?.promised ?? (series?.promised || isPromise(folded, quantity, unit, comparison, around));
    const inSeries: boolean = series !== null || around.before.includes('分别');
    previous = { end: comparison.end, comparison, promised, inSeries };
    if (promised) {
      const start = Math.max(around.clause.start, lastEnd);
      const end = endOfTarget(folded, comparison.end, around.clause.end);
      const placed = trimmed(text, originalSpan(tight, start, end));
      const { value, upper } = quantity;
      const { comparator } = comparison;
      targets.push({
        start: placed.start,
        end: placed.end,
        target:
          upper === null
            ? { text: placed.words, value, unit, comparator }
            : { text: placed.words, value, upper, unit, comparator },
      });
      lastEnd = comparison.end;
    }
    at = quantity.end - 1;
  }
  return targets;
}

/** What was judged right before the 、 at `at - 1`, if a word in front of it said how it compares. */
const listBefore = (previous: Judged | null, at: number): Judged | null =>
  previous?.comparison.stated === true && previous.end === at - 1 ? previous : null;

const seriesBefore = (previous: Judged | null, at: number): Judged | null =>
  previous?.inSeries === true && previous.end === at - 1 ? previous : null;

/** A target's words go on behind the number up to the next mark or bracket. */
function endOfTarget(folded: string, from: number, end: number): number {
  let at = from;
  while (at < end && !isOpenerAt(folded, at)) at++;
  return at;
}

function wordsOf(tight: TightText, start: number, end: number): string {
  const span = originalSpan(tight, start, end);
  return tight.text.slice(span.start, span.end);
}

const unitOf = (tight: TightText, { start, unit }: Quantity): string =>
  unit.start === start ? '%' : wordsOf(tight, unit.start, unit.end).replace('％', '%');
