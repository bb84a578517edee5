import type { Span } from './breakdown.types';
import { CharacterSet } from './characters';

const CLAUSE_MARKS = new CharacterSet(',;。、!?\n:');
const SENTENCE_MARKS = new CharacterSet('。;!?\n');
const LONGEST_CLAUSE = 100;

/** The words around a stretch, each bounded: its clause (between commas) and its sentence. */
export interface Surroundings {
  /** From the mark before the number to the mark behind it. */
  clause: Span;
  before: string;
  behind: string;
  sentence: string;
}

/** Finds the clause and the sentence around stretches that are asked for in order; each mark is looked up once. */
export class Surrounder {
  private clauseStart = 0;
  private sentenceStart = 0;
  private clauseEnd = -1;
  private sentenceEnd = -1;
  private seen = 0;

  constructor(private readonly folded: string) {}

  around(span: Span): Surroundings {
    for (; this.seen < span.start; this.seen++) {
      if (CLAUSE_MARKS.hasAt(this.folded, this.seen)) this.clauseStart = this.seen + 1;
      if (SENTENCE_MARKS.hasAt(this.folded, this.seen)) this.sentenceStart = this.seen + 1;
    }
    if (this.clauseEnd < span.end) this.clauseEnd = this.next(CLAUSE_MARKS, span.end);
    if (this.sentenceEnd < span.end) this.sentenceEnd = this.next(SENTENCE_MARKS, span.end);
    const clause = {
      start: Math.max(this.clauseStart, span.start - LONGEST_CLAUSE),
      end: Math.min(this.clauseEnd, span.end + LONGEST_CLAUSE),
    };
    return {
      clause,
      before: this.folded.slice(clause.start, span.start),
      behind: this.folded.slice(span.end, clause.end),
      sentence: this.folded.slice(
        Math.max(this.sentenceStart, span.start - LONGEST_CLAUSE),
        Math.min(this.sentenceEnd, span.end + LONGEST_CLAUSE),
      ),
    };
  }

  private next(marks: CharacterSet, from: number): number {
    let at = from;
    while (at < this.folded.length && !marks.hasAt(this.folded, at)) at++;
    return at;
  }
}
