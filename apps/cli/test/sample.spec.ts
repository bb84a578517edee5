import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DraftTask, readBreakdown, type Target } from '@duban/breakdown';

type ByNumber<T> = Record<string, T>;

interface Expected {
  title: string;
  documentNumber: string;
  tasks: number;
  parts: number;
  namedLeads: number;
  carrying: number;
  leadAssignments: number;
  assignments: number;
  leads: ByNumber<string[]>;
  responsible: ByNumber<string[]>;
  nested: ByNumber<{ content: string; leads: string[]; responsible: string[] }[]>;
  openEnded: ByNumber<string>;
  deadlines: ByNumber<string>;
  milestones: ByNumber<string[]>;
  targets: ByNumber<Omit<Target, 'text'>[]>;
}

interface Unit {
  code: string;
  name: string;
  official?: string;
  aliases?: string[];
  groups?: string[];
}

const read = (name: string): string => readFileSync(join(__dirname, '../sample', name), 'utf8');
const expected = JSON.parse(read('expected.json')) as Expected;
const directory = JSON.parse(read('units.json')) as { units: Unit[]; groups: { code: string; name: string }[] };
const text = read('plan.txt').replaceAll('{{year}}', '2023');
const breakdown = readBreakdown(text);

/** What a value of the answer is where it says nothing: the tasks of which there is something are listed. */
const listed = <T>(values: ByNumber<T>, of: (task: DraftTask) => T, none: T): [ByNumber<T>, ByNumber<T>] => [
  Object.fromEntries(breakdown.tasks.map((task) => [task.number!, of(task)])),
  Object.fromEntries(breakdown.tasks.map(({ number }) => [number!, values[number!] ?? none])),
];

describe('the sample plan', () => {
  it('has a title, a number and forty tasks, in order', () => {
    expect(breakdown).toMatchObject({ title: expected.title, documentNumber: expected.documentNumber, year: 2023 });
    expect(breakdown.tasks.map(({ number }) => number)).toEqual(
      Array.from({ length: expected.tasks }, (_, i) => String(i + 1)),
    );
    expect(breakdown.tasks.filter(({ lead }) => lead.length > 0)).toHaveLength(expected.namedLeads);
    expect(breakdown.tasks.flatMap(({ subtasks }) => subtasks)).toHaveLength(expected.parts);
  });

  it.each([
    ['leads', listed(expected.leads, (task) => task.lead, [])],
    ['responsible units', listed(expected.responsible, (task) => task.responsible, [])],
    ['open tails', listed<string | null>(expected.openEnded, (task) => task.openEnded, null)],
    ['deadlines', listed<string | null>(expected.deadlines, (task) => task.deadline?.due ?? null, null)],
    ['milestones', listed<(string | null)[]>(expected.milestones, (task) => task.milestones.map(({ due }) => due), [])],
    [
      'targets',
      listed(
        expected.targets,
        (task) => task.targets.map(({ text: _text, ...figures }): Omit<Target, 'text'> => figures),
        [],
      ),
    ],
    [
      'parts',
      listed(
        expected.nested,
        (task) => task.subtasks.map(({ content, lead, responsible }) => ({ content, leads: lead, responsible })),
        [],
      ),
    ],
  ])('has the %s that were found by hand', (_what, [found, wanted]) => {
    expect(found).toEqual(wanted);
  });

  it('keeps the page around the plan out of it', () => {
    const last = breakdown.tasks.at(-1)!;
    expect(last.content).toMatch(/^扎实开展安全生产治本攻坚.*按期整改率达到100%。$/);
    expect(text.slice(last.source.start, last.source.end).trim()).toMatch(/^40\.扎实.*）$/s);
    const left = breakdown.leftOut.map(({ start, end }) => text.slice(start, end)).join('\n');
    for (const words of ['无障碍阅读', '此件公开发布', '我要留言', '建议使用主流浏览器']) expect(left).toContain(words);
    expect(breakdown.warnings.map(({ code }) => code).filter((code) => code !== 'lead_inferred')).toEqual([]);
  });
});

describe('the sample’s directory', () => {
  const unitsOf = new Map<string, string[]>();
  for (const { code, name, official, aliases = [] } of directory.units) {
    for (const known of [name, official ?? name, ...aliases]) unitsOf.set(known, [code]);
  }
  for (const { code, name } of directory.groups) {
    unitsOf.set(
      name,
      directory.units.filter(({ groups }) => groups?.includes(code)).map((unit) => unit.code),
    );
  }
  const carrying = breakdown.tasks.flatMap((task) => (task.subtasks.length > 0 ? task.subtasks : [task]));

  it('knows every unit that the plan names, and each by one name only', () => {
    const named = carrying.flatMap(({ lead, responsible, cooperating }) => [...lead, ...responsible, ...cooperating]);
    expect(named.filter((name) => !unitsOf.has(name))).toEqual([]);
    const names = directory.units.flatMap(({ name, official, aliases = [] }) => [
      ...new Set([name, official ?? name, ...aliases]),
    ]);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(directory.units.map(({ code }) => code)).size).toBe(directory.units.length);
  });

  it('gives the assignments that were counted by hand', () => {
    const expand = (names: readonly string[]): string[] => [...new Set(names.flatMap((name) => unitsOf.get(name)!))];
    const leads = carrying.map(({ lead, responsible }) => expand(lead.length > 0 ? lead : responsible));
    const all = carrying.map(({ lead, responsible }) => expand([...lead, ...responsible]));
    expect({
      carrying: carrying.length,
      leadAssignments: leads.flat().length,
      assignments: all.flat().length,
    }).toEqual({
      carrying: expected.carrying,
      leadAssignments: expected.leadAssignments,
      assignments: expected.assignments,
    });
  });

  it('says of every unit how it behaves, and of nobody else', () => {
    const { about: _about, ...conduct } = JSON.parse(read('conduct.json')) as Record<string, string>;
    expect(Object.keys(conduct).sort()).toEqual(directory.units.map(({ code }) => code).sort());
    expect(new Set(Object.values(conduct))).toEqual(new Set(['prompt', 'steady', 'late', 'silent']));
  });
});
