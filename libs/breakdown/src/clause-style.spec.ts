import { readAssignmentClauses } from './assignment-clauses';
import { chooseClauseReader } from './clause-style';
import { readBareListClauses } from './duty-clauses';
import { layOut } from './layout';
import { readProseClauses } from './prose-clauses';
import { readUnitFirstClauses } from './unit-first-clauses';

const choose = (text: string) => chooseClauseReader(layOut(text));

describe('chooseClauseReader', () => {
  it.each([
    ['1.修渠（责任单位：县水务局）\n由县水务局牵头推进。\n由县财政局负责。'],
    ['1.修渠（县水务局负责）\n2.县水务局：修渠（县水务局负责）'],
    ['青禾县方案'],
  ])('keeps to brackets and labels in %j', (text) => expect(choose(text)).toBe(readAssignmentClauses));
  it('reads sentences, units first and names alone where nothing else assigns', () => {
    expect(choose('1.修渠。由县水务局牵头。')).toBe(readProseClauses);
    expect(choose('1.县水务局：修渠。\n2.县交通局：架桥。')).toBe(readUnitFirstClauses);
    expect(choose('1.修渠（县水务局）\n2.架桥（县交通局）')).toBe(readBareListClauses);
  });
});
