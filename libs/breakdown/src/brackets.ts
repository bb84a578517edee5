import { CharacterSet } from './characters';

const OPENERS = '([〔【<';
const CLOSERS = ')]〕】>';
const PARTNER: Readonly<Record<string, string>> = { ')': '(', ']': '[', '〕': '〔', '】': '【', '>': '<' };

/** All shapes of brackets, of which folding leaves these. */
export const BRACKETS = OPENERS + CLOSERS;
const BRACKET_SET = new CharacterSet(BRACKETS);
const OPENER_SET = new CharacterSet(OPENERS);
const CLOSER_SET = new CharacterSet(CLOSERS);

export const isOpenerAt = (folded: string, at: number): boolean => OPENER_SET.hasAt(folded, at);
export const isCloserAt = (folded: string, at: number): boolean => CLOSER_SET.hasAt(folded, at);
/** The first bracket of any kind, opening or closing, from `from` on and before `end`, or -1. */
export const nextBracket = (folded: string, from: number, end: number): number => BRACKET_SET.next(folded, from, end);

/** A bracket that is open while the text is walked. `note` belongs to the caller. */
export interface OpenBracket<T> {
  at: number;
  kind: string;
  note: T | null;
}

/**
 * The brackets open at one point of a folded text, of all kinds. A closer closes the nearest opener of its kind and
 * abandons what was opened since; one without an opener is stray and closes nothing. Each opener is pushed and popped
 * once, so walking a text takes linear time however deep or broken its brackets are.
 */
export class BracketStack<T> {
  private readonly open: OpenBracket<T>[] = [];
  private readonly counts = new Map<string, number>();

  get top(): OpenBracket<T> | undefined {
    return this.open[this.open.length - 1];
  }

  push(kind: string, at: number): void {
    this.open.push({ at, kind, note: null });
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** Closes with `closer`: the opener it belongs to, or null for a stray closer, and those abandoned on the way. */
  close(closer: string): { opener: OpenBracket<T> | null; abandoned: OpenBracket<T>[] } {
    const kind = PARTNER[closer] ?? '';
    const abandoned: OpenBracket<T>[] = [];
    if ((this.counts.get(kind) ?? 0) === 0) return { opener: null, abandoned };
    for (;;) {
      const last = this.open.pop();
      if (last === undefined) return { opener: null, abandoned };
      this.counts.set(last.kind, (this.counts.get(last.kind) ?? 1) - 1);
      if (last.kind === kind) return { opener: last, abandoned };
      abandoned.push(last);
    }
  }

  /** Everything still open, outermost first; the stack is empty afterwards. */
  drain(): OpenBracket<T>[] {
    this.counts.clear();
    return this.open.splice(0);
  }
}
