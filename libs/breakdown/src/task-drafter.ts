import type { DraftTask, Span, Target } from './breakdown.types';
import type { AssignmentClause } from './clauses';
import { readDates, readSchedule } from './dates';
import { NO_NOTES, type HeadingNotes } from './heading-notes';
import type { Layout } from './layout';
import { readOrdinal } from './ordinals';
import { resolveRoles, type Assignment } from './roles';
import type { StandingRule } from './standing-rules';
import { trimStretch, wordsWithout } from './stretches';
import { readTargets } from './targets';

/** Where a task stands: the headings above it, and what they say of all tasks below. */
export interface Place {
  path: readonly string[];
  notes: HeadingNotes;
}

/** What holds for all tasks of a text. */
export interface DraftContext {
  year: number | null;
  rule: StandingRule | null;
}

/** Sentences of one task that say who does what are one clause: which of the words each goes for cannot be told. */
function joinWithin(clauses: readonly AssignmentClause[]): readonly AssignmentClause[] {
  const [first] = clauses;
  if (!first || clauses.length === 1 || clauses.some((clause) => clause.position !== 'within')) return clauses;
  return [
    {
      ...first,
      end: clauses.at(-1)?.end ?? first.end,
      segments: clauses.flatMap((clause) => clause.segments),
      rules: clauses.flatMap((clause) => clause.rules),
    },
  ];
}

const NO_ASSIGNMENT: Assignment = {
  lead: [],
  responsible: [],
  cooperating: [],
  supervising: [],
  leaders: [],
  openEnded: null,
  deadlineWords: null,
};

/** Makes one task of a stretch of text and the clauses that assign it. */
export class TaskDrafter {
  constructor(
    private readonly layout: Layout,
    private readonly context: DraftContext,
  ) {}

  draft(given: {
    number: string | null;
    place: Place;
    /** What its own title says, which goes before what the headings above say. */
    own?: HeadingNotes;
    block: Span;
    source: Span;
    clauses: readonly AssignmentClause[];
    /** What is no content between the ends of the block, where that is not the clauses. */
    holes?: readonly Span[];
    children?: readonly DraftTask[];
  }): DraftTask {
    const { layout, context } = this;
    const { block, place, own = NO_NOTES } = given;
    const clauses = joinWithin(given.clauses);
    const content = wordsWithout(
      layout,
      block,
      given.holes ?? clauses.filter((clause) => clause.position !== 'within'),
    );
    const parts = clauses.length > 1 ? this.parts(block, clauses) : [];
    const sole = clauses.length === 1 ? clauses[0] : undefined;
    const assignment = sole ? this.assignment(sole) : NO_ASSIGNMENT;
    const { deadlineWords, ...roles } = assignment;
    if (roles.leaders.length === 0) roles.leaders = [...(own.leaders.length > 0 ? own.leaders : place.notes.leaders)];
    const field = deadlineWords ?? own.deadlineWords;
    const isUndated = field === null && readDates(content, context.year).length === 0;
    const subtasks = [...parts, ...(given.children ?? [])];
    const outsideParts = parts.length > 0 ? this.wordsOutside(block, parts) : content;
    return {
      number: given.number,
      path: [...place.path],
      content,
      ...roles,
      ...readSchedule(content, isUndated ? place.notes.deadlineWords : field, context.year),
      targets: this.targets(outsideParts, clauses),
      subtasks,
      leadInferred: roles.lead.length === 0 && subtasks.every((part) => part.leadInferred),
      source: { ...given.source },
    };
  }

  /** One part for each clause: the words from the clause before, or from the bracket around it, up to it. */
  private parts(block: Span, clauses: readonly AssignmentClause[]): DraftTask[] {
    const { layout, context } = this;
    let from = block.start;
    return clauses.map((clause, index) => {
      const line = from + layout.folded.slice(from, clause.start).lastIndexOf('\n') + 1;
      // Parts on lines of their own (“一核”：…) do not begin with the words of the line above.
      const lineFrom =
        trimStretch(layout.folded, { start: line, end: clause.start }).start < clause.start ? line : from;
      const stretch = trimStretch(
        layout.folded,
        clause.position === 'before'
          ? { start: clause.end, end: clauses[index + 1]?.start ?? block.end }
          : { start: Math.max(from, clause.stretchFrom, lineFrom), end: clause.start },
      );
      from = clause.end;
      const ordinal = readOrdinal(layout.folded, stretch.start, stretch.end);
      const counted = ordinal && ordinal.kind !== 'dash' ? ordinal : null;
      const content = wordsWithout(layout, { start: counted?.end ?? stretch.start, end: stretch.end }, []);
      const { deadlineWords, ...roles } = this.assignment(clause);
      return {
        number: counted ? layout.text.slice(stretch.start, counted.labelEnd) : null,
        path: [],
        content,
        ...roles,
        ...readSchedule(content, deadlineWords, context.year),
        targets: readTargets(content),
        subtasks: [],
        leadInferred: roles.lead.length === 0,
        source: { start: Math.min(stretch.start, clause.start), end: Math.max(stretch.end, clause.end) },
      };
    });
  }

  /**
   * What the words of a task promise. Where its clauses have measures (整改目标, 整改措施) these promise it, once, and the
   * words are the problem.
   */
  private targets(words: string, clauses: readonly AssignmentClause[]): Target[] {
    const measures = clauses.flatMap((clause) => clause.segments).filter((segment) => segment.role === 'measures');
    if (measures.length === 0) return readTargets(words);
    const seen = new Set<string>();
    return measures.flatMap((segment) => {
      const found = readTargets(this.layout.text.slice(segment.start, segment.end));
      const fresh = found.filter((target) => !seen.has(promiseOf(target)));
      for (const target of found) seen.add(promiseOf(target));
      return fresh;
    });
  }

  private wordsOutside(block: Span, parts: readonly DraftTask[]): string {
    return wordsWithout(
      this.layout,
      block,
      parts.map((part) => part.source),
    );
  }

  private assignment(clause: AssignmentClause): Assignment {
    const assignment = resolveRoles(this.layout.text, clause, this.context.rule);
    if (assignment.deadlineWords !== null) return assignment;
    const remarks = clause.segments
      .filter((segment) => segment.role === 'remark')
      .map((segment) => this.layout.text.slice(segment.start, segment.end));
    return {
      ...assignment,
      deadlineWords: remarks.find((remark) => readDates(remark, this.context.year, true).length > 0) ?? null,
    };
  }
}

const promiseOf = ({ value, upper, unit }: Target): string => `${value}-${upper ?? ''} ${unit}`;
