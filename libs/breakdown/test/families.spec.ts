import fc from 'fast-check';
import { readBreakdown } from '../src/read-breakdown';
import { dress, due, FAMILIES, item, type Item, list, sections, told, written } from './families';
import { readingFaults } from './faults';

describe('a plan written down and read back', () => {
  it.each(FAMILIES)('is the same in family $name', (family) => {
    fc.assert(
      fc.property(sections, dress, (plan, clothes) => {
        // So few items could be anything.
        fc.pre(plan.flat().length > 1);
        const { text, expected } = written(family, plan, clothes);
        const { tasks } = readBreakdown(text);
        expect(tasks.map(told)).toEqual(expected);
        expect(tasks.map((task) => Number(task.number))).toEqual(expected.map((_task, index) => index + 1));
        expect(readingFaults(text)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('is the same in family G: several assignments in one paragraph', () => {
    const parts = fc.array(item, { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(parts, { minLength: 2, maxLength: 4 }), dress, (plan, clothes) => {
        const { open, close, colon, semicolon } = clothes;
        const bracket = (i: Item): string =>
          `${open}牵头单位${colon}${list(i.units)}${semicolon}责任单位${colon}${list(i.partners)}${close}`;
        const tasks = plan.map(
          (items, index) =>
            clothes.number(index + 1) + items.map((i) => `${i.work.words}${clothes.stop}${bracket(i)}`).join(''),
        );
        const text = ['云溪市2031年重点工作责任分解方案', ...tasks].join(clothes.gap);
        expect(readBreakdown(text).tasks.map((task) => [...task.lead, ...task.subtasks.map(told)])).toEqual(
          plan.map((items) =>
            items.map((i) => ({
              lead: i.units.join(),
              responsible: i.partners.join(),
              cooperating: '',
              leaders: '',
              due: '',
              target: i.work.target,
            })),
          ),
        );
        expect(readingFaults(text)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('is the same as a table', () => {
    const separator = fc.constantFrom('\n', '\t', ' | ', '');
    fc.assert(
      fc.property(fc.array(item, { minLength: 2, maxLength: 6 }), separator, (items, mark) => {
        // Where nothing parts the cells, a name must show where it begins.
        fc.pre(mark !== '' || items.every(({ units }) => units.every((unit) => unit.startsWith('市'))));
        const rows = [
          ['序号', '工作任务', '牵头单位', '配合单位', '责任领导', '完成时限'],
          ...items.map((i, index) => [
            `${index + 1}`,
            `${i.work.words}。`,
            list(i.units),
            list(i.partners),
            i.leader,
            `2031年${i.month}月底前`,
          ]),
        ];
        const { tasks } = readBreakdown(
          `云溪市2031年重点工作任务分解表\n${rows.map((cells) => cells.join(mark)).join('\n')}\n`,
        );
        expect(tasks.map(told)).toEqual(
          items.map((i) => ({
            lead: i.units.join(),
            responsible: '',
            cooperating: i.partners.join(),
            leaders: i.leader,
            due: due(i.month),
            target: i.work.target,
          })),
        );
      }),
      { numRuns: 25 },
    );
  });
});
