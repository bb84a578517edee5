import type { Section } from './outline';

/** A break in the numbers of the sections. `at` is where the section begins. */
interface NumberingFault {
  code: 'number_gap' | 'number_repeated';
  at: number;
  message: string;
}

/** The sections with a number, in the order of the text, each with the section that holds it. */
function* numbered(section: Section): Generator<{ section: Section; holder: Section; value: number; at: number }> {
  for (const child of section.children) {
    const value = child.head?.ordinal?.value ?? null;
    if (child.head && value !== null) yield { section: child, holder: section, value, at: child.head.start };
    yield* numbered(child);
  }
}

/**
 * Gaps and repetitions in the numbers of the tasks and their headings (`kept`). Numbers may run through the headings or
 * start again below each, and may start anywhere, since a text is often an extract. What was left out is not judged, but
 * it counts: where 二、 is no task, 三、 may follow 一、.
 */
export function checkNumbering(root: Section, kept: ReadonlySet<Section>): NumberingFault[] {
  const faults: NumberingFault[] = [];
  const previous = new Map<number, { section: Section; holder: Section; value: number }>();
  for (const { section, holder, value, at } of numbered(root)) {
    const last = previous.get(section.rank);
    previous.set(section.rank, { section, holder, value });
    if (!last || !kept.has(section) || !kept.has(last.section)) continue;
    if (value === last.value + 1 || (holder !== last.holder && value === 1)) continue;
    if (value <= last.value)
      faults.push({ code: 'number_repeated', at, message: `Number ${value} comes after number ${last.value}.` });
    else faults.push({ code: 'number_gap', at, message: `Number ${value} comes right after number ${last.value}.` });
  }
  return faults;
}
