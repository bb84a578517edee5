import { NO_PREFERENCE, PRESET_MESSAGE_RULES, PRESET_RETENTION } from '@duban/domain';
import { ArchivePackages } from '@duban/reporting';
import { actOnSample, PAPER, type Parts, postOf, type Request, send, URGE_WORDS } from './cases';
import { Contract } from './contract';
import {
  type Caller,
  Edge,
  formOf,
  ISSUE,
  type Json,
  type Method,
  PASSWORD,
  sample,
  SMS_REPORT_TOKEN,
  useEdge,
} from './edge';
import { failedJob } from './failed-job';
import { destination, duePlan, suppressedAddress } from './rights-by-rows';
import { SignInParts, useStandingCodes } from './sign-in-parts';

const REVIEWED = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.建成一座大桥。（牵头单位：市造桥局；责任单位：市发改委。以下均需各区人民政府落实，不再列出）

　　2.修路5公里。（责任单位：市发改委、市挖河局）

　　3.清淤。
`;

const SHARED = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.整修滨河步道。（牵头单位：市工信局；责任单位：市发改委、各区人民政府）
`;

const UNITS = JSON.stringify({
  jurisdiction: '临澜市',
  units: [{ code: 'N01', name: '市新局', kind: '部门' }],
  groups: [{ code: 'N', name: '各新局', rule: { kinds: ['部门'], under: null, except: ['LD01'] } }],
});
const MORE_UNITS = UNITS.replace('"部门"}', '"科室","parent":"LD01","aliases":["市新设局"]}').replace(
  '"except":["LD01"]',
  '"except":[]',
);

const SECTION = JSON.stringify({
  jurisdiction: '临澜市',
  units: [{ code: 'S401', name: '市工信局装备科', kind: 'section', parent: 'LD04' }],
});

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
/** Operations that answer with a file, and of which kind. */
const FILES: Readonly<Record<string, string>> = {
  'GET /evidence/downloads/{token}': 'application/octet-stream',
  'GET /history/export': 'application/x-ndjson',
  'GET /archive-packages/{id}/file': 'application/zip',
  'GET /history/extract': 'application/x-ndjson',
  'GET /inbox/events': 'text/event-stream',
  'GET /burden/export': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'GET /tasks/export': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'GET /bulletins/{id}/document': DOCX,
  'GET /notices/{id}/document': DOCX,
  'GET /notices/template/file': DOCX,
  'POST /notices/template/preview': DOCX,
};

