import type { TestDatabase } from '@duban/testing';
import { Edge, formOf, ISSUE, type Json } from './edge';

/** Below the bureau LD04 two sections; below the districts LQ01 and LQ02 their bureaus, below one of those a section. */
const UNITS = {
  jurisdiction: '临澜市',
  units: [
    { code: 'S401', name: '市工信局投资科', kind: 'section', parent: 'LD04' },
    { code: 'S402', name: '市工信局运行科', kind: 'section', parent: 'LD04' },
    { code: 'Q101', name: '云汀区教育局', kind: 'department', parent: 'LQ01' },
    { code: 'Q102', name: '云汀区住建局', kind: 'department', parent: 'LQ01' },
    { code: 'Q121', name: '云汀区住建局工程科', kind: 'section', parent: 'Q102' },
    { code: 'Q131', name: '云汀区住建局工程科一组', kind: 'section', parent: 'Q121' },
    { code: 'Q201', name: '澜东区教育局', kind: 'department', parent: 'LQ02' },
  ],
};

export const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.新建标准厂房三处，6月30日前完成。（牵头单位：市工信局；责任单位：市公安局）

　　2.新建幼儿园四所。（责任单位：云汀区人民政府、澜东区人民政府）

　　3.改造老旧小区九个。（责任单位：云汀区人民政府、澜东区人民政府）
`;

/** The words of a report below that stay below. */
export const INTERNAL_WORDS = '两所园址尚未交地，施工单位换了两家';

export interface BreakdownWorld {
  edge: Edge;
  plan: Json;
  /** Parts of the city's plan, by number and unit. */
  parts: Record<string, Json>;
  unitIds: Record<string, string>;
}

/** A city plan that is issued, with units below those that have its parts; all have signed for theirs. */
export async function openBreakdowns(database: TestDatabase): Promise<BreakdownWorld> {
  const edge = await Edge.open(database);
  await (await edge.as('admin')).do('POST', '/units/import', { form: formOf(JSON.stringify(UNITS), 'units.json') });
  const office = await edge.as('office');
  const draft = await edge.draft(PLAN);
  await office.post(`/plans/${draft.id}/issue`, ISSUE);
  const plan = await office.get(`/plans/${draft.id}`);
  const units = await office.all('/units');
  const codeOf = new Map(units.map(({ id, code }) => [id, code]));
  const parts: Record<string, Json> = {};
  for (const task of plan.tasks) {
    for (const assignment of task.assignments) parts[`${task.number} ${codeOf.get(assignment.unitId)}`] = assignment;
  }
  for (const [name, { id }] of Object.entries(parts)) {
    const code = name.split(' ')[1]!;
    await (await edge.as(`${code}.contact`)).post(`/assignments/${id}/transitions`, { event: 'sign_for' });
  }
  return { edge, plan, parts, unitIds: Object.fromEntries(units.map(({ id, code }) => [code, id])) };
}

const DISTRICT_PLAN = `云汀区2023年重点工作责任分解方案

（一）民生

　　2.新建幼儿园两所，3月31日前完成。（牵头单位：区教育局）

　　3.改造老旧小区五个。（牵头单位：区住建局）

　　9.整治背街小巷。（牵头单位：区住建局）
`;

/** The district LQ01 drafts its plan under the city's and issues it; LQ01's bureau reports what stays within the district. */
export async function issueDistrictPlan({ edge, plan }: BreakdownWorld): Promise<Json> {
  const contact = await edge.as('LQ01.contact');
  const form = formOf(DISTRICT_PLAN, 'district.txt', 'file', { upperPlanId: plan.id });
  const draft = await contact.do('POST', '/plans', { form });
  const head = await edge.as('LQ01.head');
  await head.post(`/plans/${draft.id}/issue`, ISSUE);
  const issued = await head.get(`/plans/${draft.id}`);
  const task = await head.get(`/tasks/${issued.tasks[0].id}`);
  const [{ id }] = task.assignments;
  const bureau = await edge.as('Q101.contact');
  await bureau.post(`/assignments/${id}/transitions`, { event: 'sign_for' });
  const owed = task.obligations.find((one: Json) => one.kind === 'action_plan');
  await bureau.post(`/assignments/${id}/reports`, { obligationId: owed.id, text: INTERNAL_WORDS });
  return issued;
}
