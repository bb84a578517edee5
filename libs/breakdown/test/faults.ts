import type { DraftTask, MarkedField, Span } from '../src/breakdown.types';
import { fold, isBlank } from '../src/folded-text';
import { readBreakdown } from '../src/read-breakdown';
import { cleanName } from '../src/unit-names';

const squeeze = (words: string): string => [...fold(words)].filter((letter) => !isBlank(letter)).join('');
/**
 * Without marks and joins, for damaged lists alone: whatever parts the levels of a group there (乡/镇) is read as 、, and
 * is not kept.
 */
export const lettersOf = (words: string): string => squeeze(words).replace(/以及|会同|[、,;。|/及和与暨]/g, '');
const UNITS = ['lead', 'responsible', 'cooperating', 'supervising'] as const;

/** Where a value of a task does not stand in the words marked for it; `spell` says what of a unit's name must. */
export function markFaults(text: string, task: DraftTask, spell = squeeze): string[] {
  const faults: string[] = [];
  const words = (field: MarkedField): string[] =>
    task.marks.filter((mark) => mark.field === field).map(({ start, end }) => squeeze(text.slice(start, end)));
  const compare = (field: MarkedField, marked: readonly string[], values: readonly string[]): void => {
    if (marked.join('|') !== values.map(squeeze).join('|'))
      faults.push(`${field}: ${marked.join('|')} for ${values.join()}`);
  };
  if (task.marks.some(({ start, end }) => !(start >= 0 && start < end && end <= text.length)))
    faults.push('a mark outside of the text');
  compare('number', words('number'), task.number === null ? [] : [task.number]);
  compare('content', [words('content').join('')], [task.content]);
  for (const role of UNITS) {
    const names = words(role);
    // A name is what was cut without asides; where the list is abbreviated it is completed.
    const stands = task[role].every((name, index) => {
      const written = cleanName(names[index] ?? '').name;
      return squeeze(written) !== '' && spell(name).includes(spell(written));
    });
    if (names.length !== task[role].length || !stands) faults.push(`${role}: ${names.join()} for ${task[role].join()}`);
  }
  compare('leaders', words('leaders'), task.leaders);
  compare('deadline', [words('deadline').join('')], [task.deadline?.text ?? '']);
  compare('milestone', [words('milestone').join('')], [task.milestones.map((date) => date.text).join('')]);
  compare('target', [words('target').join('')], [task.targets.map((target) => target.text).join('')]);
  return [...faults, ...task.subtasks.flatMap((part) => markFaults(text, part, spell))];
}

/** What neither a task nor `leftOut` covers must be made of the title and the headings. */
function unaccounted(source: string, { title, tasks, leftOut }: ReturnType<typeof readBreakdown>): string[] {
  const known = [...new Set([title ?? '', ...tasks.flatMap((task) => task.path)].map(squeeze))]
    .filter((words) => words !== '')
    .sort((one, other) => other.length - one.length);
  const spans = [...tasks.map((task) => task.source), ...leftOut].sort((one, other) => one.start - other.start);
  const gaps: string[] = [];
  let from = 0;
  for (const span of spans) {
    gaps.push(source.slice(from, Math.max(from, span.start)));
    from = Math.max(from, span.end);
  }
  gaps.push(source.slice(from));
  return gaps.map(squeeze).filter((gap) => {
    let rest = gap;
    for (
      let next = known.find((words) => rest.startsWith(words));
      next !== undefined && rest !== '';
      next = known.find((words) => rest.startsWith(words))
    )
      rest = rest.slice(next.length);
    return rest !== '';
  });
}

function taskFaults(task: DraftTask, within: Span): string[] {
  const faults: string[] = [];
  const must = (holds: boolean, fault: string): void => void (holds || faults.push(fault));
  const { source } = task;
  must(
    source.start >= within.start && source.end <= within.end && source.start <= source.end,
    `a source ${source.start}-${source.end} outside of ${within.start}-${within.end}`,
  );
  for (const names of [...UNITS.map((role) => task[role]), task.leaders])
    must(
      new Set(names).size === names.length && names.every((name) => name.trim() !== ''),
      `names that are blank or doubled: ${names.join()}`,
    );
  for (const { due } of [...task.milestones, ...(task.deadline ? [task.deadline] : [])])
    must(due === null || /^\d{4}-\d{2}-\d{2}$/.test(due), `the date ${due}`);
  for (const { value, unit } of task.targets)
    must(Number.isFinite(value) && unit !== '', `the target ${value} ${unit}`);
  return [...faults, ...task.subtasks.flatMap((part) => taskFaults(part, source))];
}

/**
 * What is wrong with the reading of any text: spans outside of the text or of each other, names that are blank, dates that
 * are none, values without their words, and characters that stand in no task, heading or title and were not left out.
 */
export function readingFaults(source: string, spell = squeeze): string[] {
  const breakdown = readBreakdown(source);
  const faults = breakdown.tasks.flatMap((task) => [
    ...taskFaults(task, { start: 0, end: source.length }),
    ...markFaults(source, task, spell),
  ]);
  let from = 0;
  for (const span of breakdown.leftOut) {
    if (span.start < from || span.end <= span.start || span.end > source.length)
      faults.push(`left out ${span.start}-${span.end}`);
    from = span.end;
  }
  const lines = source.split(/\r\n|[\n\r\u0085\u2028\u2029\v\f]/).length;
  for (const { code, line, start } of breakdown.warnings)
    if (line < 1 || line > lines || start < 0 || start > source.length) faults.push(`the place of ${code}`);
  return [...faults, ...unaccounted(source, breakdown).map((words) => `lost: ${words}`)];
}