describe('The answers', () => {
  useStandingCodes();
  let contract: Contract;
  let parts: Parts;
  let draft: Json;
  /** A draft that is put right: with a unit that nobody knows and a rule about all tasks. */
  let review: Json;
  let revised: Json;
  /** What LD04 hands on to a section of its own. */
  let lower: Json;
  let sectionId: string;
  let policy: Json;
  let template: Buffer;
  let applicationId: string;
  /** A plan that is to be closed. */
  let closing: Json;
  let eventId: string;
  const searchIds: string[] = [];
  const viewIds: string[] = [];
  const ruleDrafts: Json[] = [];
  const edge = useEdge(async (database) => {
    // Nobody of the sample has a mail address.
    const settings = { SMTP_URL: 'smtp://127.0.0.1:9', SMTP_FROM: 'duban@city.example' };
    const opened = await (await Edge.open(database, { settings })).issue();
    parts = await actOnSample(opened);
    draft = await opened.draft();
    review = await opened.draft(REVIEWED);
    revised = await revise(opened);
    const admin = await opened.as('admin');
    await admin.do('POST', '/units/import', { form: formOf(SECTION, 'units.json') });
    [{ id: sectionId }] = await (await opened.as('office')).all('/units?q=S401');
    lower = await (await opened.as('LD04.head')).post(`/assignments/${parts.lead.id}/breakdown`, breakdown());
    // Signed by an export, of which the proofs are asked.
    await (await opened.as('auditor')).ask('GET', '/history/export');
    for (const name of ['一', '二']) {
      const saved = await (await opened.as('auditor')).post('/history/searches', { name, filter: { q: '材料' } });
      searchIds.push(saved.id);
      const view = await (await opened.as('office')).post('/tasks/views', { name, filter: { light: 'red' } });
      viewIds.push(view.id);
    }
    const rules = await opened.as('officer');
    for (const policyId of ['annual-report', 'petition', 'own-rules']) {
      const from = { preset: 'annual-report' };
      ruleDrafts.push(await rules.post('/policies/drafts', { policyId, from }));
    }
    [{ id: eventId }] = (await opened.query(`select id from history_event order by seq limit 1`)) as [Json];
    const asked = { kind: 'extension', reason: '延期。', dueOn: '2024-06-20', progress: '在办。' };
    const { id } = parts.unsigned.obligations.find((o) => o.kind === 'completion');
    const path = `/assignments/${parts.unsigned.id}/applications`;
    applicationId = (await (await opened.as('LD01.contact')).post(path, { ...asked, obligationId: id })).id;
    const small = REVIEWED.replace(/　　1[^]*?(?=　　3)/, '').replace('清淤。', '清淤。（牵头单位：市水利局）');
    const { id: closingId } = await opened.draft(small);
    await (await opened.as('office')).post(`/plans/${closingId}/issue`, ISSUE);
    closing = await (await opened.as('office')).get(`/plans/${closingId}/close`);
    template = (await (await opened.as('office')).ask('GET', '/notices/template/file')).bytes;
    ({ policy } = await (await opened.as('security')).get('/sign-in-policy'));
    contract = await Contract.of(opened);
    return opened;
  });

  const breakdown = (): Json => ({
    tasks: [
      {
        content: '制定设备更新清单。',
        units: [{ unitId: sectionId, role: 'lead' }],
        milestones: [{ text: '初稿', due: '2023-03-10' }],
        targets: [{ text: '更新30台', value: 30, unit: '台', comparator: 'gte' }],
      },
    ],
  });

  const closingAsked = (): object => ({
    digest: closing.digest,
    decisions: closing.tasks.map(({ taskId }: Json) => ({
      taskId,
      decision: 'give_up',
      reason: '不再办理。',
      unimplementedReason: 'given_up',
    })),
  });

  /** A plan with an open revision that has an item of every kind. */
  const revise = async (opened: Edge): Promise<Json> => {
    const plan = await opened.draft();
    const text = sample.plan
      .replace(/1\.深入实施[^\n]*\n/, '')
      .replace('120家', '130家')
      .replace('45家', '50家')
      .replace(/(2\.支持临澜[^\n]*\n\s*)(3\.[^\n]*\n)/, '$2\n　　2.建成会展中心一座。（牵头单位：市商务局）\n\n　　$1');
    return (await opened.as('office')).do('POST', `/plans/${plan.id}/revisions`, { form: formOf(text) });
  };

  /** Restricted, and lifted again. */
  const restrictions = (kind: string, id: string): Record<string, Request[]> => {
    const path = `/${kind}/${id}/restrictions`;
    const name = (usernames: string[]): Request => ['office', 'PUT', path, { json: { usernames } }];
    return {
      [`PUT /${kind}/{id}/restrictions`]: [name(['office', 'officer']), name([])],
      [`GET /${kind}/{id}/restrictions`]: [['office', 'GET', path]],
    };
  };

  /** Good requests for every operation; those of one operation go one after another. */
  const requests = (): Record<string, Request[]> => {
    const [{ taskId }] = parts.lead.obligations;
    const obligationId = parts.lead.obligations.find((o) => o.subject === '2023Q1').id;
    const measurements = parts.targets.map(({ id, value }) => ({ targetId: id, value }));
    const evidence = [{ title: '办结报告', location: '档案 1 号' }];
    const report = { event: 'report', text: '完成。', evidence, measurements, goAheadReason: '其余单位另报。' };
    const lists = ['', '?limit=1'];
    const gets = (path: string, ...queries: string[]): Request[] =>
      ['office', 'LD04.contact'].flatMap((name) =>
        (queries.length > 0 ? queries : ['']).map((query): Request => [name, 'GET', path + query]),
      );
    const reviewed = (method: Method, path: string, json: object): Request => {
      return ['officer', method, `/plans/${review.id}${path}`, { json }];
    };
    const revision = `/plans/${revised.planId}/revisions/${revised.id}`;
    const itemOf = (kind: string): string => revised.items.find((item: Json) => item.kinds.includes(kind)).id;
    const past = ['', '?asOf=2023-01-12', '?asOf=2023-01-19T09:00:00%2B08:00'];
    return {
      'POST /sessions': [[null, 'POST', '/sessions', { json: { username: 'leader', password: 'edge-password' } }]],
      'GET /sessions/current': gets('/sessions/current'),
      'DELETE /sessions/current': [['leader', 'DELETE', '/sessions/current']],
      'GET /sessions': gets('/sessions'),
      'DELETE /sessions': [['leader', 'DELETE', '/sessions']],
      'DELETE /sessions/{id}': [],
      'PUT /sessions/current/password': [
        [
          'LD20.head',
          'PUT',
          '/sessions/current/password',
          { json: { currentPassword: PASSWORD, password: 'another-password' } },
        ],
      ],
      'POST /sessions/current/second-factor': [],
      'GET /second-factor': gets('/second-factor'),
      'POST /second-factor': [['LD21.head', 'POST', '/second-factor', { json: {} }]],
      'POST /second-factor/confirm': [],
      'POST /second-factor/recovery-codes': [],
      'POST /password-resets': [[null, 'POST', '/password-resets', { json: { username: 'LD09.head' } }]],
      'POST /password-resets/redeem': [],
      'POST /sms-reports/{token}': [
        [
          null,
          'POST',
          `/sms-reports/${SMS_REPORT_TOKEN}`,
          { json: [{ msgGroup: '1', mobile: '13800138000', reportStatus: 'DELIVRD', errorCode: '' }] },
        ],
      ],
      'GET /api-tokens': gets('/api-tokens'),
      'POST /api-tokens': [
        [
          'office',
          'POST',
          '/api-tokens',
          { json: { name: '导出', purpose: '每周导出', scopes: ['read.all'], days: 30 } },
        ],
      ],
      'DELETE /api-tokens/{id}': [],
      'GET /sign-in-policy': [['auditor', 'GET', '/sign-in-policy']],
      'PUT /sign-in-policy': [['security', 'PUT', '/sign-in-policy', { json: { expectedVersion: 0, policy } }]],
      'GET /persons': [
        ['admin', 'GET', '/persons'],
        ['security', 'GET', '/persons?limit=1'],
      ],
      'POST /persons': [
        ['admin', 'POST', '/persons', { json: { username: 'zhang.san', displayName: '张三', email: null } }],
      ],
      'POST /persons/{username}/unlock': [],
      'POST /persons/{username}/erasure': [],
      'DELETE /persons/{username}/sessions': [['security', 'DELETE', '/persons/LD22.head/sessions']],
      'DELETE /persons/{username}/second-factor': [],
      'POST /post-changes': [
        [
          'security',
          'POST',
          '/post-changes',
          { json: { kind: 'grant', username: 'LD22.head', post: { kind: 'officer' }, reason: '借调' } },
        ],
      ],
      'POST /post-changes/decisions': [],
      'GET /delegations': [],
      'POST /delegations': [],
      'POST /delegations/{id}/end': [],
      'GET /units/{code}/posts': gets('/units/LD04/posts', '', '?on=2023-01-12', '?asOf=2023-01-19'),
      'POST /units/{code}/posts': [
        ['office', 'POST', '/units/LD04/posts', { json: { kind: 'handler', title: '综合科' } }],
        ['admin', 'POST', '/units/LD04/posts', { json: { kind: 'deputy', title: '分管工业' } }],
      ],
      'DELETE /units/{code}/posts/{id}': [],
      'GET /post-changes': [['auditor', 'GET', '/post-changes']],
      'GET /plans/{id}/changes': [['office', 'GET', `/plans/${edge().planId}/changes?from=2023-01-12`]],
      'GET /tasks/{id}/changes': gets(`/tasks/${taskId}/changes`, '?from=2023-01-12&limit=3'),
      'GET /history/export': [['auditor', 'GET', '/history/export']],
      'GET /history/extract': [['office', 'GET', `/history/extract?format=jsonl&taskId=${taskId}`]],
      'GET /history/searches': [['office', 'GET', '/history/searches']],
      'POST /history/searches': [
        ['auditor', 'POST', '/history/searches', { json: { name: '退回', filter: { type: 'assignment.returned' } } }],
      ],
      'PATCH /history/searches/{id}': [
        ['auditor', 'PATCH', `/history/searches/${searchIds[0]}`, { json: { name: '改名', expectedVersion: 1 } }],
      ],
      'DELETE /history/searches/{id}': [['auditor', 'DELETE', `/history/searches/${searchIds[1]}`]],
      'GET /history/keys': [['auditor', 'GET', '/history/keys']],
      'GET /history/checkpoints': lists.map((query): Request => ['auditor', 'GET', `/history/checkpoints${query}`]),
      'GET /history/proofs/inclusion': ['', '&size=9'].map((size): Request => [
        'auditor',
        'GET',
        `/history/proofs/inclusion?eventId=${eventId}${size}`,
      ]),
      'GET /history/proofs/consistency': [['auditor', 'GET', '/history/proofs/consistency?from=3&to=9']],
      'GET /history': [
        ['auditor', 'GET', '/history?limit=200'],
        ['auditor', 'GET', '/history?entity=person&limit=1'],
      ],
      'GET /units': gets('/units', ...lists, '?on=2023-01-12&q=局&kind=部门', '?asOf=2023-01-19'),
      'GET /units/export': gets('/units/export', '', '?format=json&asOf=2023-01-19', '?format=xlsx', '?format=csv'),
      'POST /units/import': [
        ['admin', 'POST', '/units/import', { form: formOf(UNITS, 'a.json', 'file', { preview: 'true' }) }],
        ['admin', 'POST', '/units/import', { form: formOf(UNITS) }],
        ['admin', 'POST', '/units/import', { form: formOf(MORE_UNITS, 'a.json', 'file', { preview: 'true' }) }],
      ],
      'PATCH /persons/{username}': [
        [
          'admin',
          'PATCH',
          '/persons/LD09.head',
          {
            json: {
              displayName: '市民政局局长',
              email: 'head@example.org',
              mobile: '13800138000',
              accounts: { wecom: 'LiMin', feishu: 'ou_1' },
            },
          },
        ],
        [
          'LD09.head',
          'PATCH',
          '/persons/LD09.head',
          { json: { email: null, currentPassword: PASSWORD, password: 'another-password' } },
        ],
      ],
      'GET /plans': gets('/plans', ...lists),
      'POST /plans': [
        ['officer', 'POST', '/plans', { form: formOf(sample.plan) }],
        ['officer', 'POST', '/plans', { form: formOf(sample.plan), headers: { prefer: 'respond-async' } }],
      ],
      'GET /plan-imports/{id}': [],
      'GET /plans/{id}': [...gets(`/plans/${edge().planId}`, ...past), ['auditor', 'GET', `/plans/${draft.id}`]],
      'PATCH /plans/{id}/tasks/{taskId}': [
        ['officer', 'PATCH', `/plans/${draft.id}/tasks/${draft.tasks[0].id}`, { json: { number: null } }],
      ],
      'DELETE /plans/{id}/tasks/{taskId}': [
        ['officer', 'DELETE', `/plans/${draft.id}/tasks/${draft.tasks[1].id}?expectedVersion=1`],
      ],
      'GET /plans/{id}/source': [
        ['office', 'GET', `/plans/${edge().planId}/source`],
        ['auditor', 'GET', `/plans/${draft.id}/source`],
      ],
      'GET /plans/{id}/unresolved-names': [
        ['officer', 'GET', `/plans/${review.id}/unresolved-names`],
        ['auditor', 'GET', `/plans/${review.id}/unresolved-names?limit=1`],
      ],
      'PUT /plans/{id}/unresolved-names': [
        reviewed('PUT', '/unresolved-names', { name: '市造桥局', unitId: parts.lead.obligations[0].unitId }),
      ],
      'POST /plans/{id}/tasks': [
        reviewed('POST', '/tasks', {
          content: '种树5万株。',
          responsible: ['市发改委'],
          after: review.tasks[0].id,
          path: ['（一）绿化'],
          source: { start: 0, end: 2 },
          deadline: { text: '年底前', due: '2023-12-31' },
          targets: [{ text: '5万株', value: 50_000, unit: '株', comparator: 'eq' }],
        }),
      ],
      'POST /plans/{id}/tasks/{taskId}/split': [
        reviewed('POST', `/tasks/${review.tasks[0].id}/split`, { at: [2], expectedVersion: 1 }),
        reviewed('POST', `/tasks/${review.tasks[1].id}/split`, {
          as: 'parts',
          pieces: [{ content: '甲', lead: ['市发改委'] }, { content: '乙' }],
        }),
      ],
      'POST /plans/{id}/merge': [
        reviewed('POST', '/merge', { tasks: [review.tasks[2].id, review.tasks[1].id], number: '2' }),
      ],
      'PUT /plans/{id}/order': [
        reviewed('PUT', '/order', { move: { taskId: review.tasks[0].id, before: null }, renumber: true }),
      ],
      'POST /plans/{id}/confirm-leads': [reviewed('POST', '/confirm-leads', {})],
      'POST /plans/{id}/standing-units': [
        reviewed('POST', '/standing-units', { units: ['各区人民政府'], from: review.tasks[0].id }),
      ],
      'POST /plans/{id}/deadlines': [reviewed('POST', '/deadlines', { deadline: { text: '持续推进', due: null } })],
      'POST /plans/{id}/issue': [
        ['office', 'POST', `/plans/${draft.id}/issue`, { json: { ...ISSUE, issuedOn: '2023-01-20' } }],
      ],
      'GET /plans/{id}/revisions': [
        ['office', 'GET', `/plans/${revised.planId}/revisions?limit=1`],
        ['auditor', 'GET', `/plans/${revised.planId}/revisions`],
      ],
      'POST /plans/{id}/revisions': [
        ['officer', 'POST', `/plans/${draft.id}/revisions`, { form: formOf(sample.plan.replace('120家', '140家')) }],
      ],
      'GET /plans/{id}/revisions/{revisionId}': [['auditor', 'GET', revision]],
      'POST /plans/{id}/revisions/{revisionId}/items/{itemId}/take': [
        ['office', 'POST', `${revision}/items/${itemOf('new')}/take`, { json: { reason: '增补。' } }],
      ],
      'POST /plans/{id}/revisions/{revisionId}/items/{itemId}/decline': [
        ['office', 'POST', `${revision}/items/${itemOf('gone')}/decline`, { json: { reason: '保留。' } }],
      ],
      'POST /plans/{id}/revisions/{revisionId}/take': [['office', 'POST', `${revision}/take`, { json: {} }]],
      'POST /plans/{id}/revisions/{revisionId}/numbers/take': [['office', 'POST', `${revision}/numbers/take`]],
      'POST /plans/{id}/revisions/{revisionId}/close': [['office', 'POST', `${revision}/close`, { json: {} }]],
      'GET /restrictions/people': [['office', 'GET', '/restrictions/people?q=LD04']],
      ...restrictions('plans', review.id),
      ...restrictions('tasks', review.tasks[0].id),
      'GET /calendar': gets('/calendar', '', '?year=2027'),
      'POST /calendar/papers': [
        ['officer', 'POST', '/calendar/papers', { json: { ...PAPER, preview: true } }],
        ['officer', 'POST', '/calendar/papers', { json: PAPER }],
        ['officer', 'POST', '/calendar/papers', { json: PAPER }],
      ],
      'GET /calendar/papers': gets('/calendar/papers'),
      'GET /policies': gets('/policies'),
      'GET /policies/{id}': gets('/policies/annual-report', '', '?version=1'),
      'GET /policies/schema': gets('/policies/schema'),
      'GET /policies/{id}/versions/{version}': gets('/policies/annual-report/versions/1'),
      'GET /policies/{id}/changes': [
        ['office', 'GET', '/policies/annual-report/changes?from=1'],
        ['office', 'GET', `/policies/annual-report/changes?from=1&draftId=${ruleDrafts[0].id}`],
      ],
      'GET /policies/drafts': [['officer', 'GET', '/policies/drafts']],
      'GET /policies/drafts/{id}': [['officer', 'GET', `/policies/drafts/${ruleDrafts[0].id}`]],
      'POST /policies/drafts': [
        ['officer', 'POST', '/policies/drafts', { json: { policyId: 'own', from: { preset: 'petition' } } }],
      ],
      'PUT /policies/drafts/{id}': [
        ['officer', 'PUT', `/policies/drafts/${ruleDrafts[1].id}`, { json: { rules: {}, expectedVersion: 1 } }],
      ],
      'DELETE /policies/drafts/{id}': [['officer', 'DELETE', `/policies/drafts/${ruleDrafts[1].id}?expectedVersion=2`]],
      'POST /policies/drafts/{id}/enable': [
        [
          'office',
          'POST',
          `/policies/drafts/${ruleDrafts[2].id}/enable`,
          { json: { expectedVersion: 1, expectedPolicyVersion: 0, reason: '启用。' } },
        ],
      ],
      'POST /policies/{id}/simulate': [
        {},
        { planId: revised.planId, issuedOn: '2023-01-20', year: 2023, limit: 2 },
      ].map((wish): Request => {
        const json = { from: '2023-01-12', to: '2024-01-11', ...wish };
        return ['office', 'POST', '/policies/annual-report/simulate', { json }];
      }),
      'POST /policies/{id}/back-test': [{}, { planId: edge().planId, version: 1, limit: 1 }].map((wish): Request => {
        const json = { from: '2023-01-12', to: '2023-03-31', ...wish };
        return ['office', 'POST', '/policies/annual-report/back-test', { json }];
      }),
      'GET /tasks': gets('/tasks', ...lists, '?sort=-due&limit=200', '?light=yellow', ...past),
      'GET /tasks/export': gets('/tasks/export', '?sort=-due', '?light=yellow&format=csv'),
      'GET /tasks/landmarks': gets('/tasks/landmarks', '?sort=-due', '?light=yellow'),
      'GET /tasks/views': [['office', 'GET', '/tasks/views']],
      'POST /tasks/views': [
        ['LD04.contact', 'POST', '/tasks/views', { json: { name: '七天内', filter: { state: 'in_progress' } } }],
      ],
      'PATCH /tasks/views/{id}': [
        ['office', 'PATCH', `/tasks/views/${viewIds[0]}`, { json: { name: '改名', expectedVersion: 1 } }],
      ],
      'DELETE /tasks/views/{id}': [['office', 'DELETE', `/tasks/views/${viewIds[1]}`]],
      'GET /tasks/{id}': gets(`/tasks/${taskId}`, ...past),
      'GET /tasks/{id}/history': gets(`/tasks/${taskId}/history`, ...lists),
      'POST /assignments/{id}/breakdown': [
        ['LD04.head', 'POST', `/assignments/${parts.lead.id}/breakdown`, { json: breakdown() }],
        ['LD04.contact', 'POST', `/assignments/${parts.lead.id}/breakdown`, { json: { ...breakdown(), issue: false } }],
      ],
      'GET /assignments/{id}/breakdown': [
        ['LD04.contact', 'GET', `/assignments/${parts.lead.id}/breakdown`],
        ['office', 'GET', `/assignments/${parts.lead.id}/breakdown`],
      ],
      'PUT /plans/{id}/visibility': [
        ['LD04.head', 'PUT', `/plans/${lower.id}/visibility`, { json: { visibility: 'full' } }],
      ],
      'POST /assignments/{id}/transitions': [
        ['LD04.contact', 'POST', `/assignments/${parts.lead.id}/transitions`, { json: report }],
        [
          'office',
          'POST',
          `/assignments/${parts.lead.id}/transitions`,
          { json: { event: 'return', reason: '补充。' } },
        ],
      ],
      'POST /tasks/{id}/instructions': [
        [
          'officer',
          'POST',
          `/tasks/${taskId}/instructions`,
          { json: { text: '请抓紧。', leader: '分管领导', urgency: 'hard' } },
        ],
      ],
      'GET /instructions': gets('/instructions', ...lists, '?state=open', `?taskId=${taskId}`),
      'POST /tasks/{id}/open-forms': [
        ['officer', 'POST', `/tasks/${taskId}/open-forms`, { json: { form: 'instruct' } }],
        ['office', 'POST', `/tasks/${taskId}/open-forms`, { json: { form: 'instruct', isOpen: false } }],
      ],
      'POST /tasks/{id}/satisfaction': [
        [
          'officer',
          'POST',
          `/tasks/${parts.reported.obligations[0].taskId}/satisfaction`,
          { json: { rating: 'satisfied', method: 'visit', on: '2023-01-20' } },
        ],
      ],
      'GET /satisfaction': gets(`/satisfaction?planId=${edge().planId}`),
      'GET /assignments/{id}/verifications': gets(`/assignments/${parts.lead.id}/verifications`),
      'GET /assignments/{id}/checklist': gets(`/assignments/${parts.lead.id}/checklist`),
      'POST /assignments/{id}/reports': [
        [
          'LD04.head',
          'POST',
          `/assignments/${parts.lead.id}/reports`,
          { json: { obligationId, text: '好。', evidence } },
        ],
      ],
      'PUT /targets/{id}/curve': [['office', 'PUT', `/targets/${parts.targets[0].id}/curve`, { json: { points: [] } }]],
      'POST /assignments/{id}/contributions': [
        ['LD04.contact', 'POST', `/assignments/${parts.lead.id}/contributions`, { json: { subject: '2023Q2' } }],
      ],
      'POST /contributions/{id}/transitions': [],
      'GET /contributions': gets('/contributions', ...lists, '?state=asked'),
      'GET /reports/{id}/sentences': [],
      'GET /tasks/{id}/group-completion': [],
      'PUT /tasks/{id}/group-completion': [],
      'POST /tasks/{id}/coordinations': [
        [
          'LD04.contact',
          'POST',
          `/tasks/${taskId}/coordinations`,
          { json: { about: '分工', with: ['LD01'], reason: '界限不清' } },
        ],
      ],
      'POST /coordinations/{id}/transitions': [],
      'GET /coordinations': gets('/coordinations', ...lists, '?state=raised'),
      'GET /objections': gets('/objections', ...lists, '?state=open'),
      'GET /tasks/{id}/holdings': gets(`/tasks/${taskId}/holdings`),
      'GET /holdings': gets(`/holdings?planId=${edge().planId}`),
      'GET /plans/{id}/policy': [
        ['office', 'GET', `/plans/${edge().planId}/policy?policy=leader-instruction`],
        ['office', 'GET', `/plans/${edge().planId}/policy?policy=leader-instruction&open=new_only`],
      ],
      'POST /plans/{id}/policy': [],
      'POST /plans/{id}/archive': [],
      'GET /archive-packages/{id}': [],
      'GET /archive-packages/{id}/file': [],
      'GET /plans/{id}/disposal-hold': [['office', 'GET', `/plans/${edge().planId}/disposal-hold`]],
      'PUT /plans/{id}/disposal-hold': [
        ['auditor', 'PUT', `/plans/${edge().planId}/disposal-hold`, { json: { isHeld: true, reason: '待查。' } }],
      ],
      'GET /bulletins/preview': [['office', 'GET', '/bulletins/preview?from=2023-01-01&to=2023-12-31']],
      'POST /bulletins': [
        ['office', 'POST', '/bulletins', { json: { from: '2023-01-01', to: '2023-12-31', title: '督查通报' } }],
      ],
      'GET /bulletins': gets('/bulletins', ...lists),
      'GET /bulletins/{id}': [],
      'GET /bulletins/{id}/document': [],
      'GET /retention-schedule': [['office', 'GET', '/retention-schedule']],
      'PUT /retention-schedule': [
        [
          'office',
          'PUT',
          '/retention-schedule',
          { json: { expectedVersion: 0, schedule: PRESET_RETENTION, reason: '照表执行。' } },
        ],
      ],
      'GET /disposals/due': [],
      'GET /disposals': [],
      'POST /disposals': [],
      'POST /disposals/{id}/decision': [],
      'GET /disposals/{id}/register': [],
      'GET /plans/{id}/close': [['office', 'GET', `/plans/${edge().planId}/close`]],
      'POST /plans/{id}/close': [['office', 'POST', `/plans/${closing.planId}/close`, { json: closingAsked() }]],
      'POST /assignments/{id}/applications': [
        [
          'LD01.head',
          'POST',
          `/assignments/${parts.unsigned.id}/applications`,
          { json: { kind: 'close_unimplemented', reason: '资金收回。', unimplementedReason: 'funds_withdrawn' } },
        ],
      ],
      'GET /applications': gets('/applications', ...lists, '?state=requested&kind=extension'),
      'POST /applications/{id}/transitions': [
        ['office', 'POST', `/applications/${applicationId}/transitions`, { json: { event: 'deny', reason: '不准。' } }],
      ],
      'GET /obligations': gets('/obligations', ...lists, '?state=discharged', '?kind=milestone'),
      'GET /obligations/{id}/deadlines': gets(`/obligations/${parts.lead.obligations[0].id}/deadlines`),
      'GET /follow-ups': gets('/follow-ups', ...lists, '?colour=blue', '?kind=reminder'),
      'GET /notices': gets('/notices', ...lists, '?state=answered'),
      'POST /notices/{id}/transitions': [
        [
          'officer',
          'POST',
          `/notices/${parts.answered.id}/transitions`,
          { json: { event: 'reject', reason: '太晚。' } },
        ],
        ['LD01.contact', 'POST', `/notices/${parts.notice.id}/transitions`, { json: { event: 'acknowledge' } }],
      ],
      'GET /notices/{id}/document': [
        ['office', 'GET', `/notices/${parts.notice.id}/document`],
        ['LD01.contact', 'GET', `/notices/${parts.notice.id}/document?format=docx`],
      ],
      'GET /notices/template': [['auditor', 'GET', '/notices/template']],
      'GET /notices/template/file': [['office', 'GET', '/notices/template/file']],
      'PUT /notices/template': [['office', 'PUT', '/notices/template', { form: formOf(template, '督办单.docx') }]],
      'DELETE /notices/template': [['office', 'DELETE', '/notices/template']],
      'POST /notices/template/preview': [
        ['office', 'POST', '/notices/template/preview', { form: formOf(template, '督办单.docx') }],
      ],
      'GET /cards': gets('/cards', ...lists, '?colour=yellow', '?standing=true'),
      'GET /cards/points': gets('/cards/points', `?planId=${edge().planId}`),
      'POST /cards/{id}/withdrawal': [],
      'GET /dashboard': gets('/dashboard', '', `?planId=${edge().planId}`),
      'GET /deliveries': [
        ['auditor', 'GET', '/deliveries'],
        ['office', 'GET', '/deliveries?channel=inbox&limit=1'],
      ],
      'GET /suppressed-addresses': [['admin', 'GET', '/suppressed-addresses?all=true']],
      'POST /suppressed-addresses/{id}/lift': [],
      'GET /destinations': [['auditor', 'GET', '/destinations?limit=1']],
      'POST /destinations': [
        [
          'admin',
          'POST',
          '/destinations',
          { json: { channel: 'webhook', name: '平台', address: 'https://oa.city.example/?a=b', kinds: ['urge'] } },
        ],
      ],
      'PATCH /destinations/{id}': [],
      'POST /destinations/{id}/keys': [],
      'POST /destinations/{id}/test': [],
      'POST /destinations/{id}/pause': [],
      'POST /destinations/{id}/end': [],
      'POST /destinations/{id}/resume': [],
      'GET /destinations/{id}/attempts': [],
      'POST /destinations/{id}/deliveries/{deliveryId}/replay': [],
      'GET /inbox': gets('/inbox', '', '?unread=true', '?limit=1'),
      'GET /inbox/events': gets('/inbox/events', '?wait=false'),
      'POST /inbox/{id}/read': [],
      'GET /message-rules': gets('/message-rules', ''),
      'PUT /message-rules': [
        ['office', 'PUT', '/message-rules', { json: { expectedVersion: 0, rules: PRESET_MESSAGE_RULES } }],
      ],
      'GET /message-templates': [['office', 'GET', '/message-templates']],
      'PUT /message-templates': [
        ['office', 'PUT', '/message-templates', { json: { name: 'urge', ...URGE_WORDS, expectedVersion: 0 } }],
      ],
      'POST /message-templates/{name}/withdrawal': [
        ['office', 'POST', '/message-templates/urge/withdrawal', { json: { expectedVersion: 1 } }],
      ],
      'POST /message-templates/preview': [['office', 'POST', '/message-templates/preview', { json: URGE_WORDS }]],
      'GET /inbox/preferences': gets('/inbox/preferences', ''),
      'PUT /inbox/preferences': [
        ['LD04.contact', 'PUT', '/inbox/preferences', { json: { expectedVersion: 0, preference: NO_PREFERENCE } }],
      ],
      'GET /persons/{username}/messages': gets('/persons/LD04.contact/messages', '?day=2023-01-12', '?day=2023-01-19'),
      'GET /units/{code}/held-messages': gets('/units/LD04/held-messages', ''),
      'GET /burden': gets('/burden', '?from=2023-01&to=2023-12'),
      'GET /burden/export': gets('/burden/export', '?from=2023-01&to=2023-12', '?from=2023-01&to=2023-01&format=csv'),
      'GET /queues': [['admin', 'GET', '/queues']],
      'GET /self-check': [['admin', 'GET', '/self-check']],
      'GET /clock': gets('/clock'),
      'PUT /clock': [['admin', 'PUT', '/clock', { json: { now: '2023-01-20T13:00:00+08:00' } }]],
    };
  };

  /** About posts and those who stand in, of a unit that no other request is about. */
  const postRequests = async (): Promise<Record<string, Request[]>> => {
    const opened = edge();
    const office = await opened.as('office');
    const { id } = await office.post('/units/LD23/posts', { kind: 'deputy', title: '分管民生' });
    const postId = await postOf(opened, 'LD23', 'contact');
    const term = { postId, from: '2023-01-21', until: '2023-01-31', reason: '休假' };
    const made = await office.post('/delegations', { ...term, to: 'LD23.head' });
    const json = { ...term, to: 'LD23.head', from: '2023-02-01', until: '2023-02-02' };
    return {
      'DELETE /units/{code}/posts/{id}': [['office', 'DELETE', `/units/LD23/posts/${id}`]],
      'POST /delegations': [['LD23.contact', 'POST', '/delegations', { json }]],
      'GET /delegations': ['office', 'auditor', 'LD23.head', 'LD01.head'].map((name) => [name, 'GET', '/delegations']),
      'POST /delegations/{id}/end': [['LD23.contact', 'POST', `/delegations/${made.id}/end`, { json: {} }]],
    };
  };

  /** About a matter that was registered, and another that turns out to be the same. */
  const matterRequests = async (office: Caller): Promise<Record<string, Request[]>> => {
    const unit = 'LD09';
    const input = {
      kind: 'hotline',
      content: '路灯不亮，请派人检修。',
      units: { lead: [unit] },
      petitioner: { name: '来电人甲', phone: '021-5550000' },
      source: { reference: '工单一' },
    };
    const first = await office.post('/matters', input);
    const again = { ...input, confirmDuplicates: [first.id], source: {}, receivedOn: '2023-01-19', level: 'help' };
    const second = await office.post('/matters', again);
    const from = (username: string, query = ''): Request => [username, 'GET', `/matters${query}`];
    return {
      'GET /matters': [from('office'), from('LD09.contact'), from('auditor', '?kind=hotline&year=2023&q=%E8%B7%AF')],
      'GET /matters/kinds': [['officer', 'GET', '/matters/kinds']],
      'POST /matters': [
        [
          'officer',
          'POST',
          '/matters',
          {
            json: {
              kind: 'meeting_decision',
              title: '夜间经济',
              content: '繁荣夜间消费，延长公交末班时间。',
              source: { meeting: '专题会议', session: '第3次' },
              parts: [
                {
                  content: '延长公交线路运营。',
                  units: { lead: [unit] },
                  milestones: [{ text: '试点', due: '2023-02-10' }],
                },
                { content: '办夜市。', units: { lead: ['LD04'] } },
              ],
            },
          },
        ],
      ],
      'POST /matters/duplicates': [
        ['officer', 'POST', '/matters/duplicates', { json: { content: '路灯不亮请派人检修', kind: 'hotline' } }],
      ],
      'PATCH /matters/{id}': [
        [
          'officer',
          'PATCH',
          `/matters/${first.id}`,
          { json: { reason: '核实后更正', level: 'complaint', title: '照明' } },
        ],
      ],
      'GET /matters/{id}/petitioner': ['office', 'LD09.contact'].map((name) => [
        name,
        'GET',
        `/matters/${first.id}/petitioner`,
      ]),
      'POST /matters/{id}/same-as': [
        ['officer', 'POST', `/matters/${second.id}/same-as`, { json: { taskId: first.id, reason: '同一路段' } }],
      ],
    };
  };

  /** About a task of a plan of its own, in which LD04 leads and LD01 helps. */
  const togetherRequests = async (): Promise<Record<string, Request[]>> => {
    const opened = edge();
    const [lead, co, office] = [
      await opened.as('LD04.contact'),
      await opened.as('LD01.contact'),
      await opened.as('office'),
    ];
    const plan = await opened.draft(SHARED);
    await office.post(`/plans/${plan.id}/issue`, { ...ISSUE, issuedOn: '2023-01-20' });
    const task = await office.get(`/tasks/${plan.tasks[0].id}`);
    const partOf = (unitName: string): Json => task.assignments.find((one: Json) => one.unitName === unitName);
    await lead.post(`/assignments/${partOf('市工信局').id}/transitions`, { event: 'sign_for' });
    const { items } = await lead.post(`/assignments/${partOf('市工信局').id}/contributions`, { subject: '2023Q1' });
    const contribution = `/contributions/${items[0].id}/transitions`;
    const { id } = await co.post(`/tasks/${task.id}/coordinations`, { about: '分工', with: ['LD04'], reason: '重复' });
    const obligation = task.obligations.find((one: Json) => one.kind === 'action_plan');
    const report = await lead.post(`/assignments/${partOf('市工信局').id}/reports`, {
      obligationId: obligation.id,
      contents: [{ text: '先试点。后推广。' }],
    });
    return {
      'POST /contributions/{id}/transitions': [
        ['LD01.contact', 'POST', contribution, { json: { event: 'submit', text: '开工。完工。' } }],
        ['LD04.contact', 'POST', contribution, { json: { event: 'return', reason: '补充。' } }],
        ['LD01.contact', 'POST', contribution, { json: { event: 'submit', sentences: ['完工。'] } }],
        ['LD04.contact', 'POST', contribution, { json: { event: 'accept' } }],
      ],
      'GET /tasks/{id}/group-completion': ['office', 'LD04.contact'].map((name) => [
        name,
        'GET',
        `/tasks/${task.id}/group-completion`,
      ]),
      'PUT /tasks/{id}/group-completion': ['any', { atLeast: 2 }].map((rule) => [
        'officer',
        'PUT',
        `/tasks/${task.id}/group-completion`,
        { json: { groupId: task.assignments.find((one: Json) => one.groupId !== null).groupId, rule } },
      ]),
      'GET /reports/{id}/sentences': [['LD04.contact', 'GET', `/reports/${report.id}/sentences`]],
      'POST /coordinations/{id}/transitions': [
        [
          'officer',
          'POST',
          `/coordinations/${id}/transitions`,
          { json: { event: 'settle', decision: '由牵头单位定。' } },
        ],
      ],
    };
  };

  it('are as the document says, for every operation of it', async () => {
    const all = requests();
    const [message] = (await (await edge().as('LD05.contact')).get('/inbox')).items;
    all['POST /inbox/{id}/read'] = [['LD05.contact', 'POST', `/inbox/${message.id}/read`]];
    const suppressed = `/suppressed-addresses/${await suppressedAddress(edge())}/lift`;
    all['POST /suppressed-addresses/{id}/lift'] = [['admin', 'POST', suppressed, { json: { reason: '邮箱已恢复' } }]];
    const { id: to, deliveryId } = await destination(edge());
    const at = `/destinations/${to}`;
    await edge().query(`update person set email = 'admin@city.example' where username = 'admin'`);
    const tested = await (await edge().as('admin')).post(`${at}/test`, {});
    Object.assign(all, {
      'PATCH /destinations/{id}': [['admin', 'PATCH', at, { json: { expectedVersion: 1, name: '新平台' } }]],
      'POST /destinations/{id}/keys': [['admin', 'POST', `${at}/keys`, { json: { overlapHours: 1 } }]],
      'GET /channels': [['admin', 'GET', '/channels']],
      'POST /channels/{channel}/test': [['admin', 'POST', '/channels/smtp/test']],
      'POST /destinations/{id}/test': [['admin', 'POST', `${at}/test`]],
      'GET /channel-tests/{id}': [['admin', 'GET', `/channel-tests/${tested.id}`]],
      'POST /destinations/{id}/pause': [['admin', 'POST', `${at}/pause`, { json: { reason: '升级' } }]],
      'POST /destinations/{id}/end': [['admin', 'POST', `${at}/end`, { json: { reason: '平台下线' } }]],
      'POST /destinations/{id}/resume': [['admin', 'POST', `${at}/resume`, { json: { reason: '升级完毕' } }]],
      'GET /destinations/{id}/attempts': [['office', 'GET', `${at}/attempts?deliveryId=${deliveryId}`]],
      'POST /destinations/{id}/deliveries/{deliveryId}/replay': [
        ['admin', 'POST', `${at}/deliveries/${deliveryId}/replay`],
      ],
    });
    const [retried, removed] = [await failedJob(edge()), await failedJob(edge())];
    const failed = '/queues/imports/failed-jobs';
    Object.assign(all, {
      'GET /queues/{queue}/failed-jobs': [['admin', 'GET', `${failed}?limit=1`]],
      'POST /queues/{queue}/failed-jobs/{id}/retry': [['admin', 'POST', `${failed}/${retried.id}/retry`]],
      'DELETE /queues/{queue}/failed-jobs/{id}': [['admin', 'DELETE', `${failed}/${removed.id}`]],
      'POST /queues/{queue}/failed-jobs/retry': [['admin', 'POST', '/queues/archives/failed-jobs/retry']],
    });
    const [first, second] = [await duePlan(edge()), await duePlan(edge())];
    const reason = '期满。';
    const { items } = await (await edge().as('auditor')).post('/disposals', { planIds: [first], reason });
    const disposalPath = `/disposals/${items[0].id}`;
    Object.assign(all, {
      'POST /disposals': [['auditor', 'POST', '/disposals', { json: { planIds: [second], reason } }]],
      'GET /disposals/due': [['officer', 'GET', '/disposals/due?limit=1']],
      'POST /disposals/{id}/decision': [
        ['office', 'POST', `${disposalPath}/decision`, { json: { decision: 'approved', reason } }],
      ],
      'GET /disposals': [['auditor', 'GET', '/disposals']],
      'GET /disposals/{id}/register': [['auditor', 'GET', `${disposalPath}/register`]],
    });
    const archived = await duePlan(edge());
    const ordered = await (await edge().as('auditor')).post(`/plans/${archived}/archive`, {});
    const packages = edge().app.get(ArchivePackages, { strict: false });
    expect(await packages.make(ordered.id)).toBe('made');
    Object.assign(all, {
      'POST /plans/{id}/archive': [['office', 'POST', `/plans/${archived}/archive`, { json: { retention: '10年' } }]],
      'GET /archive-packages/{id}': [['auditor', 'GET', `/archive-packages/${ordered.id}`]],
      'GET /archive-packages/{id}/file': [['auditor', 'GET', `/archive-packages/${ordered.id}/file`]],
    });
    const office = await edge().as('office');
    const later = { form: formOf(sample.plan), headers: { prefer: 'respond-async' } };
    const accepted = await office.do('POST', '/plans', later);
    Object.assign(all, await new SignInParts(edge()).requests());
    Object.assign(all, await postRequests());
    Object.assign(all, await reportRequests(edge()));
    Object.assign(all, await togetherRequests());
    Object.assign(all, await reorganisationRequests(office));
    Object.assign(all, await evidenceRequests(await edge().as('LD04.contact')));
    Object.assign(all, await matterRequests(office), await reorganisationRequests(office));
    all['GET /plan-imports/{id}'] = [['office', 'GET', `/plan-imports/${accepted.id}`]];
    expect(Object.keys(all).toSorted()).toEqual(contract.operations.map((operation) => operation.name).toSorted());
    const faults: string[] = [];
    for (const operation of contract.operations) {
      for (const request of all[operation.name]!) {
        const answer = await send(edge(), request);
        if (answer.status >= 300) faults.push(`${operation.name}: ${answer.status} ${answer.text}`);
        faults.push(...contract.faultsIn(operation, answer));
      }
    }
    expect(faults).toEqual([]);
  });

  it('of lists are not empty here, so that something was compared', async () => {
    const lists = ['/units', '/plans', '/tasks', '/obligations', '/follow-ups', '/notices', '/deliveries'];
    for (const list of lists) {
      const { items } = await (await edge().as('office')).get(list);
      expect([list, items.length > 0]).toEqual([list, true]);
    }
  });

  it('that refuse are problems as the document says', async () => {
    const refused: [operation: string, request: Request][] = [
      ['GET /tasks', ['office', 'GET', '/tasks?limit=0']],
      ['GET /tasks/{id}', ['LD02.contact', 'GET', `/tasks/${parts.lead.obligations[0].taskId}`]],
      ['POST /units/import', ['admin', 'POST', '/units/import', { form: formOf('[]') }]],
      ['POST /plans', ['office', 'POST', '/plans', { form: formOf('无') }]],
      ['POST /plans/{id}/issue', ['office', 'POST', `/plans/${edge().planId}/issue`, { json: ISSUE }]],
      ['POST /sessions', [null, 'POST', '/sessions', { json: {} }]],
      ['GET /policies/{id}', ['office', 'GET', '/policies/none']],
      ['GET /calendar', ['office', 'GET', '/calendar?year=1900']],
      [
        'POST /calendar/papers',
        [
          'office',
          'POST',
          '/calendar/papers',
          { json: { ...PAPER, days: [{ from: '2027-02-30', off: true, holiday: '样例节' }] } },
        ],
      ],
      [
        'POST /policies/{id}/simulate',
        ['office', 'POST', '/policies/annual-report/simulate', { json: { from: '2023-02-01', to: '2023-01-31' } }],
      ],
    ];
    for (const [name, request] of refused) {
      const answer = await send(edge(), request);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(
        contract.faultsIn(
          contract.operations.find((operation) => operation.name === name)!,
          answer,
        ),
      ).toEqual([]);
    }
  });

  describe('in the document', () => {
    it('have a summary, a schema of success and the problem, for every operation', () => {
      for (const { name, document } of contract.operations) {
        const successes = Object.keys(document.responses).filter((status) => status.startsWith('2'));
        expect([name, document.summary]).toEqual([name, expect.stringMatching(/\S/)]);
        // A document may be read at once or be accepted to be read.
        expect([name, successes.length]).toEqual([name, name === 'POST /plans' ? 2 : 1]);
        for (const status of successes.filter((one) => one !== '204')) {
          const { content } = document.responses[status];
          const file = FILES[name];
          if (file !== undefined) {
            expect(content).toMatchObject({ [file]: { schema: { format: 'binary' } } });
            continue;
          }
          expect(contract.resolve(content['application/json'].schema)).toMatchObject({ type: 'object' });
        }
        expect(contract.resolve(document.responses.default.content['application/problem+json'].schema)).toMatchObject({
          required: expect.arrayContaining(['type', 'title', 'status', 'code', 'detail', 'instance', 'requestId']),
        });
      }
    });

    it('have an operation id of their own, and no reference to nothing', () => {
      const ids = contract.operations.map((operation) => operation.document.operationId);
      expect(new Set(ids).size).toBe(ids.length);
      const text = JSON.stringify(contract.document);
      const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!);
      expect(references.length).toBeGreaterThan(0);
      for (const reference of references) {
        const found = reference
          .slice(2)
          .split('/')
          .reduce((place, key) => place?.[key], contract.document);
        expect([reference, typeof found]).toEqual([reference, 'object']);
      }
    });

    it('have parameters for every part of an address that varies', () => {
      for (const { name, path, document } of contract.operations) {
        const inPath = (document.parameters ?? []).filter((p: Json) => p.in === 'path').map((p: Json) => `{${p.name}}`);
        expect([name, inPath.toSorted()]).toEqual([name, (path.match(/\{\w+\}/g) ?? []).toSorted()]);
      }
    });

    it('say which operations take an Idempotency-Key: all that write but accounts, sign-in and the clock', () => {
      const takes = contract.operations.filter(({ document }) =>
        document.parameters?.some((p: Json) => p.name === 'Idempotency-Key'),
      );
      const writes = contract.operations.filter(({ method }) => method !== 'GET');
      const keyless =
        /^\w+ \/(sessions|password-resets|second-factor|api-tokens|clock|persons|evidence\/\{id\}\/links|destinations(\/\{id\}\/keys)?$)/;
      expect(takes.map((operation) => operation.name)).toEqual(
        writes.map((operation) => operation.name).filter((name) => !keyless.test(name)),
      );
    });

    it('say nothing that only OpenAPI 3.0 knows', () => {
      expect(contract.document.openapi).toBe('3.1.0');
      expect(JSON.stringify(contract.document)).not.toContain('"nullable"');
    });
  });
});

