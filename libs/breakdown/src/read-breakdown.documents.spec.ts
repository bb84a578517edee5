import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBreakdown } from './read-breakdown';

/** The part of an answer made by hand that is compared word by word. */
interface Answer {
  unitExpansions: Record<string, string[]>;
  tasks: {
    number: string;
    path: string[];
    content: string;
    lead: string[];
    responsible: string[];
    targets: { value: number; unit: string; comparator: string }[];
    subtasks: { content: string; responsible: string[] }[];
  }[];
}

const folder = process.env['DUBAN_DOCUMENTS'];
const source = folder === undefined ? null : join(folder, '00-wuhan-2023.txt');
const present = source !== null && existsSync(source);
if (!present)
  console.warn(
    'SKIPPED: set DUBAN_DOCUMENTS to the folder of documents to check the reader against the answers made by hand.',
  );

(present ? describe : describe.skip)('the document 00 of the folder DUBAN_DOCUMENTS', () => {
  it('is read as it was by hand', () => {
    const answer = JSON.parse(readFileSync(join(folder ?? '', 'gold', '00-wuhan-2023.json'), 'utf8')) as Answer;
    const units = (names: string[]): string[] => names.flatMap((name) => answer.unitExpansions[name] ?? [name]);
    const { tasks } = readBreakdown(readFileSync(source ?? '', 'utf8'));
    expect(
      tasks.map(({ number, path, content, lead, responsible, targets, subtasks }) => ({
        number,
        path,
        content,
        lead,
        responsible,
        targets: targets.map(({ value, unit, comparator }) => ({ value, unit, comparator })),
        subtasks: subtasks.map((part) => ({ content: part.content, responsible: part.responsible })),
      })),
    ).toEqual(
      answer.tasks.map(({ number, path, content, lead, responsible, targets, subtasks }) => ({
        number,
        path,
        content,
        lead: units(lead),
        responsible: units(responsible),
        targets: targets.map(({ value, unit, comparator }) => ({ value, unit, comparator })),
        subtasks: subtasks.map((part) => ({ content: part.content, responsible: units(part.responsible) })),
      })),
    );
  });
});
