import type { DraftTask, Span } from './breakdown.types';
import { Beginnings } from './characters';
import type { AssignmentClause, ClauseReader } from './clauses';
import { endOfItem } from './closing-words';
import { NO_NOTES, readHeadingNotes, type HeadingNotes } from './heading-notes';
import type { Layout, Paragraph } from './layout';
import type { OrdinalKind } from './ordinals';
import { announcesParts, type Section } from './outline';
import { TaskDrafter, type DraftContext, type Place } from './task-drafter';

/** What holds for the whole text. */
interface ComposerContext extends DraftContext {
  read: ClauseReader;
}

export interface ComposedTasks {
  tasks: DraftTask[];
  /** The headings that stand in the path of a task. */
  headings: Span[];
  clauses: AssignmentClause[];
  /** The sections that became tasks, parts or headings. */
  kept: ReadonlySet<Section>;
}

/** Sections of these names say how and why, and are no tasks, though they may be numbered like them. */
const NO_TASKS = new Beginnings([
  '指导思想',
  '基本原则',
  '工作原则',
  '总体要求',
  '总体思路',
  '总体目标',
  '发展目标',
  '工作目标',
  '主要目标',
  '保障措施',
  '保障机制',
  '组织保障',
  '组织实施',
  '组织领导',
  '工作要求',
  '有关要求',
  '工作保障',
  '附则',
  '适用范围',
  '适用对象',
  '支持对象',
  '名词解释',
  '附件',
]);
const TAKES_EFFECT = /施行|负责解释|有效期/;
/** A longer heading has its first paragraph run in: the heading is the first sentence. */
const LONGEST_HEADING = 60;
const DETAIL_KINDS: ReadonlySet<Section['kind']> = new Set<OrdinalKind>([
  'bracketed_digit',
  'digit_bracket',
  'circled',
]);
const SHARED_KINDS: ReadonlySet<Section['kind']> = new Set<Section['kind']>([...DETAIL_KINDS, 'digit']);
/** Headings whose paragraphs may be tasks of their own. */
const HEADING_KINDS: ReadonlySet<Section['kind']> = new Set<Section['kind']>([
  'chapter',
  'word',
  'bracketed_word',
  'article',
  'dash',
  'bare',
]);
const SENTENCE_END = '。;!?';

/**
 * Makes tasks of sections. A section with clauses of its own is a task, one that only has such sections inside is a
 * heading, and one with neither is a task without units if its like beside it are tasks; the rest is left out.
 */
export class TaskComposer {
  private readonly clauses = new Map<Section, readonly AssignmentClause[]>();
  private readonly assigned = new Map<Section, boolean>();
  private readonly headings: Span[] = [];
  private readonly kept = new Set<Section>();
  private lastClauseAt = -1;

  private readonly drafter: TaskDrafter;

  constructor(
    private readonly layout: Layout,
    private readonly context: ComposerContext,
  ) {
    this.drafter = new TaskDrafter(layout, context);
  }

  compose(root: Section): ComposedTasks {
    this.readClauses(root);
    const tasks = this.tasksIn(root, { path: [], notes: NO_NOTES });
    return { tasks, headings: this.headings, clauses: [...this.clauses.values()].flat(), kept: this.kept };
  }

  private readClauses(section: Section, inAside = false): boolean {
    const isAside = inAside || this.isNoTask(section);
    const below = section.children.map((child) => this.readClauses(child, isAside));
    if (this.closesWithSharedClause(section)) {
      section.body = [...section.body, ...section.children.flatMap(allParagraphs)];
      section.children = [];
      below.length = 0;
    }
    const paragraphs = ownParagraphs(section);
    const first = paragraphs[0];
    const last = paragraphs[paragraphs.length - 1];
    const found =
      first && last
        ? this.context.read(this.layout.folded, { start: section.head?.ordinal?.end ?? first.start, end: last.end })
        : [];
    // Who sits on a committee stands in prose too, in the sections that say how and why.
    const clauses = found[0]?.position === 'within' && isAside ? [] : found;
    this.clauses.set(section, clauses);
    this.lastClauseAt = Math.max(this.lastClauseAt, clauses[clauses.length - 1]?.start ?? -1);
    const assigned = clauses.length > 0 || below.includes(true);
    this.assigned.set(section, assigned);
    return assigned;
  }

