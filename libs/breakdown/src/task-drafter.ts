import type { DateWords, DraftTask, Mark, MarkedField, Named, Span, Target } from './breakdown.types';
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

/** Marks the spans that are not empty. Marks are many, and so is what would be made to make them from each other. */
function mark(marks: Mark[], field: MarkedField, spans: readonly Span[]): void {
  for (const { start, end } of spans) if (start < end) marks.push({ field, start, end });
}

const namesOf = (named: readonly Named[]): string[] => named.map(({ name }) => name);

/** What is told of a task in its order, from its words and from what assigns it. */
interface Told {
  number: Span | null;
  path: readonly string[];
  content: CutWords;
  assignment: Assignment;
  schedule: Marked<Pick<DraftTask, 'deadline' | 'milestones'>>;
  promises: Marked<{ targets: Target[] }>;
  subtasks: DraftTask[];
  source: Span;
}

/** Puts a task together. Its fields are named one by one: to copy them from object to object takes longer than to read them. */
function taskOf(
  layout: Layout,
  { number, path, content, assignment, schedule, promises, subtasks, source }: Told,
): DraftTask {
  const marks: Mark[] = [];
  if (number) mark(marks, 'number', [number]);
  mark(marks, 'content', content.spansOf());
  for (const role of NAMED) mark(marks, role, assignment[role]);
  for (const one of schedule.marks) marks.push(one);
  for (const one of promises.marks) marks.push(one);
  return {
    number: number ? layout.text.slice(number.start, number.end) : null,
    path: [...path],
    content: content.text,
    lead: namesOf(assignment.lead),
    responsible: namesOf(assignment.responsible),
    cooperating: namesOf(assignment.cooperating),
    supervising: namesOf(assignment.supervising),
    leaders: namesOf(assignment.leaders),
    openEnded: assignment.openEnded,
    marks,
    deadline: schedule.deadline,
    milestones: schedule.milestones,
    targets: promises.targets,
    subtasks,
    leadInferred: assignment.lead.length === 0 && subtasks.every((part) => part.leadInferred),
    source: { start: source.start, end: source.end },
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
    const field = assignment.deadline ?? own.deadline;
    const above = place.notes.deadline;
    const isUndated = field === null && above !== null && readDates(content.tight, context.year).length === 0;
    return taskOf(layout, {
      number: given.number,
      path: place.path,
      content,
      assignment: assignment.leaders.length > 0 ? assignment : { ...assignment, leaders: inherited },
      schedule: this.schedule(content, isUndated ? above : field, measuresOf(clauses)),
      promises: this.targets(parts.length > 0 ? this.wordsOutside(block, parts) : content, clauses),
      subtasks: given.children ? [...parts, ...given.children] : parts,
      source: given.source,
    });
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
    return taskOf(layout, {
      number,
      path: [],
      content,
      assignment,
      schedule: this.schedule(content, assignment.deadline),
      promises: this.targetsIn(content),
      subtasks: [],
      source: { start: Math.min(stretch.start, clause.start), end: Math.max(stretch.end, clause.end) },
    });
  }

  private schedule(content: CutWords, field: Span | null, measures: readonly Span[] = []): Told['schedule'] {
    const words = field ? wordsAt(this.layout, field) : null;
    const { year } = this.context;
    const { deadline, milestones } = readSchedule(content.tight, words?.tight ?? null, year);
    const bare = ({ text, due }: DateWords): DateWords => ({ text, due });
    const marks: Mark[] = [];
    const markDate = (field: MarkedField, date: (typeof milestones)[number]): void =>
      mark(marks, field, (date.in === 'field' ? words : content)?.spansOf(date.start, date.end) ?? []);
    if (deadline) markDate('deadline', deadline);
    for (const date of milestones) markDate('milestone', date);
    // The dates of single measures lead up to that of the whole, where it has one.
    for (const measure of words ? measures : []) {
      const taken = wordsAt(this.layout, measure);
      for (const date of readSchedule(taken.tight, words!.tight, year).milestones) {
        if (date.in === 'field') continue;
        milestones.push(date);
        mark(marks, 'milestone', taken.spansOf(date.start, date.end));
      }
    }
    return { deadline: deadline && bare(deadline), milestones: milestones.map(bare), marks };
  }

  private targetsIn(words: CutWords): Told['promises'] {
    const targets: Target[] = [];
    const marks: Mark[] = [];
    for (const { target, start, end } of readTargets(words.tight)) {
      targets.push(target);
      mark(marks, 'target', words.spansOf(start, end));
    }
    return { targets, marks };
  }

  /**
   * What the words of a task promise. Where its clauses have measures (整改目标, 整改措施) these promise it, once, and the
   * words are the problem.
   */
  private targets(words: CutWords, clauses: readonly AssignmentClause[]): Told['promises'] {
    const measures = measuresOf(clauses);
    if (measures.length === 0) return this.targetsIn(words);
    const seen = new Set<string>();
    const promised: Told['promises'] = { targets: [], marks: [] };
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
    const assignment = resolveRoles(this.layout, clause, this.context.rule);
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