/** Reorganisations (机构改革) that change nothing before their day, and one that does. */
async function reorganisationRequests(office: Caller): Promise<Record<string, Request[]>> {
  const later = { effectiveOn: '2023-06-01', reason: '机构改革方案', documentNumber: '临澜政发〔2023〕9号' };
  const split = {
    kind: 'split',
    ...later,
    units: ['LD20'],
    successors: [
      { code: 'LD80', name: '市竞技体育局' },
      { code: 'LD81', name: '市群众体育局', parent: null },
    ],
    default: 'LD80',
  };
  const merge = { kind: 'merge', ...later, units: ['LD21', 'LD08'], successors: [{ code: 'LD08' }] };
  const rename = { kind: 'rename', effectiveOn: '2023-01-20', units: ['LD22'], name: '市数据局' };
  const [first, second, third] = [
    await office.post('/reorganisations', merge),
    await office.post('/reorganisations', split),
    await office.post('/reorganisations', rename),
  ];
  const confirm = ({ id, preview }: Json): Request => {
    return ['admin', 'POST', `/reorganisations/${id}/confirm`, { json: { expectedDigest: preview.digest } }];
  };
  return {
    'POST /reorganisations': [['office', 'POST', '/reorganisations', { json: split }]],
    'POST /reorganisations/{id}/confirm': [confirm(first), confirm(third)],
    'POST /reorganisations/{id}/withdraw': [
      ['office', 'POST', `/reorganisations/${second.id}/withdraw`, { json: { reason: '另行安排' } }],
    ],
    'GET /reorganisations': [
      ['officer', 'GET', '/reorganisations'],
      ['auditor', 'GET', '/reorganisations?state=confirmed&limit=1'],
    ],
    'GET /reorganisations/{id}': [first, second, third].map(({ id }): Request => {
      return ['officer', 'GET', `/reorganisations/${id}`];
    }),
  };
}