  /** Whether the details of an item have one clause together, which stands alone on the line behind the last of them. */
  private closesWithSharedClause(section: Section): boolean {
    const last = section.children.at(-1);
    if (!section.head?.ordinal || !last || section.children.some((child) => child !== last && this.assigned.get(child)))
      return false;
    const kinds = section.kind === 'digit' || section.kind === 'bracketed_word' ? SHARED_KINDS : DETAIL_KINDS;
    if (
      !section.children.every((child) => kinds.has(child.kind)) ||
      (section.children.length === 1 && last.kind === 'digit')
    )
      return false;
    const [first] = this.clausesOf(last);
    return (
      first !== undefined &&
      last.children.length === 0 &&
      last.body.some((paragraph) => paragraph.start === first.start)
    );
  }

  private clausesOf(section: Section): readonly AssignmentClause[] {
    return this.clauses.get(section) ?? [];
  }

  private hasAssignedChildren(section: Section): boolean {
    return section.children.some((child) => this.assigned.get(child));
  }

  private tasksIn(section: Section, place: Place): DraftTask[] {
    return [...this.looseTasks(section, place), ...this.childTasks(section, place)];
  }

  /** Paragraphs without a label that have a clause, below a heading: each is a task without a number. */
  private looseTasks(section: Section, place: Place): DraftTask[] {
    const clauses = this.clausesOf(section);
    const tasks: DraftTask[] = [];
    let next = 0;
    let unused: Paragraph | null = null;
    for (const paragraph of section.body) {
      const own: AssignmentClause[] = [];
      for (; next < clauses.length && (clauses[next]?.start ?? 0) < paragraph.end; next++) {
        const clause = clauses[next];
        if (clause && clause.start >= paragraph.start) own.push(clause);
      }
      const first = own[0];
      if (first) {
        const start = first.start === paragraph.start && unused ? unused.start : paragraph.start;
        const last = own[own.length - 1];
        const block = { start, end: this.withoutClosing(last, Math.max(paragraph.end, last?.end ?? 0)) };
        tasks.push(this.drafter.draft({ number: null, place, block, source: block, clauses: own }));
      }
      unused = first ? null : paragraph;
    }
    return tasks;
  }

  private childTasks(section: Section, place: Place): DraftTask[] {
    const taskKinds = new Set(
      section.children.filter((child) => this.clausesOf(child).length > 0).map((child) => child.kind),
    );
    const inProse = section.children.some((child) => this.clausesOf(child)[0]?.position === 'within');
    return section.children.flatMap((child) => {
      if (this.isHeading(child)) {
        const heading = this.heading(child);
        const notes = readHeadingNotes(this.layout, heading.words, this.clausesOf(child), place.notes);
        const inside = this.tasksIn(child, { path: [...place.path, heading.text], notes });
        this.headings.push(heading.span);
        this.kept.add(child);
        return inside;
      }
      if (this.assigned.get(child) || (taskKinds.has(child.kind) && !this.isBesideTasks(child, inProse)))
        return [this.sectionTask(child, place)];
      return [];
    });
  }

  /** What a section's own title says. */
  private ownNotes({ head }: Section): HeadingNotes {
    const title = head && { start: head.ordinal?.end ?? head.start, end: head.end };
    return title ? readHeadingNotes(this.layout, title, [], NO_NOTES) : NO_NOTES;
  }

  /** Whether a section without units is no task, though its like are; among sentences it needs a date to be one. */
  private isBesideTasks(section: Section, inProse: boolean): boolean {
    if (inProse && this.ownNotes(section).deadline === null) return true;
    return !section.head?.ordinal || section.kind === 'bare' || this.isNoTask(section);
  }

  private isNoTask({ head }: Section): boolean {
    if (!head) return false;
    const words = this.layout.folded.slice(head.ordinal?.end ?? head.start, head.end);
    return NO_TASKS.find(words) !== undefined || (words.length < 200 && TAKES_EFFECT.test(words));
  }

  private isHeading(section: Section): boolean {
    if (!this.assigned.get(section)) return false;
    const clauses = this.clausesOf(section);
    if (clauses.length === 0) return !this.announcesParts(section);
    // A leader or a deadline in a heading is about the tasks below it, and does not make it one.
    if (this.hasAssignedChildren(section) && !clauses.some(namesUnits)) return true;
    const head = section.head;
    if (!head || !HEADING_KINDS.has(section.kind) || (clauses[0]?.start ?? 0) < head.end) return false;
    if (section.kind === 'dash' || section.kind === 'bare') return true;
    // A title with several paragraphs below, each with units of its own, heads them; with one it belongs to it.
    let next = 0;
    const holders = section.body.filter((paragraph) => {
      while ((clauses[next]?.start ?? Infinity) <= paragraph.start) next++;
      return (clauses[next]?.start ?? Infinity) < paragraph.end;
    });
    return this.isTitle(head) && holders.length > 1;
  }

