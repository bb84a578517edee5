import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Office, useOffice } from '../../supervision/test/office';

const SAMPLE = join(__dirname, '..', '..', '..', 'apps', 'cli', 'sample');
const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

interface PartRow {
  number: string;
  content: string;
  isPart: boolean;
  lead: string[];
  all: string[];
}

/** By task and part, who leads it and who has a part in it, by the units' names. */
const PARTS = `
  select coalesce(t.number, parent.number) as number, t.content, t.parent_id is not null as "isPart",
    coalesce(array_agg(u.name order by u.position) filter (where a.role = 'lead'), '{}') as lead,
    array_agg(u.name order by u.position) as all
  from task t left join task parent on parent.id = t.parent_id
    join assignment a on a.task_id = t.id join unit u on u.id = a.unit_id
  group by t.id, parent.number order by t.position`;

describe('the sample plan, issued', () => {
  const expected = json(SAMPLE, 'expected.json');
  const directory = json(SAMPLE, 'units.json');
  const t = useOffice('2023-01-12T09:00:00+08:00', directory);
  let office: Office;
  let result: Awaited<ReturnType<Office['issue']>>;
  beforeAll(async () => {
    office = t.office;
    const text = readFileSync(join(SAMPLE, 'plan.txt'), 'utf8').replaceAll('{{year}}', '2023');
    result = await office.issue(await office.draft(text));
  });

  /** The units that a name of the document stands for, by the sample's own list. */
  const unitsOf = (name: string): string[] => {
    const group = directory.groups.find((one: { name: string }) => one.name === name);
    return directory.units
      .filter(
        (unit: { name: string; aliases?: string[]; groups?: string[] }) =>
          unit.name === name || unit.aliases?.includes(name) || unit.groups?.includes(group?.code),
      )
      .map((unit: { name: string }) => unit.name);
  };
  const expand = (names: string[]): string[] => {
    const units = new Set(names.flatMap(unitsOf));
    return directory.units.map((unit: { name: string }) => unit.name).filter((name: string) => units.has(name));
  };

  it('has the tasks, assignments and leads that were counted by hand', () => {
    expect(result).toMatchObject({
      tasks: expected.carrying,
      assignments: expected.assignments,
      leads: expected.leadAssignments,
      skipped: [],
    });
  });

  it('owes: each unit to sign for and complete, each lead a plan and four reports, two milestones', () => {
    const { assignments, leadAssignments } = expected;
    expect(result.obligations).toBe(2 * assignments + 5 * leadAssignments + 2);
  });

  it('hands each task to whom the text names, or to the responsible units where it names no lead', async () => {
    const rows = await office.query<PartRow>(PARTS);
    const tasks = rows.filter((row) => !row.isPart);
    const byHand = Object.keys(expected.leads)
      .filter((number) => !(number in expected.nested))
      .map((number) => {
        const { leads, responsible } = expected;
        const lead: string[] = leads[number].length > 0 ? leads[number] : responsible[number];
        return { number, lead: expand(lead), all: expand([...leads[number], ...responsible[number]]) };
      });
    expect(tasks.map(({ number, lead, all }) => ({ number, lead, all }))).toEqual(byHand);
  });

  it('hands the parts of a task to the units of each part', async () => {
    const rows = await office.query<PartRow>(PARTS);
    const parts = rows.filter((row) => row.isPart).map(({ number, content, lead }) => ({ number, content, lead }));
    const byHand = Object.entries<{ content: string; responsible: string[] }[]>(expected.nested).flatMap(
      ([number, list]) => list.map(({ content, responsible }) => ({ number, content, lead: expand(responsible) })),
    );
    expect(parts).toEqual(byHand);
  });

  it('gives each task its own date, or the end of the year', async () => {
    const rows = await office.query<{ number: string; due: string }>(
      `select number, due_on::text as due from task where number is not null order by position`,
    );
    const byHand = Object.keys(expected.leads).map((number) => ({
      number,
      due: expected.deadlines[number] ?? '2023-12-31',
    }));
    expect(rows).toEqual(byHand);
  });
});

const folder = process.env.DUBAN_DOCUMENTS;
const isThere = folder !== undefined && existsSync(join(folder, '00-wuhan-2023.txt'));
if (!isThere) {
  console.warn('SKIPPED the real breakdown: set DUBAN_DOCUMENTS to the folder of documents with 00-wuhan-2023.txt');
}
(isThere ? describe : describe.skip)('a real breakdown, issued', () => {
  const t = useOffice(undefined, isThere ? json(folder, '00-wuhan-2023.units.json') : undefined);

  it('gives 22 tasks that carry assignments, 22 leads, 129 assignments in all', async () => {
    const planId = await t.office.draft(readFileSync(join(folder!, '00-wuhan-2023.txt')));
    // All of them sign for and complete, the leads hand in an action plan and four reports.
    const obligations = 2 * 129 + 5 * 22;
    expect(await t.office.issue(planId)).toEqual({
      tasks: 22,
      leads: 22,
      assignments: 129,
      obligations,
      skipped: [],
    });
  });
});
