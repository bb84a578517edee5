import type { DateWords, DraftTask, Mark, MarkedField, Span, Target } from './breakdown.types';
import type { AssignmentClause } from './clauses';
import { readDates, readSchedule } from './dates';
import { NO_NOTES, type HeadingNotes } from './heading-notes';
import type { Layout } from './layout';
import { readOrdinal } from './ordinals';
import { resolveRoles, type Assignment } from './roles';
import type { StandingRule } from './standing-rules';
import { trimStretch, wordsAt, wordsWithout, type CutWords } from './stretches';
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
  deadline: null,
};
const NAMED = ['lead', 'responsible', 'cooperating', 'supervising', 'leaders'] as const;

/** A field, or some of them, with the marks of their words. */
type Marked<T> = T & { marks: Mark[] };

const mark = (field: MarkedField, spans: readonly Span[]): Mark[] =>
  spans.filter(({ start, end }) => start < end).map(({ start, end }) => ({ field, start, end }));

function namesOf(assignment: Assignment): Marked<Pick<DraftTask, (typeof NAMED)[number] | 'openEnded'>> {
  const names = (role: (typeof NAMED)[number]): string[] => assignment[role].map(({ name }) => name);
  return {
    lead: names('lead'),
    responsible: names('responsible'),
    cooperating: names('cooperating'),
    supervising: names('supervising'),
    leaders: names('leaders'),
    openEnded: assignment.openEnded,
    marks: NAMED.flatMap((role) => mark(role, assignment[role])),
  };
}

/** Makes one task of a stretch of text and the clauses that assign it. */
export class TaskDrafter {
  constructor(
    private readonly layout: Layout,
    private readonly context: DraftContext,
  ) {}

