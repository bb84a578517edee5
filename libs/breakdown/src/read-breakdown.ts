import { isReadBehindLabel, readAssignmentClauses } from './assignment-clauses';
import type { Breakdown, ChosenColumn, DraftTask, SourceDocument, Span, Warning } from './breakdown.types';
import { layOut, lineOf, type Layout } from './layout';
import { chooseClauseReader } from './clause-style';
import { readingOnce, type ClauseReader } from './clauses';
import { impossibleDay } from './dates';
import { checkNumbering } from './numbering';
import { buildOutline, type Section } from './outline';
import { withoutPageLines } from './page-lines';
import { MarkedTables } from './marked-tables';
import { columnsOf } from './source-tables';
import { classifyRule, findLeadRule } from './standing-rules';
import { complement } from './stretches';
import { composeTable, readFlatTable, type FlatTable } from './table-composer';
import { TaskComposer, type ComposedTasks } from './task-composer';
import { readHead } from './title';

/** Where the tasks begin: the first paragraph with a clause, else the first with a label, else the text's end. */
function tasksBegin(layout: Layout, read: ClauseReader): number {
  const assigned = layout.paragraphs.find((paragraph) => read(layout.folded, paragraph).length > 0);
  return (assigned ?? layout.paragraphs.find((paragraph) => paragraph.ordinal))?.start ?? layout.text.length;
}

/** The table that holds the tasks, unless the text assigns more of them outside of it. */
function readTable(layout: Layout, read: ClauseReader): FlatTable | null {
  const table = readFlatTable(layout);
  if (!table) return null;
  const end = table.rows.at(-1)?.cells.at(-1)?.end ?? table.header.end;
  const outside = layout.paragraphs.filter(
    (paragraph) =>
      (paragraph.start < table.header.start || paragraph.start >= end) && read(layout.folded, paragraph).length > 0,
  );
  return outside.length > table.rows.length ? null : table;
}

/**
 * Reads a responsibility breakdown (责任分解方案), its plain text or what was read of its file, into a draft plan. Tables
 * that the file marks are read by their cells, and `columns` says what they are where their names do not; the text around
 * them is read as ever. Never throws: what cannot be read is left out or warned of. Every character that is no blank
 * stands in the source of a task, in a heading, in the title, or in `leftOut`. Takes time linear in the text.
 */
export function readBreakdown(
  document: string | SourceDocument,
  { columns = [] }: { columns?: readonly ChosenColumn[] } = {},
): Breakdown {
  const source: SourceDocument = typeof document === 'string' ? { text: document, tables: [], notes: [] } : document;
  const layout = layOut(source.text);
  const rule = findLeadRule(layout.folded);
  const marked = new MarkedTables(layout, source.tables, columns);
  const { around } = marked;
  const read = marked.areRead
    ? readingOnce(readAssignmentClauses, isReadBehindLabel)
    : chooseClauseReader(around, readingOnce);
  const { end = Number.POSITIVE_INFINITY } = source;
  const text: Layout = { ...around, paragraphs: around.paragraphs.filter(({ start }) => start < end) };
  const body: Layout = { ...text, paragraphs: withoutPageLines(text, read, marked.areRead) };
  const table = marked.areRead ? null : readTable(around, read);
  const head = readHead(layout, Math.min(marked.begin, table ? table.header.start : tasksBegin(body, read)));
  const outline = buildOutline(body, head.titleSpan);
  const context = { year: head.year, rule };
  const composed = marked.compose(
    context,
    table ? composeTable(around, table, context) : new TaskComposer(around, { ...context, read }).compose(outline),
  );
  const accounted: Span[] = [
    ...composed.tasks.map((task) => task.source),
    ...composed.headings,
    ...(head.titleSpan ? [head.titleSpan] : []),
  ];
  return {
    title: head.title,
    documentNumber: head.documentNumber,
    year: head.year,
    leftOut: complement(layout.folded, accounted),
    tasks: composed.tasks,
    warnings: [
      ...source.notes.map(({ code, at, message }) => ({ code, line: lineOf(layout, at), start: at, message })),
      ...warningsOf(layout, outline, composed, marked, head.year),
    ].sort((one, other) => one.start - other.start),
    columns: columnsOf(marked.tables),
  };
}

function warningsOf(
  layout: Layout,
  outline: Section,
  { tasks, clauses, kept }: ComposedTasks,
  marked: MarkedTables,
  year: number | null,
): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, at: number, message: string): void =>
    void warnings.push({ code, line: lineOf(layout, at), start: at, message: marked.placeOf(at) + message });
  if (tasks.length === 0) warn('no_tasks', 0, 'No task with units was found in this text.');
  for (const task of tasks) {
    warnOfUnits(task, warn);
    for (const part of [task, ...task.subtasks]) warnOfDates(part, year, warn);
  }
  for (const fault of checkNumbering(outline, kept)) warn(fault.code, fault.at, fault.message);
  for (const clause of clauses) {
    if (!clause.closed)
      warn(
        'unclosed_bracket',
        clause.start,
        'The bracket around the units is not closed; the list is read up to the end of the sentence.',
      );
    for (const rule of clause.rules) {
      const sentence = layout.folded.slice(rule.start, rule.end);
      if (classifyRule(sentence) === 'standing_units')
        warn(
          'standing_units',
          rule.start,
          `Units are added to every later task and are not repeated in each: ${layout.text.slice(rule.start, rule.end)}`,
        );
    }
  }
  return warnings;
}

type Warn = (code: string, at: number, message: string) => void;

function warnOfDates(task: DraftTask, year: number | null, warn: Warn): void {
  if (!task.deadline && task.milestones.length === 0) return;
  const marks = task.marks.filter(({ field }) => field === 'deadline' || field === 'milestone');
  [...(task.deadline ? [task.deadline] : []), ...task.milestones].forEach(({ text }, index) => {
    const day = impossibleDay(text, year);
    if (day !== null) warn('no_such_date', marks[index]?.start ?? task.source.start, `The calendar has no day ${day}.`);
  });
}

function warnOfUnits(task: DraftTask, warn: Warn): void {
  const named = [task, ...task.subtasks].some(
    (part) => part.lead.length + part.responsible.length + part.cooperating.length > 0,
  );
  const which = task.number === null ? 'This task' : `Task ${task.number}`;
  if (!named) warn('no_units', task.source.start, `${which} names no unit.`);
  else if (task.leadInferred)
    warn('lead_inferred', task.source.start, `${which} names no lead; its responsible units will lead.`);
}