/** Files of a unit: one that is read, one that is taken back, one that a report refers to. */
async function evidenceRequests(contact: Caller): Promise<Record<string, Request[]>> {
  const form = (): FormData => formOf('验收合格。', '验收单.txt');
  const kept = await contact.do('POST', '/evidence', { form: form() });
  const unused = await contact.do('POST', '/evidence', { form: form() });
  const { url } = await contact.post(`/evidence/${kept.id}/links`, {});
  return {
    'POST /evidence': [['LD04.contact', 'POST', '/evidence', { form: form() }]],
    'POST /evidence/{id}/links': [['LD04.contact', 'POST', `/evidence/${kept.id}/links`]],
    'GET /evidence/downloads/{token}': [['LD04.contact', 'GET', url]],
    'DELETE /evidence/{id}': [['LD04.contact', 'DELETE', `/evidence/${unused.id}`]],
  };
}

/** A plan by whose policy the head of a unit confirms what its contact hands in. */
async function reportRequests(edge: Edge): Promise<Record<string, Request[]>> {
  await edge.query(
    `insert into policy (id, version, body)
     select 'confirmed', 1, body || '{"id": "confirmed", "confirmation": "head"}' from policy where id = 'annual-report'`,
  );
  const tasks = ['1.建成健身步道5公里', '2.建成足球场3个'].map((task) => `　　${task}。（牵头单位：市文旅局）`);
  const draft = await edge.draft(`临澜市2023年体育惠民责任分解方案\n\n（一）体育惠民\n\n${tasks.join('\n\n')}\n`);
  const office = await edge.as('office');
  await office.post(`/plans/${draft.id}/issue`, { ...ISSUE, policy: 'confirmed' });
  const plan = await office.get(`/plans/${draft.id}`);
  const [{ code }] = (await edge.query(`select code from unit where name = '市文旅局'`)) as [Json];
  const [head, contact] = [await edge.as(`${code}.head`), await edge.as(`${code}.contact`)];
  const [first, second] = plan.tasks.map((task: Json) => task.assignments[0]);
  const measures = [{ text: '选址', by: '2023-03-31', person: '科长', section: '群体科', milestone: true }];
  const actionPlan = { goals: '年底前建成', leaderInCharge: '副局长', measures };
  const reported: Json[] = [];
  for (const [part, caller] of [
    [first, contact],
    [second, head],
  ]) {
    await head.post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    const { obligations, targets } = await office.get(`/tasks/${part.taskId}`);
    const idOf = (kind: string): string => obligations.find((one: Json) => one.kind === kind).id;
    await head.post(`/assignments/${part.id}/reports`, { obligationId: idOf('action_plan'), text: '方案', actionPlan });
    const measurements = targets.map(({ id }: Json) => ({ targetId: id, value: 1 }));
    const json = { obligationId: idOf('progress_report'), text: '进展', measurements };
    reported.push(await caller.post(`/assignments/${part.id}/reports`, json));
  }
  const plans = `/assignments/${first.id}/action-plans`;
  const { items } = await head.get(`/assignments/${second.id}/action-plans`);
  const [decided] = items;
  const measure = `/action-plans/${decided.id}/measures/${decided.measures[0].id}/transitions`;
  return {
    'GET /assignments/{id}/reports': [[`${code}.contact`, 'GET', `/assignments/${first.id}/reports`]],
    'GET /assignments/{id}/figures': ['', '?period=2023Q1'].map((query): Request => {
      return [`${code}.contact`, 'GET', `/assignments/${first.id}/figures${query}`];
    }),
    'GET /figures/burden': [
      ['office', 'GET', '/figures/burden'],
      ['auditor', 'GET', `/figures/burden?period=2023Q1&planId=${draft.id}`],
    ],
    'GET /tasks/{id}/progress': [['office', 'GET', `/tasks/${second.taskId}/progress`]],
    'GET /assignments/{id}/action-plans': [['auditor', 'GET', plans]],
    'POST /assignments/{id}/action-plans': [
      [`${code}.head`, 'POST', plans, { json: { actionPlan: { ...actionPlan, measures: [] }, reason: '调整' } }],
    ],
    'GET /action-plans/{id}': [[`${code}.contact`, 'GET', `/action-plans/${decided.id}`]],
    'POST /action-plans/{id}/transitions': [
      ['office', 'POST', `/action-plans/${decided.id}/transitions`, { json: { event: 'approve' } }],
    ],
    'POST /action-plans/{id}/measures/{measureId}/transitions': ['close', 'reopen'].map((event): Request => {
      return [`${code}.contact`, 'POST', measure, { json: { event, text: '好。' } }];
    }),
    'POST /reports/{id}/transitions': [
      [`${code}.head`, 'POST', `/reports/${reported[0].id}/transitions`, { json: { event: 'confirm' } }],
    ],
    'POST /reports/{id}/corrections': [
      [`${code}.head`, 'POST', `/reports/${reported[1].id}/corrections`, { json: { text: '更正。', reason: '误。' } }],
    ],
  };
}
