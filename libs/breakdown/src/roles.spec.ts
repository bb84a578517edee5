import { readAssignmentClauses } from './assignment-clauses';
import { fold } from './folded-text';
import { resolveRoles } from './roles';
import type { StandingRule } from './standing-rules';

const resolve = (text: string, rule: StandingRule | null = null) => {
  const [clause] = readAssignmentClauses(fold(text), { start: 0, end: text.length });
  if (!clause) throw new Error(`no clause in ${text}`);
  const { deadline, openEnded, ...named } = resolveRoles({ text, folded: fold(text) }, clause, rule);
  for (const { name, start, end } of Object.values(named).flat()) expect(text.slice(start, end)).toContain(name);
  return {
    ...Object.fromEntries(Object.entries(named).map(([role, all]) => [role, all.map(({ name }) => name)])),
    openEnded,
    deadline: deadline && text.slice(deadline.start, deadline.end),
  };
};

describe('resolveRoles', () => {
  it('puts each list under its role', () => {
    expect(
      resolve(
        '（责任领导：王七星；牵头单位：甲局；责任单位：乙局、丙局；配合单位：丁局等单位；督导单位：戊局；完成时限：年底前）',
      ),
    ).toEqual({
      lead: ['甲局'],
      responsible: ['乙局', '丙局'],
      cooperating: ['丁局'],
      supervising: ['戊局'],
      leaders: ['王七星'],
      openEnded: '等单位',
      deadline: '年底前',
    });
  });
  it('leaves the lead empty where the text names none', () => {
    expect(resolve('（责任单位：甲局、乙局）')).toMatchObject({ lead: [], responsible: ['甲局', '乙局'] });
  });
  it('applies a rule only where no label says who leads', () => {
    expect(resolve('（责任单位：甲局、乙局）', 'first_listed_leads')).toMatchObject({
      lead: ['甲局'],
      responsible: ['乙局'],
    });
    expect(resolve('（牵头单位：丙局；责任单位：甲局、乙局）', 'first_listed_leads')).toMatchObject({
      lead: ['丙局'],
      responsible: ['甲局', '乙局'],
    });
    expect(resolve('（责任单位：甲局、乙局，丙局）', 'first_group_leads')).toMatchObject({
      lead: ['甲局', '乙局'],
      responsible: ['丙局'],
    });
  });
  it('reads a mark at the name', () => {
    expect(resolve('（责任单位：甲局、乙局（牵头））')).toMatchObject({ lead: ['乙局'], responsible: ['甲局'] });
  });
  it.each(['（责任单位：甲局、*乙局）', '（责任单位：甲局、乙局*）', '（★乙局、甲局）', '（责任单位：△乙局，甲局）'])(
    'reads a sign at the name: %s',
    (text) => expect(resolve(text)).toMatchObject({ lead: ['乙局'], responsible: ['甲局'] }),
  );
  it('names a unit once in a role', () => {
    expect(resolve('（牵头单位：甲局、甲局）')).toMatchObject({ lead: ['甲局'] });
  });
});
