import fc from 'fast-check';
import { isReadBehindLabel, readAssignmentClauses } from './assignment-clauses';
import { fold } from './folded-text';
import { readOrdinal } from './ordinals';

const read = (text: string) =>
  readAssignmentClauses(fold(text), { start: 0, end: text.length }).map((clause) => ({
    words: text.slice(clause.start, clause.end),
    lists: clause.segments.map((segment) => `${segment.role}=${text.slice(segment.start, segment.end)}`),
    rules: clause.rules.map((rule) => text.slice(rule.start, rule.end)),
    closed: clause.closed,
  }));

describe('readAssignmentClauses', () => {
  it.each([
    [
      'family A',
      '修渠。（牵头单位：甲局；责任单位：乙局、丙局，各区政府）',
      ['lead=甲局', 'responsible=乙局、丙局，各区政府'],
    ],
    ['family A, half width', '修渠.(牵头单位:甲局;责任单位:乙局)', ['lead=甲局', 'responsible=乙局']],
    ['family A2', '修渠（牵头单位：甲局，配合单位：乙局）。', ['lead=甲局', 'cooperating=乙局']],
    ['family A3', '修渠（牵头单位：甲局、丁局，责任单位：乙局）', ['lead=甲局、丁局', 'responsible=乙局']],
    ['family B', '修渠〔责任单位：甲局（乙局）〕', ['responsible=甲局（乙局）']],
    ['family C', '修渠[牵头单位：甲局、乙局]', ['lead=甲局、乙局']],
    ['a leader in the bracket', '修渠（责任领导：王七星；牵头单位：甲局）', ['leaders=王七星', 'lead=甲局']],
    ['a date before the labels', '修渠（6月底前完成，责任单位：甲局）', ['remark=6月底前完成', 'responsible=甲局']],
    ['mixed widths', '修渠（责任单位:甲局)', ['responsible=甲局']],
    ['two brackets side by side', '修渠。（牵头单位：甲局）（责任单位：乙局）', ['lead=甲局', 'responsible=乙局']],
    ['a decoy in front', '修渠（包括支渠、毛渠）（责任单位：甲局）', ['responsible=甲局']],
    ['a list broken over two lines', '修渠（责任单位：甲局、\n乙局）', ['responsible=甲局、\n乙局']],
    ['the label inside a name', '修渠（责任单位：甲局、9个集团牵头单位）', ['responsible=甲局、9个集团牵头单位']],
    [
      'lines of their own',
      '修渠\n牵头单位：甲局\n责任单位：乙局\n完成时限：年底前',
      ['lead=甲局', 'responsible=乙局', 'deadline=年底前'],
    ],
    ['labels behind a sentence', '修渠。责任单位：甲局。完成时限：年底前。', ['responsible=甲局', 'deadline=年底前']],
    [
      'fields over several lines',
      '修渠滞后\n整改措施：\n甲一\n乙二\n责任单位：甲局\n进展情况：已完成',
      ['measures=甲一\n乙二', 'responsible=甲局', 'other=已完成'],
    ],
    ['names before a rule', '修渠（省甲局，省乙局；第一个逗号前为牵头单位）', ['responsible=省甲局，省乙局']],
    ['a date behind a list', '修渠（责任单位：甲局，6月底前出台）', ['responsible=甲局', 'deadline=6月底前出台']],
  ])('reads %s', (_name, text, lists) => {
    expect(read(text).map((clause) => clause.lists)).toEqual([lists]);
  });

  it.each(['修渠（包括支渠）。', '牵头单位要修渠。', '修渠（责任单位另行通知）', '（注：略）', '（见附件'])(
    'finds none in %s',
    (text) => expect(read(text)).toEqual([]),
  );

  it('keeps several assignments of one paragraph apart', () => {
    expect(read('修渠。（责任单位：甲局）架桥。（责任单位：乙局）').map((clause) => clause.words)).toEqual([
      '（责任单位：甲局）',
      '（责任单位：乙局）',
    ]);
  });
  it('finds the inner clauses of a bracket and where their stretches begin', () => {
    const text = '做好协作。(修渠〈责任单位:甲局〉;架桥〈责任单位:乙局〉)';
    const clauses = readAssignmentClauses(fold(text), { start: 0, end: text.length });
    expect(clauses.map((clause) => text.slice(clause.start, clause.end))).toEqual([
      '〈责任单位:甲局〉',
      '〈责任单位:乙局〉',
    ]);
    expect(new Set(clauses.map((clause) => text.slice(clause.stretchFrom)[0]))).toEqual(new Set(['修']));
  });
  it('sets rules apart from the list', () => {
    expect(
      read(
        '修渠（责任单位：甲局、乙局，各区〔县〕政府。列第一位的为牵头单位，下同。以下均需各区〔县〕政府、园区管委会落实，不再列出）',
      ),
    ).toEqual([
      expect.objectContaining({
        lists: ['responsible=甲局、乙局，各区〔县〕政府'],
        rules: ['列第一位的为牵头单位，下同', '以下均需各区〔县〕政府、园区管委会落实，不再列出'],
      }),
    ]);
  });
  it.each([
    ['（责任单位：甲局、乙局', '（责任单位：甲局、乙局'],
    ['（责任单位：甲局。下一句', '（责任单位：甲局'],
    ['（责任单位：甲局\u3000\n2.架桥', '（责任单位：甲局'],
    ['（责任单位：甲局〕后面', '（责任单位：甲局〕'],
    ['（责任单位：甲局\n2.架桥', '（责任单位：甲局'],
  ])('ends the unclosed %j', (text, words) =>
    expect(read(text)).toEqual([expect.objectContaining({ words, closed: false })]),
  );
});

describe('isReadBehindLabel', () => {
  const within = (text: string) => {
    const folded = fold(text);
    const whole = { start: 0, end: text.length };
    const range = { start: readOrdinal(folded, 0, text.length)?.end ?? 0, end: text.length };
    return { folded, whole, range, isSame: isReadBehindLabel(folded, whole, range) };
  };

  it('is so only where the same clauses are found', () => {
    const words = fc.constantFrom(
      ...'（）()〔〕<>。；、， *',
      '修渠',
      '责任单位：',
      '（责任单位：',
      '牵头单位',
      '甲局',
      '市水务局',
      '牵头',
      '负责',
      '6月底前',
      '下同',
      '（一）',
    );
    const label = fc.constantFrom(
      '1.',
      '1）',
      '（1）',
      '（一）',
      '( 一 ) ',
      '一、',
      '第一条 ',
      '问题1：',
      '①',
      '1.1',
      '——',
    );
    fc.assert(
      fc.property(label, fc.array(words, { maxLength: 14 }), (number, rest) => {
        const { folded, whole, range, isSame } = within(number + rest.join(''));
        if (!isSame) return;
        // Behind the label a stretch may begin at the label's end at the earliest.
        const moved = readAssignmentClauses(folded, whole).map((clause) => ({
          ...clause,
          stretchFrom: Math.max(clause.stretchFrom, range.start),
        }));
        expect(readAssignmentClauses(folded, range)).toEqual(moved);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['1.修渠（责任单位：甲局）', true],
    ['1.责任单位：甲局', false],
    ['修渠（责任单位：甲局）', false],
  ])('is told of %s', (text, isSame) => expect(within(text).isSame).toBe(isSame));
});