  draft(given: {
    number: Span | null;
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
    const inherited = own.leaders.length > 0 ? own.leaders : place.notes.leaders;
    const names = namesOf(assignment.leaders.length > 0 ? assignment : { ...assignment, leaders: inherited });
    const field = assignment.deadline ?? own.deadline;
    const above = place.notes.deadline;
    const isUndated = field === null && above !== null && readDates(content.text, context.year).length === 0;
    const schedule = this.schedule(content, isUndated ? above : field, measuresOf(clauses));
    const subtasks = [...parts, ...(given.children ?? [])];
    const promises = this.targets(parts.length > 0 ? this.wordsOutside(block, parts) : content, clauses);
    return {
      number: given.number ? layout.text.slice(given.number.start, given.number.end) : null,
      path: [...place.path],
      content: content.text,
      ...names,
      ...schedule,
      ...promises,
      subtasks,
      leadInferred: names.lead.length === 0 && subtasks.every((part) => part.leadInferred),
      source: { ...given.source },
      marks: [
        ...mark('number', given.number ? [given.number] : []),
        ...mark('content', content.spansOf()),
        ...names.marks,
        ...schedule.marks,
        ...promises.marks,
      ],
    };
  }

  /** One part for each clause: the words from the clause before, or from the bracket around it, up to it. */
  private parts(block: Span, clauses: readonly AssignmentClause[]): DraftTask[] {
    const { layout } = this;
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
      return this.part(clause, stretch);
    });
  }

  private part(clause: AssignmentClause, stretch: Span): DraftTask {
    const { layout } = this;
    const ordinal = readOrdinal(layout.folded, stretch.start, stretch.end);
    const counted = ordinal && ordinal.kind !== 'dash' ? ordinal : null;
    const number = counted ? { start: stretch.start, end: counted.labelEnd } : null;
    const content = wordsWithout(layout, { start: counted?.end ?? stretch.start, end: stretch.end }, []);
    const assignment = this.assignment(clause);
    const names = namesOf(assignment);
    const schedule = this.schedule(content, assignment.deadline);
    const promises = this.targetsIn(content);
    return {
      number: number ? layout.text.slice(number.start, number.end) : null,
      path: [],
      content: content.text,
      ...names,
      ...schedule,
      ...promises,
      subtasks: [],
      leadInferred: names.lead.length === 0,
      source: { start: Math.min(stretch.start, clause.start), end: Math.max(stretch.end, clause.end) },
      marks: [
        ...mark('number', number ? [number] : []),
        ...mark('content', content.spansOf()),
        ...names.marks,
        ...schedule.marks,
        ...promises.marks,
      ],
    };
  }

  private schedule(
    content: CutWords,
    field: Span | null,
    measures: readonly Span[] = [],
  ): Marked<Pick<DraftTask, 'deadline' | 'milestones'>> {
    const words = field ? wordsAt(this.layout, field) : null;
    const { year } = this.context;
    const { deadline, milestones } = readSchedule(content.text, words?.text ?? null, year);
    const bare = ({ text, due }: DateWords): DateWords => ({ text, due });
    const spans = (date: (typeof milestones)[number]): Span[] =>
      (date.in === 'field' ? words : content)?.spansOf(date.start, date.end) ?? [];
    // The dates of single measures lead up to that of the whole, where it has one.
    const steps = words
      ? measures.flatMap((measure) => {
          const taken = wordsAt(this.layout, measure);
          const own = readSchedule(taken.text, words.text, year).milestones.filter((date) => date.in === 'content');
          return own.map((date) => ({ date, spans: taken.spansOf(date.start, date.end) }));
        })
      : [];
    const all = [...milestones.map((date) => ({ date, spans: spans(date) })), ...steps];
    return {
      deadline: deadline && bare(deadline),
      milestones: all.map(({ date }) => bare(date)),
      marks: [
        ...mark('deadline', deadline ? spans(deadline) : []),
        ...all.flatMap((milestone) => mark('milestone', milestone.spans)),
      ],
    };
  }

  private targetsIn(words: CutWords): Marked<{ targets: Target[] }> {
    const found = readTargets(words.text);
    return {
      targets: found.map(({ start: _start, end: _end, ...target }) => target),
      marks: found.flatMap(({ start, end }) => mark('target', words.spansOf(start, end))),
    };
  }

  /**
   * What the words of a task promise. Where its clauses have measures (整改目标, 整改措施) these promise it, once, and the
   * words are the problem.
   */
  private targets(words: CutWords, clauses: readonly AssignmentClause[]): Marked<{ targets: Target[] }> {
    const measures = measuresOf(clauses);
    if (measures.length === 0) return this.targetsIn(words);
    const seen = new Set<string>();
    const promised: Marked<{ targets: Target[] }> = { targets: [], marks: [] };
    for (const segment of measures) {
      const found = this.targetsIn(wordsAt(this.layout, segment));
      const fresh = found.targets.map((target) => !seen.has(promiseOf(target)));
      promised.targets.push(...found.targets.filter((_target, index) => fresh[index]));
      promised.marks.push(...found.marks.filter((_mark, index) => fresh[index]));
      for (const target of found.targets) seen.add(promiseOf(target));
    }
    return promised;
  }

  private wordsOutside(block: Span, parts: readonly DraftTask[]): CutWords {
    return wordsWithout(
      this.layout,
      block,
      parts.map((part) => part.source),
    );
  }

  private assignment(clause: AssignmentClause): Assignment {
    const assignment = resolveRoles(this.layout.text, clause, this.context.rule);
    if (assignment.deadline !== null) return assignment;
    const remark = clause.segments.find(
      ({ role, start, end }) =>
        role === 'remark' && readDates(this.layout.text.slice(start, end), this.context.year, true).length > 0,
    );
    return { ...assignment, deadline: remark ? { start: remark.start, end: remark.end } : null };
  }
}

const measuresOf = (clauses: readonly AssignmentClause[]): Span[] =>
  clauses.flatMap((clause) => clause.segments).filter(({ role }) => role === 'measures');

const promiseOf = ({ value, upper, unit }: Target): string => `${value}-${upper ?? ''} ${unit}`;