  private isTitle(head: Span): boolean {
    return head.end - head.start <= LONGEST_HEADING && !SENTENCE_END.includes(this.layout.folded[head.end - 1] ?? '。');
  }

  private announcesParts(section: Section): boolean {
    const last = ownParagraphs(section).at(-1);
    return last !== undefined && announcesParts(this.layout, last);
  }

  private heading(section: Section): { text: string; span: Span; words: Span } {
    const head = section.head ?? { start: 0, end: 0, ordinal: null };
    const { folded, text } = this.layout;
    let end = head.end;
    if (end - head.start > LONGEST_HEADING) {
      const stop = folded.slice(head.start, end).indexOf('。');
      if (stop >= 0) end = head.start + stop + 1;
    }
    return {
      text: text.slice(head.start, end),
      span: { start: head.start, end },
      words: { start: head.ordinal?.end ?? head.start, end },
    };
  }

  private sectionTask(section: Section, place: Place): DraftTask {
    const { layout } = this;
    const head = section.head ?? { start: 0, end: 0, ordinal: null };
    const clauses = this.clausesOf(section);
    const lastClause = clauses[clauses.length - 1];
    const number =
      head.ordinal && head.ordinal.kind !== 'dash' ? { start: head.start, end: head.ordinal.labelEnd } : null;
    let end = head.end;
    for (const paragraph of section.body) if (lastClause && paragraph.start < lastClause.end) end = paragraph.end;
    end = this.withoutClosing(lastClause, end);
    // A task without units still is its title and the paragraph below it.
    const [below] = section.body;
    if (!lastClause && below && section.children.length === 0 && this.isTitle(head)) end = below.end;
    if (this.absorbsChildren(section, lastClause)) end = Math.max(end, endOf(section));
    // An article's title (条标) is a heading; any other label's is the first line of the task.
    const titled =
      head.ordinal?.kind === 'article' &&
      lastClause !== undefined &&
      (clauses[0]?.start ?? 0) >= head.end &&
      head.end - head.start <= LONGEST_HEADING;
    if (titled) this.headings.push({ start: head.start, end: head.end });
    const block = { start: titled ? head.end : (head.ordinal?.end ?? head.start), end };
    const children = this.hasAssignedChildren(section) ? this.childTasks(section, { path: [], notes: NO_NOTES }) : [];
    const source = { start: head.start, end: Math.max(end, children.at(-1)?.source.end ?? 0) };
    this.kept.add(section);
    return this.drafter.draft({
      number,
      place: titled ? { ...place, path: [...place.path, layout.text.slice(head.start, head.end)] } : place,
      own: this.ownNotes(section),
      block,
      source,
      clauses,
      children,
    });
  }

  /** The end of a block without the words that close the text, where they run on behind its last clause. */
  private withoutClosing(clause: AssignmentClause | undefined, end: number): number {
    return clause?.start === this.lastClauseAt ? endOfItem(this.layout.folded, clause, end) : end;
  }

  /** Whether labelled lines without units below a task are its details; behind the last task they may be an annex. */
  private absorbsChildren(section: Section, lastClause: AssignmentClause | undefined): boolean {
    if (section.children.length === 0 || this.hasAssignedChildren(section)) return false;
    if (section.children.every((child) => DETAIL_KINDS.has(child.kind))) return true;
    return lastClause !== undefined && lastClause.start < this.lastClauseAt;
  }
}

const UNIT_ROLES: ReadonlySet<string> = new Set(['lead', 'responsible', 'cooperating', 'supervising']);
const namesUnits = (clause: AssignmentClause): boolean =>
  clause.segments.some((segment) => UNIT_ROLES.has(segment.role));

const ownParagraphs = (section: Section): Paragraph[] =>
  section.head ? [section.head, ...section.body] : section.body;

const allParagraphs = (section: Section): Paragraph[] => [
  ...ownParagraphs(section),
  ...section.children.flatMap(allParagraphs),
];

function endOf(section: Section): number {
  const last = section.children[section.children.length - 1];
  return last ? endOf(last) : (ownParagraphs(section).at(-1)?.end ?? 0);
}
