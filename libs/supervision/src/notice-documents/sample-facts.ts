import { parseLocalDate } from '@duban/kernel';
import type { NoticeFacts } from './facts';

/** A notice of an invented city, with something for every field: on it a template is tried before there is a real one. */
export const sampleFacts = (): NoticeFacts => ({
  number: '督办橙〔2026〕1号',
  colour: 'orange',
  issuedAt: '2026-03-10T01:00:00.000Z',
  answerDueOn: parseLocalDate('2026-03-13'),
  inNextBulletin: true,
  jurisdiction: '临澜市',
  timeZone: 'Asia/Shanghai',
  issuer: null,
  plan: { title: '临澜市2026年重点工作责任分解方案', documentNumber: '临政办〔2026〕1号' },
  task: {
    number: '12',
    path: ['（二）办好民生实事'],
    content: '改造老旧小区30个，年底前全部完工并交付使用。',
    isMatter: false,
  },
  unit: { name: '临澜市住房和城市更新局', role: 'lead' },
  duty: {
    kind: 'action_plan',
    subject: null,
    dueOn: parseLocalDate('2026-02-28'),
    effectiveOn: parseLocalDate('2026-02-28'),
    rule: 'by 02-28 of the year',
    base: { year: 2026 },
  },
  policy: { id: 'annual-report', version: 1, name: { zh: '政府工作报告任务督办', en: 'Annual report' } },
  recipients: [
    { as: 'head', unitName: '临澜市住房和城市更新局', title: null, holders: ['周某'], isCopy: false },
    { as: 'leader_in_charge', unitName: null, title: null, holders: ['吴某'], isCopy: true },
  ],
  sent: [
    { kind: 'reminder', colour: null, at: '2026-02-27T01:00:00.000Z', number: null },
    { kind: 'urge', colour: null, at: '2026-03-02T01:00:00.000Z', number: null },
    { kind: 'notice', colour: 'blue', at: '2026-03-04T01:00:00.000Z', number: '督办蓝〔2026〕3号' },
  ],
  signedBy: ['郑某'],
  checkpoint: {
    number: 7,
    size: 1234,
    root: 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=',
    signedAt: '2026-03-10T00:30:00.000Z',
  },
});
