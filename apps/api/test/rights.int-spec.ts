import { NO_PREFERENCE, PRESET_MESSAGE_RULES, PRESET_RETENTION } from '@duban/domain';
import { actOnSample, NOTHING, PAPER, type Part, type Parts, postOf, type Request, send, URGE_WORDS } from './cases';
import { Contract } from './contract';
import { Caller, Edge, expectProblem, formOf, ISSUE, type Json, type Method, PASSWORD, sample, useEdge } from './edge';

/** Every kind of account. LD04 is the own unit: it leads in a plan in which LD05, the other one, has no part. */
const GOVERNMENT = ['office', 'officer', 'leader', 'auditor', 'admin'] as const;
const OWN = ['LD04.contact', 'LD04.head'] as const;
const OTHER = ['LD05.contact', 'LD05.head'] as const;
const KINDS = [...GOVERNMENT, 'security', ...OWN, ...OTHER] as const;
type Kind = (typeof KINDS)[number];
const OFFICE: Kind[] = ['office', 'officer'];
const ALL: Kind[] = [...KINDS];
/** Who sees something of the tasks: the security administrator does not. */
/** Of the government's closed plans, and each of their own unit's. */
const ARCHIVISTS: Kind[] = ['office', 'auditor', 'LD04.head', 'LD05.head'];
const READERS: Kind[] = [...GOVERNMENT, ...OWN, ...OTHER];
const ADMINISTRATORS: Kind[] = ['admin', 'security', 'auditor'];
const NOT_OTHER: Kind[] = [...GOVERNMENT, ...OWN];

const SMALL_PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.建成一座大桥。（牵头单位：市工信局；责任单位：市发改委）

　　2.修建一条道路。（牵头单位：市发改委）
`;

interface World extends Parts {
  small: Json;
  /** Of the small plan, with a changed task. */
  revision: Json;
  /** Of LD04 in the small plan: not signed for. */
  unsigned: Part;
  message: Json;
  /** Of LD04 in task 1. */
  actionPlan: Json;
  policy: Json;
  /** The contact's post of LD04. */
  ownContact: string;
}

/** One request to an operation, as anybody might send it. */
interface Probe {
  what?: string;
  request: (world: World, username: string) => Request;
  allowed: Kind[];
  /** What those hear who are allowed: a status, or the refusal that comes after the question of rights. */
  hear: number | `${number} ${string}`;
  refusal?: `${number} ${string}`;
  /** Those who hear something else. */
  others?: Partial<Record<Kind, `${number} ${string}`>>;
}

/** For whom it is does not matter. */
const PUBLIC_OPERATIONS = new Set([
  'POST /password-resets',
  'POST /password-resets/redeem',
  'POST /sms-reports/{token}',
]);
const NOT_ALLOWED = '403 RIGHTS.NOT_ALLOWED' as const;
/** Whose post moves no part and answers no notice is told so before it is looked whose they are. */
const NEVER = { leader: NOT_ALLOWED, auditor: NOT_ALLOWED, admin: NOT_ALLOWED, security: NOT_ALLOWED } as const;
const get = (
  path: string | ((w: World) => string),
  allowed: Kind[] = ALL,
  refusal: Probe['refusal'] = NOT_ALLOWED,
): Probe => ({
  what: typeof path === 'string' ? path : undefined,
  request: (w, username) => [username, 'GET', typeof path === 'string' ? path : path(w)],
  allowed,
  hear: 200,
  refusal,
  // Who sees nothing at all is told so, whatever it is.
  ...(refusal === NOT_ALLOWED ? {} : { others: { security: NOT_ALLOWED } }),
});
const as = (method: Method, path: string, json: object | undefined, allowed: Kind[], hear: Probe['hear']): Probe => ({
  what: json === undefined ? path : `${path} ${JSON.stringify(json)}`,
  request: (_, username) => [username, method, path, json === undefined ? {} : { json }],
  allowed,
  hear,
  refusal: NOT_ALLOWED,
});
const moveOf = (part: (w: World) => Part, json: object, allowed: Kind[], hear: Probe['hear']): Probe => ({
  what: JSON.stringify(json),
  request: (w, username) => [username, 'POST', `/assignments/${part(w).id}/transitions`, { json }],
  allowed,
  hear,
  refusal: '403 ASSIGNMENT.NOT_YOURS',
  others: NEVER,
});
const noticeOf = (notice: (w: World) => Json, json: object, allowed: Kind[], hear: Probe['hear']): Probe => ({
  what: JSON.stringify(json),
  request: (w, username) => [username, 'POST', `/notices/${notice(w).id}/transitions`, { json }],
  allowed,
  hear,
  refusal: '403 NOTICE.NOT_YOURS',
  others: NEVER,
});
const editOf = (whom: string, json: object, allowed: Kind[], hear: Probe['hear']): Probe => ({
  what: `${whom} ${JSON.stringify(json)}`,
  request: (_, username) => [
    username,
    'PATCH',
    `/persons/${whom}`,
    { json: username === whom ? { ...json, currentPassword: PASSWORD } : json },
  ],
  allowed,
  hear,
  refusal: NOT_ALLOWED,
});
/** A command on a draft: the office hears that the small plan is none any longer. */
const draftOf = (method: Method, path: (w: World) => string, json: object | ((w: World) => object)): Probe => ({
  request: (w, username) => {
    const body = typeof json === 'function' ? (json as (w: World) => object)(w) : json;
    return [username, method, `/plans/${w.small.id}${path(w)}`, { json: body }];
  },
  allowed: OFFICE,
  hear: '409 PLAN.NOT_DRAFT',
  refusal: NOT_ALLOWED,
});
const smallTask = (w: World): string => `/tasks/${w.small.tasks[0].id}`;
const revisionOf = (w: World): string => `/plans/${w.small.id}/revisions/${w.revision.id}`;
const decide = (path: (w: World) => string, json: object | undefined, hear: Probe['hear']): Probe => ({
  request: (w, username) => [username, 'POST', path(w), json === undefined ? {} : { json }],
  allowed: OFFICE,
  hear,
  refusal: NOT_ALLOWED,
});

const nameNobody = (path: (w: World) => string): Probe => ({
  request: (w, username) => [username, 'PUT', path(w), { json: { usernames: ['nobody'] } }],
  allowed: ['office'],
  hear: '422 RESTRICTION.PERSON_UNKNOWN',
  refusal: NOT_ALLOWED,
});

/** Who may what. The probes of writes are such that nothing is written where that is possible. */
const TABLE: Record<string, Probe[]> = {
  'POST /sessions': [
    {
      request: (_, username) => [null, 'POST', '/sessions', { json: { username, password: PASSWORD } }],
      allowed: ALL,
      hear: 201,
    },
  ],
  'GET /sessions/current': [get('/sessions/current')],
  'DELETE /sessions/current': [
    { request: (_, username) => [username, 'DELETE', '/sessions/current'], allowed: ALL, hear: 204 },
  ],
  'GET /sessions': [get('/sessions')],
  'DELETE /sessions': [{ request: (_, username) => [username, 'DELETE', '/sessions'], allowed: ALL, hear: 200 }],
  'DELETE /sessions/{id}': [as('DELETE', `/sessions/${NOTHING}`, undefined, ALL, '404 SESSION.UNKNOWN')],
  'POST /sessions/current/second-factor': [
    as('POST', '/sessions/current/second-factor', { code: '123456' }, ALL, '409 SECOND_FACTOR.NOT_WANTED'),
  ],
  'PUT /sessions/current/password': [
    as(
      'PUT',
      '/sessions/current/password',
      { currentPassword: PASSWORD, password: 'short' },
      ALL,
      '422 PERSON.PASSWORD_TOO_SHORT',
    ),
  ],
  'GET /second-factor': [get('/second-factor')],
  'POST /second-factor': [as('POST', '/second-factor', {}, ALL, 201)],
  'POST /second-factor/confirm': [
    as('POST', '/second-factor/confirm', { code: 'none' }, ALL, '422 SECOND_FACTOR.WRONG_CODE'),
  ],
  'POST /second-factor/recovery-codes': [
    as('POST', '/second-factor/recovery-codes', { code: 'none' }, ALL, '422 SECOND_FACTOR.WRONG_CODE'),
  ],
  'POST /password-resets': [as('POST', '/password-resets', { username: 'nobody' }, ALL, 202)],
  'POST /password-resets/redeem': [
    as('POST', '/password-resets/redeem', { code: 'x', password: 'x' }, ALL, '422 PASSWORD_RESET.UNKNOWN'),
  ],
  'POST /sms-reports/{token}': [as('POST', '/sms-reports/none', [], ALL, '404 SMS_REPORTS.UNKNOWN')],
  'GET /api-tokens': [get('/api-tokens')],
  'POST /api-tokens': [
    as('POST', '/api-tokens', { name: 'a', purpose: 'b', scopes: ['unit.read'], days: 1 }, ALL, 201),
    {
      ...as('POST', '/api-tokens', { name: 'a', purpose: 'b', scopes: ['plan.issue'], days: 1 }, OFFICE, 201),
      refusal: '422 API_TOKEN.SCOPE_NOT_YOURS',
    },
  ],
  'DELETE /api-tokens/{id}': [as('DELETE', `/api-tokens/${NOTHING}`, undefined, ALL, '404 API_TOKEN.UNKNOWN')],
  'GET /sign-in-policy': [get('/sign-in-policy', ADMINISTRATORS)],
  'PUT /sign-in-policy': [
    {
      request: (w, username) => [
        username,
        'PUT',
        '/sign-in-policy',
        { json: { expectedVersion: 99, policy: w.policy } },
      ],
      allowed: ['security'],
      hear: '409 SIGN_IN_POLICY.STALE',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /persons': [get('/persons', ADMINISTRATORS)],
  'POST /persons': [
    as('POST', '/persons', { username: 'office', displayName: 'x' }, ['admin'], '409 PERSON.USERNAME_TAKEN'),
  ],
  'POST /persons/{username}/unlock': [
    as('POST', '/persons/LD09.head/unlock', undefined, ['security'], '404 PERSON.NOT_LOCKED'),
    as('POST', '/persons/security/unlock', undefined, ['security'], '403 RIGHTS.OWN_ACCOUNT'),
  ],
  'POST /persons/{username}/erasure': [
    as('POST', '/persons/LD09.head/erasure', { reason: '依法删除' }, ['security'], '409 PERSON.ACCOUNT_OPEN'),
    as('POST', '/persons/security/erasure', { reason: '依法删除' }, ['security'], '403 RIGHTS.OWN_ACCOUNT'),
  ],
  'DELETE /persons/{username}/sessions': [
    as('DELETE', '/persons/LD09.head/sessions', undefined, ['security'], 200),
    as('DELETE', '/persons/security/sessions', undefined, ['security'], '403 RIGHTS.OWN_ACCOUNT'),
  ],
  'DELETE /persons/{username}/second-factor': [
    as('DELETE', '/persons/LD09.head/second-factor', undefined, ['security'], '404 SECOND_FACTOR.NONE'),
    as('DELETE', '/persons/security/second-factor', undefined, ['security'], '403 RIGHTS.OWN_ACCOUNT'),
  ],
  'GET /post-changes': [get('/post-changes', ADMINISTRATORS)],
  'POST /post-changes': [
    as(
      'POST',
      '/post-changes',
      { kind: 'grant', username: 'nobody', post: { kind: 'officer' }, reason: 'x' },
      ['admin', 'security'],
      '404 PERSON.UNKNOWN',
    ),
  ],
  'POST /post-changes/decisions': [
    as(
      'POST',
      '/post-changes/decisions',
      { ids: [NOTHING], event: 'confirm' },
      ['security'],
      '404 POST_CHANGE.UNKNOWN',
    ),
    as(
      'POST',
      '/post-changes/decisions',
      { ids: [NOTHING], event: 'withdraw' },
      ['admin', 'security'],
      '404 POST_CHANGE.UNKNOWN',
    ),
  ],
  'GET /delegations': [get('/delegations')],
  'POST /delegations': [
    {
      what: 'of one’s own post or of somebody else’s',
      request: (w, username) => [
        username,
        'POST',
        '/delegations',
        { json: { postId: w.ownContact, to: 'nobody', from: '2023-01-20', until: '2023-01-20', reason: 'x' } },
      ],
      allowed: ['office', 'security', 'LD04.contact', 'LD04.head'],
      hear: '404 PERSON.UNKNOWN',
      refusal: '403 DELEGATION.NOT_YOURS',
    },
  ],
  'POST /delegations/{id}/end': [as('POST', `/delegations/${NOTHING}/end`, {}, ALL, '404 DELEGATION.UNKNOWN')],
  'GET /history': [get('/history', ['auditor', 'office', 'officer'])],
  'GET /history/extract': [get('/history/extract?format=jsonl&entity=clock', ['auditor', 'office', 'officer'])],
  'GET /history/searches': [get('/history/searches', ['auditor', 'office', 'officer'])],
  'POST /history/searches': [
    as('POST', '/history/searches', { name: '检索', filter: {} }, ['auditor', 'office', 'officer'], 201),
  ],
  'PATCH /history/searches/{id}': [
    as(
      'PATCH',
      `/history/searches/${NOTHING}`,
      { name: '改' },
      ['auditor', 'office', 'officer'],
      '404 SAVED_SEARCH.UNKNOWN',
    ),
  ],
  'DELETE /history/searches/{id}': [
    as(
      'DELETE',
      `/history/searches/${NOTHING}`,
      undefined,
      ['auditor', 'office', 'officer'],
      '404 SAVED_SEARCH.UNKNOWN',
    ),
  ],
  'GET /plans/{id}/changes': [
    get((w) => `/plans/${w.small.id}/changes?from=2023-01-05`, NOT_OTHER, '404 PLAN.UNKNOWN'),
  ],
  'GET /tasks/{id}/changes': [get((w) => `${smallTask(w)}/changes?from=2023-01-05`, NOT_OTHER, '404 TASK.UNKNOWN')],
  'GET /history/export': [get('/history/export', ['auditor'])],
  'GET /history/keys': [get('/history/keys', ['auditor'])],
  'GET /history/checkpoints': [get('/history/checkpoints', ['auditor'])],
  'GET /history/proofs/inclusion': [
    as('GET', `/history/proofs/inclusion?eventId=${NOTHING}`, undefined, ['auditor'], '404 HISTORY.EVENT_UNKNOWN'),
  ],
  'GET /history/proofs/consistency': [
    as('GET', '/history/proofs/consistency?from=9&to=3', undefined, ['auditor'], '422 HISTORY.SIZE_UNKNOWN'),
  ],
  'GET /units': [get('/units')],
  'GET /units/{code}/posts': [get('/units/LD04/posts')],
  'POST /units/{code}/posts': [
    as('POST', '/units/LD99/posts', { kind: 'handler', title: 'x' }, [...OFFICE, 'admin'], '404 UNIT.UNKNOWN'),
  ],
  'DELETE /units/{code}/posts/{id}': [
    as('DELETE', `/units/LD04/posts/${NOTHING}`, undefined, [...OFFICE, 'admin'], '404 POST.UNKNOWN'),
  ],
  'GET /units/export': [get('/units/export')],
  'POST /units/import': [
    {
      request: (_, username) => [username, 'POST', '/units/import', { form: formOf(sample.units) }],
      allowed: [...OFFICE, 'admin'],
      hear: 200,
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /reorganisations': [get('/reorganisations', [...GOVERNMENT])],
  'GET /reorganisations/{id}': [
    as('GET', `/reorganisations/${NOTHING}`, undefined, [...GOVERNMENT], '404 REORGANISATION.UNKNOWN'),
  ],
  'POST /reorganisations': [
    as(
      'POST',
      '/reorganisations',
      { kind: 'rename', effectiveOn: '2023-02-01', units: ['NONE'], name: '市新局' },
      ['office', 'admin'],
      '404 UNIT.UNKNOWN',
    ),
  ],
  'POST /reorganisations/{id}/confirm': [
    as(
      'POST',
      `/reorganisations/${NOTHING}/confirm`,
      { expectedDigest: 'none' },
      ['office', 'admin'],
      '404 REORGANISATION.UNKNOWN',
    ),
  ],
  'POST /reorganisations/{id}/withdraw': [
    as('POST', `/reorganisations/${NOTHING}/withdraw`, {}, ['office', 'admin'], '404 REORGANISATION.UNKNOWN'),
  ],
  'POST /assignments/{id}/breakdown': [
    {
      request: (w, username) => [
        username,
        'POST',
        `/assignments/${w.unsigned.id}/breakdown`,
        { json: { issue: false, tasks: [{ content: '分解', units: [{ unitId: NOTHING }] }] } },
      ],
      allowed: [...OWN],
      hear: '422 BREAKDOWN.UNIT_NOT_BELOW',
      refusal: '403 BREAKDOWN.NOT_YOURS',
      others: { ...NEVER, office: NOT_ALLOWED, officer: NOT_ALLOWED },
    },
  ],
  'GET /assignments/{id}/breakdown': [
    get((w) => `/assignments/${w.unsigned.id}/breakdown`, NOT_OTHER, '403 ASSIGNMENT.NOT_YOURS'),
  ],
  'PUT /plans/{id}/visibility': [
    {
      request: (w, username) => [username, 'PUT', `/plans/${w.small.id}/visibility`, { json: { visibility: 'full' } }],
      allowed: ['LD04.head', 'LD05.head'],
      hear: '404 PLAN.UNKNOWN',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /plans': [get('/plans', READERS)],
  'POST /plans': [
    {
      request: (_, username) => [username, 'POST', '/plans', { form: formOf('') }],
      allowed: [...OFFICE, ...OWN, ...OTHER],
      hear: '422 BREAKDOWN.EMPTY',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /plans/{id}': [
    get((w) => `/plans/${w.small.id}`, NOT_OTHER, '404 PLAN.UNKNOWN'),
    get((w) => `/plans/${w.small.id}?asOf=2023-01-20T04:00:00Z`, NOT_OTHER, '404 PLAN.UNKNOWN'),
  ],
  'GET /plan-imports/{id}': [
    {
      request: (_, username) => [username, 'GET', '/plan-imports/00000000-0000-4000-8000-000000000000'],
      allowed: [...OFFICE, ...OWN, ...OTHER],
      hear: '404 IMPORT.UNKNOWN',
      refusal: NOT_ALLOWED,
    },
  ],
  'PATCH /plans/{id}/tasks/{taskId}': [
    {
      request: (w, username) => [username, 'PATCH', `/plans/${w.small.id}${smallTask(w)}`, { json: { content: 'x' } }],
      allowed: OFFICE,
      hear: '409 PLAN.NOT_DRAFT',
      refusal: NOT_ALLOWED,
    },
  ],
  'DELETE /plans/{id}/tasks/{taskId}': [
    {
      request: (w, username) => [username, 'DELETE', `/plans/${w.small.id}${smallTask(w)}`],
      allowed: OFFICE,
      hear: '409 PLAN.NOT_DRAFT',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /plans/{id}/source': [get((w) => `/plans/${w.small.id}/source`, [...GOVERNMENT])],
  'GET /plans/{id}/unresolved-names': [get((w) => `/plans/${w.small.id}/unresolved-names`, [...GOVERNMENT])],
  'PUT /plans/{id}/unresolved-names': [draftOf('PUT', () => '/unresolved-names', { name: '市某局', unitId: NOTHING })],
  'POST /plans/{id}/tasks': [draftOf('POST', () => '/tasks', { content: 'x' })],
  'POST /plans/{id}/tasks/{taskId}/split': [draftOf('POST', (w) => `${smallTask(w)}/split`, { at: [3] })],
  'POST /plans/{id}/merge': [
    draftOf(
      'POST',
      () => '/merge',
      (w) => ({ tasks: w.small.tasks.map((task: Json) => task.id) }),
    ),
  ],
  'PUT /plans/{id}/order': [draftOf('PUT', () => '/order', { renumber: true })],
  'POST /plans/{id}/confirm-leads': [draftOf('POST', () => '/confirm-leads', {})],
  'POST /plans/{id}/standing-units': [
    draftOf(
      'POST',
      () => '/standing-units',
      (w) => ({ units: ['市发改委'], from: w.small.tasks[0].id }),
    ),
  ],
  'POST /plans/{id}/deadlines': [
    draftOf('POST', () => '/deadlines', { deadline: { text: '年底前', due: '2023-12-31' } }),
  ],
  'PATCH /persons/{username}': [
    editOf('LD04.contact', { email: null }, ['admin', 'LD04.contact'], 200),
    editOf('LD04.contact', { mobile: null }, ['admin', 'LD04.contact'], 200),
    editOf('LD04.contact', { accounts: { wecom: 'LiMin' } }, ['admin'], 200),
    editOf('LD04.contact', { password: 'short' }, ['admin', 'LD04.contact'], '422 PERSON.PASSWORD_TOO_SHORT'),
    editOf('LD04.contact', { displayName: '市工信局联络员' }, ['admin'], 200),
    editOf('nobody', { email: null }, ['admin'], '404 PERSON.UNKNOWN'),
    editOf('LD04.contact', { isActive: true }, ['admin'], 200),
    ...['security', 'auditor'].flatMap((whom) =>
      [{ password: 'another-password' }, { email: 'a@example.org' }, { isActive: false }].map((json): Probe => ({
        ...editOf(whom, json, ['admin'], '403 RIGHTS.ADMINISTRATORS_APART'),
        // The owner may change the first two; that is another matter, and here nothing is to change.
        request: (_, username) =>
          username === whom
            ? [username, 'PATCH', `/persons/nobody`, { json }]
            : [username, 'PATCH', `/persons/${whom}`, { json }],
      })),
    ),
  ],
  'POST /plans/{id}/issue': [
    {
      request: (w, username) => [username, 'POST', `/plans/${w.small.id}/issue`, { json: ISSUE }],
      allowed: OFFICE,
      hear: '409 PLAN.ALREADY_ISSUED',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /plans/{id}/revisions': [get((w) => `/plans/${w.small.id}/revisions`, [...GOVERNMENT])],
  'POST /plans/{id}/revisions': [
    {
      request: (w, username) => [username, 'POST', `/plans/${w.small.id}/revisions`, { form: formOf('') }],
      allowed: OFFICE,
      hear: '422 BREAKDOWN.EMPTY',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /plans/{id}/revisions/{revisionId}': [get((w) => revisionOf(w), [...GOVERNMENT])],
  'POST /plans/{id}/revisions/{revisionId}/items/{itemId}/take': [
    decide((w) => `${revisionOf(w)}/items/${w.revision.items[0].id}/take`, { expectedVersion: 99 }, '409 TASK.STALE'),
  ],
  'POST /plans/{id}/revisions/{revisionId}/items/{itemId}/decline': [
    decide((w) => `${revisionOf(w)}/items/${NOTHING}/decline`, { reason: '不变。' }, '404 REVISION.ITEM_UNKNOWN'),
  ],
  'POST /plans/{id}/revisions/{revisionId}/take': [
    decide((w) => `${revisionOf(w)}/take`, { itemIds: [NOTHING] }, '404 REVISION.ITEM_UNKNOWN'),
  ],
  'POST /plans/{id}/revisions/{revisionId}/numbers/take': [
    decide((w) => `${revisionOf(w)}/numbers/take`, undefined, 200),
  ],
  'POST /plans/{id}/revisions/{revisionId}/close': [
    decide((w) => `${revisionOf(w)}/close`, {}, '422 REVISION.REASON_REQUIRED'),
  ],
  'POST /assignments/{id}/contributions': [
    {
      request: (w, username) => [
        username,
        'POST',
        `/assignments/${w.lead.id}/contributions`,
        { json: { subject: 'x', from: [NOTHING] } },
      ],
      allowed: [...OWN],
      hear: '422 CONTRIBUTION.NOT_A_CO_UNIT',
      refusal: NOT_ALLOWED,
      others: { 'LD05.contact': '403 ASSIGNMENT.NOT_YOURS', 'LD05.head': '403 ASSIGNMENT.NOT_YOURS' },
    },
  ],
  'POST /contributions/{id}/transitions': [
    as(
      'POST',
      `/contributions/${NOTHING}/transitions`,
      { event: 'accept' },
      [...OWN, ...OTHER],
      '404 CONTRIBUTION.UNKNOWN',
    ),
  ],
  'GET /contributions': [get('/contributions', READERS)],
  'GET /reports/{id}/sentences': [as('GET', `/reports/${NOTHING}/sentences`, undefined, READERS, '404 REPORT.UNKNOWN')],
  'POST /tasks/{id}/coordinations': [
    {
      request: (w, username) => [
        username,
        'POST',
        smallTask(w) + '/coordinations',
        { json: { about: 'x', with: ['NONE'], reason: 'x' } },
      ],
      allowed: [...OWN],
      hear: '422 COORDINATION.UNKNOWN_UNIT',
      refusal: NOT_ALLOWED,
      others: { 'LD05.contact': '403 TASK.NOT_YOURS', 'LD05.head': '403 TASK.NOT_YOURS' },
    },
  ],
  'POST /coordinations/{id}/transitions': [
    as(
      'POST',
      `/coordinations/${NOTHING}/transitions`,
      { event: 'settle', decision: 'x' },
      [...OFFICE, ...OWN, ...OTHER],
      '404 COORDINATION.UNKNOWN',
    ),
  ],
  'GET /coordinations': [get('/coordinations', READERS)],
  'GET /objections': [get('/objections', READERS)],
  'GET /tasks/{id}/group-completion': [get((w) => `${smallTask(w)}/group-completion`, NOT_OTHER, '403 TASK.NOT_YOURS')],
  'PUT /tasks/{id}/group-completion': [
    {
      request: (w, username) => [
        username,
        'PUT',
        `${smallTask(w)}/group-completion`,
        { json: { groupId: NOTHING, rule: 'any' } },
      ],
      allowed: OFFICE,
      hear: '422 GROUP_COMPLETION.NOT_IN_TASK',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /tasks/{id}/holdings': [get((w) => `${smallTask(w)}/holdings`, NOT_OTHER, '403 TASK.NOT_YOURS')],
  'GET /holdings': [get((w) => `/holdings?planId=${w.small.id}`, NOT_OTHER, '404 PLAN.UNKNOWN')],
  'GET /calendar': [get('/calendar?year=2023', READERS)],
  'GET /calendar/papers': [get('/calendar/papers', READERS)],
  'POST /calendar/papers': [as('POST', '/calendar/papers', { ...PAPER, preview: true }, [...OFFICE, 'admin'], 200)],
  'GET /policies': [get('/policies', READERS)],
  'GET /policies/{id}': [get('/policies/annual-report', READERS)],
  'GET /policies/schema': [get('/policies/schema', READERS)],
  'GET /policies/{id}/versions/{version}': [get('/policies/annual-report/versions/1', READERS)],
  'GET /policies/{id}/changes': [get('/policies/annual-report/changes?from=1', READERS)],
  'GET /policies/drafts': [get('/policies/drafts', OFFICE)],
  'GET /policies/drafts/{id}': [
    as('GET', `/policies/drafts/${NOTHING}`, undefined, OFFICE, '404 POLICY_DRAFT.UNKNOWN'),
  ],
  'POST /policies/drafts': [
    as('POST', '/policies/drafts', { policyId: 'none-yet' }, OFFICE, '422 POLICY_DRAFT.NOTHING_TO_COPY'),
  ],
  'PUT /policies/drafts/{id}': [
    as('PUT', `/policies/drafts/${NOTHING}`, { rules: {}, expectedVersion: 1 }, OFFICE, '404 POLICY_DRAFT.UNKNOWN'),
  ],
  'DELETE /policies/drafts/{id}': [
    as('DELETE', `/policies/drafts/${NOTHING}?expectedVersion=1`, undefined, OFFICE, '404 POLICY_DRAFT.UNKNOWN'),
  ],
  'POST /policies/drafts/{id}/enable': [
    as(
      'POST',
      `/policies/drafts/${NOTHING}/enable`,
      { expectedVersion: 1, expectedPolicyVersion: 0, reason: '启用。' },
      ['office'],
      '404 POLICY_DRAFT.UNKNOWN',
    ),
  ],
  'POST /policies/{id}/simulate': [
    as('POST', '/policies/annual-report/simulate', { from: '2023-01-12', to: '2023-12-31', limit: 1 }, OFFICE, 200),
  ],
  'POST /policies/{id}/back-test': [
    as('POST', '/policies/annual-report/back-test', { from: '2023-01-12', to: '2023-12-31', limit: 1 }, OFFICE, 200),
  ],
  'GET /restrictions/people': [get(`/restrictions/people?q=${encodeURIComponent('工信')}`, ['office'])],
  'GET /plans/{id}/restrictions': [get((w) => `/plans/${w.small.id}/restrictions`, ['office'])],
  'PUT /plans/{id}/restrictions': [nameNobody((w) => `/plans/${w.small.id}/restrictions`)],
  'GET /tasks/{id}/restrictions': [get((w) => `${smallTask(w)}/restrictions`, ['office'])],
  'PUT /tasks/{id}/restrictions': [nameNobody((w) => `${smallTask(w)}/restrictions`)],
  'GET /matters': [get('/matters', READERS), get('/matters?kind=petition&year=2023', READERS)],
  'GET /matters/kinds': [get('/matters/kinds', READERS)],
  'POST /matters': [
    as(
      'POST',
      '/matters',
      { kind: 'media', content: '某报道。', units: { lead: ['LD04'] } },
      OFFICE,
      '422 MATTER.SOURCE',
    ),
  ],
  'POST /matters/duplicates': [as('POST', '/matters/duplicates', { content: '某报道。' }, OFFICE, 200)],
  'PATCH /matters/{id}': [
    as('PATCH', `/matters/${NOTHING}`, { reason: '更正', title: '题' }, OFFICE, '404 MATTER.UNKNOWN'),
  ],
  'GET /matters/{id}/petitioner': [
    as('GET', `/matters/${NOTHING}/petitioner`, undefined, [...OFFICE, ...OWN, ...OTHER], '404 MATTER.UNKNOWN'),
  ],
  'POST /matters/{id}/same-as': [
    as('POST', `/matters/${NOTHING}/same-as`, { taskId: NOTHING }, OFFICE, '404 MATTER.UNKNOWN'),
  ],
  'GET /tasks': [get('/tasks', READERS), get('/tasks?asOf=2023-01-20T04:00:00Z', READERS)],
  'GET /tasks/export': [get('/tasks/export?format=csv', READERS)],
  'GET /tasks/landmarks': [get('/tasks/landmarks', READERS)],
  'GET /tasks/views': [get('/tasks/views', READERS)],
  'POST /tasks/views': [as('POST', '/tasks/views', { name: '视图', filter: {} }, READERS, 201)],
  'PATCH /tasks/views/{id}': [
    as('PATCH', `/tasks/views/${NOTHING}`, { name: '改' }, READERS, '404 SAVED_SEARCH.UNKNOWN'),
  ],
  'DELETE /tasks/views/{id}': [as('DELETE', `/tasks/views/${NOTHING}`, undefined, READERS, '404 SAVED_SEARCH.UNKNOWN')],
  'GET /tasks/{id}': [
    get(smallTask, NOT_OTHER, '403 TASK.NOT_YOURS'),
    get((w) => `${smallTask(w)}?asOf=2023-01-20T04:00:00Z`, NOT_OTHER, '403 TASK.NOT_YOURS'),
  ],
  'GET /tasks/{id}/history': [get((w) => `${smallTask(w)}/history`, NOT_OTHER, '403 TASK.NOT_YOURS')],
  'POST /assignments/{id}/transitions': [
    moveOf((w) => w.unsigned, { event: 'sign_for', expectedVersion: 9 }, [...OFFICE, ...OWN], '409 ASSIGNMENT.STALE'),
    moveOf((w) => w.lead, { event: 'report' }, [...OWN], '422 REPORT.EVIDENCE_REQUIRED'),
    moveOf((w) => w.unsigned, { event: 'cancel' }, OFFICE, '422 ASSIGNMENT.CANCEL_REASON_UNKNOWN'),
    moveOf((w) => w.reported, { event: 'return' }, OFFICE, '422 ASSIGNMENT.REASON_REQUIRED'),
    // The part of another unit in a task that LD04 leads: the lead judges it, and the office may return it.
    {
      ...moveOf((w) => w.helper, { event: 'return' }, [...OFFICE, ...OWN], '422 ASSIGNMENT.REASON_REQUIRED'),
      others: { ...NEVER },
    },
  ],
  'POST /tasks/{id}/instructions': [
    {
      request: (w, username) => [
        username,
        'POST',
        `${smallTask(w)}/instructions`,
        { json: { text: '请抓紧。', dueOn: '2023-01-01' } },
      ],
      allowed: [...OFFICE, 'leader'],
      hear: '422 INSTRUCTION.DUE_ON_PAST',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /instructions': [get('/instructions', READERS)],
  'POST /tasks/{id}/open-forms': [
    {
      request: (w, username) => [username, 'POST', `${smallTask(w)}/open-forms`, { json: { form: 'report' } }],
      allowed: NOT_OTHER,
      hear: 200,
      refusal: '404 TASK.UNKNOWN',
      others: { security: NOT_ALLOWED },
    },
  ],
  'POST /tasks/{id}/satisfaction': [
    {
      request: (w, username) => [
        username,
        'POST',
        `${smallTask(w)}/satisfaction`,
        { json: { rating: 'satisfied', method: 'visit', on: '2023-01-20' } },
      ],
      allowed: OFFICE,
      hear: '409 SATISFACTION.TOO_EARLY',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /satisfaction': [get((w) => `/satisfaction?planId=${w.small.id}`, NOT_OTHER, '404 PLAN.UNKNOWN')],
  'GET /assignments/{id}/verifications': [
    get((w) => `/assignments/${w.unsigned.id}/verifications`, NOT_OTHER, '403 ASSIGNMENT.NOT_YOURS'),
  ],
  'GET /assignments/{id}/checklist': [
    get((w) => `/assignments/${w.unsigned.id}/checklist`, NOT_OTHER, '403 ASSIGNMENT.NOT_YOURS'),
  ],
  'POST /assignments/{id}/reports': [
    {
      request: (w, username) => {
        const obligationId = w.lead.obligations.find((o) => o.kind === 'completion').id;
        return [username, 'POST', `/assignments/${w.lead.id}/reports`, { json: { obligationId, text: '好。' } }];
      },
      allowed: [...OWN],
      hear: '422 OBLIGATION.NOT_BY_REPORT',
      refusal: '403 ASSIGNMENT.NOT_YOURS',
      others: { ...NEVER, office: NOT_ALLOWED, officer: NOT_ALLOWED },
    },
  ],
  'POST /evidence': [
    {
      request: (_, username) => [username, 'POST', '/evidence', { form: formOf('', '验收单.txt') }],
      allowed: [...OWN, ...OTHER],
      hear: '422 EVIDENCE.EMPTY',
      refusal: NOT_ALLOWED,
    },
  ],
  'DELETE /evidence/{id}': [
    as('DELETE', `/evidence/${NOTHING}`, undefined, [...OWN, ...OTHER], '404 EVIDENCE.UNKNOWN'),
  ],
  'POST /evidence/{id}/links': [as('POST', `/evidence/${NOTHING}/links`, undefined, READERS, '404 EVIDENCE.UNKNOWN')],
  'GET /evidence/downloads/{token}': [
    as('GET', `/evidence/downloads/${'none'.repeat(10)}`, undefined, READERS, '404 EVIDENCE.LINK_UNKNOWN'),
  ],
  'GET /assignments/{id}/reports': [
    get((w) => `/assignments/${w.lead.id}/reports`, NOT_OTHER, '403 ASSIGNMENT.NOT_YOURS'),
  ],
  'GET /assignments/{id}/figures': [
    get((w) => `/assignments/${w.lead.id}/figures`, NOT_OTHER, '403 ASSIGNMENT.NOT_YOURS'),
  ],
  'GET /figures/burden': [get('/figures/burden', [...GOVERNMENT])],
  'GET /tasks/{id}/progress': [get((w) => `${smallTask(w)}/progress`, NOT_OTHER, '403 TASK.NOT_YOURS')],
  'GET /assignments/{id}/action-plans': [
    get((w) => `/assignments/${w.lead.id}/action-plans`, NOT_OTHER, '403 ASSIGNMENT.NOT_YOURS'),
  ],
  'POST /assignments/{id}/action-plans': [
    {
      request: (w, username) => {
        const json = { actionPlan: { goals: '年底前完成', measures: [] }, reason: '调整' };
        return [username, 'POST', `/assignments/${w.unsigned.id}/action-plans`, { json }];
      },
      allowed: [...OWN],
      hear: '409 REPORT.SIGN_FOR_FIRST',
      refusal: '403 ASSIGNMENT.NOT_YOURS',
      others: { ...NEVER, office: NOT_ALLOWED, officer: NOT_ALLOWED },
    },
  ],
  'GET /action-plans/{id}': [get((w) => `/action-plans/${w.actionPlan.id}`, NOT_OTHER, '403 ACTION_PLAN.NOT_YOURS')],
  'POST /action-plans/{id}/transitions': [
    {
      request: (w, username) => {
        const json = { event: 'return', expectedVersion: 9 };
        return [username, 'POST', `/action-plans/${w.actionPlan.id}/transitions`, { json }];
      },
      allowed: [...OFFICE, ...OWN],
      hear: '409 ACTION_PLAN.STALE',
      refusal: '403 ACTION_PLAN.NOT_YOURS',
      others: NEVER,
    },
  ],
  'POST /action-plans/{id}/measures/{measureId}/transitions': [
    {
      request: (w, username) => {
        const path = `/action-plans/${w.actionPlan.id}/measures/${NOTHING}/transitions`;
        return [username, 'POST', path, { json: { event: 'close' } }];
      },
      allowed: [...OFFICE, ...OWN],
      hear: '404 ACTION_PLAN.UNKNOWN_MEASURE',
      refusal: '403 ACTION_PLAN.NOT_YOURS',
      others: NEVER,
    },
  ],
  'POST /reports/{id}/transitions': [
    {
      request: (w, username) => {
        const json = { event: 'send_back' };
        return [username, 'POST', `/reports/${w.actionPlan.reportId}/transitions`, { json }];
      },
      allowed: ['LD04.head'],
      hear: '409 REPORT.NOTHING_WAITS',
      refusal: NOT_ALLOWED,
      others: { 'LD05.head': '403 ASSIGNMENT.NOT_YOURS' },
    },
  ],
  'POST /reports/{id}/corrections': [
    {
      request: (w, username) => {
        const json = { text: '更正', reason: '误' };
        return [username, 'POST', `/reports/${w.actionPlan.reportId}/corrections`, { json }];
      },
      allowed: [...OWN],
      hear: '409 REPORT.NOT_CORRECTABLE',
      refusal: '403 ASSIGNMENT.NOT_YOURS',
      others: { ...NEVER, office: NOT_ALLOWED, officer: NOT_ALLOWED },
    },
  ],
  'PUT /targets/{id}/curve': [
    {
      request: (w, username) => {
        const json = { points: [], expectedNumber: 9 };
        return [username, 'PUT', `/targets/${w.targets[0].id}/curve`, { json }];
      },
      allowed: OFFICE,
      hear: '409 TARGET.CURVE_STALE',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /plans/{id}/policy': [
    get((w) => `/plans/${w.small.id}/policy?policy=leader-instruction&open=new_only`, ['office']),
  ],
  'POST /plans/{id}/policy': [
    {
      request: (w, username) => [
        username,
        'POST',
        `/plans/${w.small.id}/policy`,
        { json: { policy: 'leader-instruction', open: 'new_only', reason: '试行。', digest: 'stale' } },
      ],
      allowed: ['office'],
      hear: '409 PLAN.POLICY_STALE',
      refusal: NOT_ALLOWED,
    },
  ],
  'POST /plans/{id}/archive': [
    {
      request: (w, username) => [username, 'POST', `/plans/${w.small.id}/archive`, { json: {} }],
      allowed: ['office', 'auditor'],
      hear: '409 ARCHIVE.PLAN_NOT_CLOSED',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /archive-packages/{id}': [{ ...get(`/archive-packages/${NOTHING}`, ARCHIVISTS), hear: '404 ARCHIVE.UNKNOWN' }],
  'GET /archive-packages/{id}/file': [
    { ...get(`/archive-packages/${NOTHING}/file`, ARCHIVISTS), hear: '404 ARCHIVE.UNKNOWN' },
  ],
  'GET /plans/{id}/disposal-hold': [get((w) => `/plans/${w.small.id}/disposal-hold`, [...GOVERNMENT])],
  'PUT /plans/{id}/disposal-hold': [
    {
      request: (w, username) => [
        username,
        'PUT',
        `/plans/${w.small.id}/disposal-hold`,
        { json: { isHeld: false, reason: '查毕。' } },
      ],
      allowed: ['auditor'],
      hear: '409 DISPOSAL.NOT_HELD',
      refusal: NOT_ALLOWED,
    },
  ],
  'GET /bulletins/preview': [get('/bulletins/preview?from=2023-01-01&to=2023-01-31', [...GOVERNMENT])],
  'POST /bulletins': [
    as(
      'POST',
      '/bulletins',
      { from: '2023-01-02', to: '2023-01-01', title: '通报' },
      ['office'],
      '422 BULLETIN.SPAN_BACKWARDS',
    ),
  ],
  'GET /bulletins': [get('/bulletins', READERS)],
  'GET /bulletins/{id}': [as('GET', `/bulletins/${NOTHING}`, undefined, READERS, '404 BULLETIN.UNKNOWN')],
  'GET /bulletins/{id}/document': [
    as('GET', `/bulletins/${NOTHING}/document`, undefined, READERS, '404 BULLETIN.UNKNOWN'),
  ],
  'GET /retention-schedule': [get('/retention-schedule', [...GOVERNMENT])],
  'PUT /retention-schedule': [
    as(
      'PUT',
      '/retention-schedule',
      { expectedVersion: 99, schedule: PRESET_RETENTION, reason: '调整。' },
      ['office'],
      '409 RETENTION.STALE',
    ),
  ],
  'GET /disposals/due': [get('/disposals/due', [...GOVERNMENT])],
  'GET /disposals': [get('/disposals', [...GOVERNMENT])],
  'POST /disposals': [
    as('POST', '/disposals', { planIds: [NOTHING], reason: '期满。' }, ['office', 'auditor'], '422 DISPOSAL.REFUSED'),
  ],
  'POST /disposals/{id}/decision': [
    as(
      'POST',
      `/disposals/${NOTHING}/decision`,
      { decision: 'refused', reason: '再存。' },
      ['office'],
      '404 DISPOSAL.UNKNOWN',
    ),
  ],
  'GET /disposals/{id}/register': [
    { ...get(`/disposals/${NOTHING}/register`, [...GOVERNMENT]), hear: '404 DISPOSAL.UNKNOWN' },
  ],
  'GET /plans/{id}/close': [get((w) => `/plans/${w.small.id}/close`, ['office'])],
  'POST /plans/{id}/close': [
    {
      request: (w, username) => [
        username,
        'POST',
        `/plans/${w.small.id}/close`,
        { json: { digest: 'stale', decisions: [] } },
      ],
      allowed: ['office'],
      hear: '409 PLAN.CLOSE_STALE',
      refusal: NOT_ALLOWED,
    },
  ],
  'POST /assignments/{id}/applications': [
    {
      request: (w, username) => [
        username,
        'POST',
        `/assignments/${w.lead.id}/applications`,
        { json: { kind: 'extension', reason: 'x', obligationId: NOTHING, dueOn: '2024-01-31', progress: 'x' } },
      ],
      allowed: [...OWN],
      hear: '404 OBLIGATION.UNKNOWN',
      refusal: '403 ASSIGNMENT.NOT_YOURS',
      others: { ...NEVER, office: '422 APPLICATION.UNIT_ASKS', officer: '422 APPLICATION.UNIT_ASKS' },
    },
  ],
  'GET /applications': [get('/applications', READERS)],
  'POST /applications/{id}/transitions': [
    as(
      'POST',
      `/applications/${NOTHING}/transitions`,
      { event: 'approve' },
      [...OFFICE, ...OWN, ...OTHER],
      '404 APPLICATION.UNKNOWN',
    ),
  ],
  'GET /obligations': [get('/obligations', READERS)],
  'GET /obligations/{id}/deadlines': [
    as('GET', `/obligations/${NOTHING}/deadlines`, undefined, READERS, '404 DEADLINE.UNKNOWN'),
  ],
  'GET /follow-ups': [get('/follow-ups', READERS)],
  'GET /notices': [get('/notices', READERS)],
  'POST /notices/{id}/transitions': [
    noticeOf((w) => w.notice, { event: 'answer' }, [...OWN], '422 NOTICE.ANSWER_REQUIRED'),
    noticeOf((w) => w.notice, { event: 'acknowledge', expectedVersion: 9 }, [...OFFICE, ...OWN], '409 NOTICE.STALE'),
    noticeOf((w) => w.answered, { event: 'reject' }, OFFICE, '422 NOTICE.REASON_REQUIRED'),
  ],
  'GET /notices/{id}/document': [
    get((w) => `/notices/${w.notice.id}/document`, [...GOVERNMENT, ...OWN], '403 NOTICE.NOT_YOURS'),
  ],
  'GET /notices/template': [get('/notices/template', [...GOVERNMENT])],
  'GET /notices/template/file': [get('/notices/template/file', [...GOVERNMENT])],
  'PUT /notices/template': [as('PUT', '/notices/template', {}, ['office'], '415 REQUEST.NOT_MULTIPART')],
  'DELETE /notices/template': [
    as('DELETE', '/notices/template?expectedVersion=99', undefined, ['office'], '409 NOTICE_TEMPLATE.STALE'),
  ],
  'POST /notices/template/preview': [
    as('POST', '/notices/template/preview', {}, ['office'], '415 REQUEST.NOT_MULTIPART'),
  ],
  'GET /cards': [get('/cards', READERS)],
  'GET /cards/points': [get('/cards/points', READERS)],
  'POST /cards/{id}/withdrawal': [
    as(
      'POST',
      '/cards/00000000-0000-4000-8000-000000000000/withdrawal',
      { reason: '数据有误' },
      ['office'],
      '404 CARD.UNKNOWN',
    ),
  ],
  'GET /dashboard': [get('/dashboard', READERS)],
  'GET /deliveries': [get('/deliveries', [...GOVERNMENT])],
  'GET /suppressed-addresses': [get('/suppressed-addresses', [...GOVERNMENT])],
  'POST /suppressed-addresses/{id}/lift': [
    as(
      'POST',
      '/suppressed-addresses/00000000-0000-4000-8000-000000000000/lift',
      { reason: '邮箱已恢复' },
      ['admin'],
      '404 SUPPRESSED_ADDRESS.UNKNOWN',
    ),
  ],
  'GET /destinations': [get('/destinations', [...GOVERNMENT])],
  'POST /destinations': [
    as(
      'POST',
      '/destinations',
      { channel: 'webhook', name: '市政务平台', address: 'https://oa.city.example/duban', kinds: ['urge'] },
      ['admin'],
      201,
    ),
  ],
  'PATCH /destinations/{id}': [
    as('PATCH', `/destinations/${NOTHING}`, { expectedVersion: 1 }, ['admin'], '404 DESTINATION.UNKNOWN'),
  ],
  'POST /destinations/{id}/keys': [
    as('POST', `/destinations/${NOTHING}/keys`, {}, ['admin'], '404 DESTINATION.UNKNOWN'),
  ],
  'POST /destinations/{id}/pause': [
    as('POST', `/destinations/${NOTHING}/pause`, { reason: '升级' }, ['admin'], '404 DESTINATION.UNKNOWN'),
  ],
  'POST /destinations/{id}/end': [
    as('POST', `/destinations/${NOTHING}/end`, { reason: '下线' }, ['admin'], '404 DESTINATION.UNKNOWN'),
  ],
  'POST /destinations/{id}/resume': [
    as('POST', `/destinations/${NOTHING}/resume`, { reason: '升级' }, ['admin'], '404 DESTINATION.UNKNOWN'),
  ],
  'GET /destinations/{id}/attempts': [
    as('GET', `/destinations/${NOTHING}/attempts`, undefined, [...GOVERNMENT], '404 DESTINATION.UNKNOWN'),
  ],
  'POST /destinations/{id}/deliveries/{deliveryId}/replay': [
    as(
      'POST',
      `/destinations/${NOTHING}/deliveries/${NOTHING}/replay`,
      undefined,
      ['admin'],
      '404 DESTINATION.UNKNOWN',
    ),
  ],
  'GET /inbox': [get('/inbox')],
  'GET /inbox/events': [get('/inbox/events?wait=false')],
  'POST /inbox/{id}/read': [
    {
      request: (w, username) => [username, 'POST', `/inbox/${w.message.id}/read`],
      allowed: ['LD04.contact'],
      hear: 200,
      refusal: '404 DELIVERY.UNKNOWN',
    },
  ],
  'GET /message-rules': [get('/message-rules')],
  'PUT /message-rules': [
    as(
      'PUT',
      '/message-rules',
      { expectedVersion: 99, rules: PRESET_MESSAGE_RULES },
      ['office'],
      '409 MESSAGE_RULES.STALE',
    ),
  ],
  'GET /message-templates': [get('/message-templates', [...GOVERNMENT])],
  'POST /message-templates/{name}/withdrawal': [
    as(
      'POST',
      '/message-templates/nowhere/withdrawal',
      { expectedVersion: 0 },
      ['office'],
      '404 MESSAGE_TEMPLATE.UNKNOWN',
    ),
  ],
  'PUT /message-templates': [
    as(
      'PUT',
      '/message-templates',
      { ...URGE_WORDS, name: 'urge', expectedVersion: 99 },
      ['office'],
      '409 MESSAGE_TEMPLATE.STALE',
    ),
  ],
  'POST /message-templates/preview': [as('POST', '/message-templates/preview', URGE_WORDS, ['office'], 200)],
  'GET /inbox/preferences': [get('/inbox/preferences')],
  'PUT /inbox/preferences': [
    as(
      'PUT',
      '/inbox/preferences',
      { expectedVersion: 99, preference: NO_PREFERENCE },
      ALL,
      '409 MESSAGE_PREFERENCE.STALE',
    ),
  ],
  'GET /persons/{username}/messages': [
    get('/persons/LD04.contact/messages?day=2023-01-20', [...GOVERNMENT, 'LD04.contact']),
  ],
  'GET /units/{code}/held-messages': [get('/units/LD04/held-messages', NOT_OTHER)],
  'GET /burden': [get('/burden?from=2023-01&to=2023-03', READERS)],
  'GET /burden/export': [get('/burden/export?from=2023-01&to=2023-03&format=csv', READERS)],
  'GET /self-check': [get('/self-check', ['admin'])],
  'GET /channels': [get('/channels', ['admin'])],
  'POST /channels/{channel}/test': [
    as('POST', '/channels/smtp/test', {}, ['admin'], '404 CHANNEL_TEST.UNKNOWN_CHANNEL'),
  ],
  'POST /destinations/{id}/test': [
    as('POST', `/destinations/${NOTHING}/test`, {}, ['admin'], '404 DESTINATION.UNKNOWN'),
  ],
  'GET /channel-tests/{id}': [as('GET', `/channel-tests/${NOTHING}`, undefined, ['admin'], '404 CHANNEL_TEST.UNKNOWN')],
  'GET /queues': [get('/queues', ['admin'])],
  'GET /queues/{queue}/failed-jobs': [get('/queues/imports/failed-jobs', ['admin'])],
  'POST /queues/{queue}/failed-jobs/retry': [as('POST', '/queues/imports/failed-jobs/retry', {}, ['admin'], 200)],
  'POST /queues/{queue}/failed-jobs/{id}/retry': [
    as('POST', `/queues/imports/failed-jobs/${NOTHING}/retry`, {}, ['admin'], '404 QUEUE.JOB_UNKNOWN'),
  ],
  'DELETE /queues/{queue}/failed-jobs/{id}': [
    as('DELETE', `/queues/imports/failed-jobs/${NOTHING}`, undefined, ['admin'], '404 QUEUE.JOB_UNKNOWN'),
  ],
  'GET /clock': [get('/clock')],
  'PUT /clock': [
    {
      request: (_, username) => [username, 'PUT', '/clock', { json: { now: '2023-01-01T00:00:00Z' } }],
      allowed: ['admin'],
      hear: '422 CLOCK.BACKWARDS',
      refusal: NOT_ALLOWED,
    },
  ],
};

describe('Rights', () => {
  let world: World;
  const edge = useEdge(async (database) => {
    const opened = await (await Edge.open(database)).issue();
    const small = await opened.draft(SMALL_PLAN);
    const office = await opened.as('office');
    await office.post(`/plans/${small.id}/issue`, ISSUE);
    const parts = await actOnSample(opened);
    const [{ assignments }] = (await office.get(`/plans/${small.id}`)).tasks;
    const own = await opened.as('LD04.contact');
    const notices = await own.all('/notices?state=issued');
    const [message] = (await own.get('/inbox')).items;
    const revised = formOf(SMALL_PLAN.replace('一条道路', '两条道路'));
    const revision = await office.do('POST', `/plans/${small.id}/revisions`, { form: revised });
    const { policy } = await (await opened.as('security')).get('/sign-in-policy');
    world = {
      ...parts,
      policy,
      small,
      revision,
      unsigned: { id: assignments[0].id, obligations: [] },
      notice: notices[0],
      message,
      actionPlan: (await own.get(`/assignments/${parts.lead.id}/action-plans`)).items[0],
      ownContact: await postOf(opened, 'LD04', 'contact'),
    };
    return opened;
  });

  it('are told for every operation of the document, and for none besides', async () => {
    const { operations } = await Contract.of(edge());
    expect(Object.keys(TABLE).toSorted()).toEqual(operations.map((operation) => operation.name).toSorted());
  });

  const probes = Object.entries(TABLE).flatMap(([operation, list]) =>
    list.map((probe) => ({ operation: `${operation} ${probe.what ?? ''}`, probe })),
  );
  it.each(probes)('$operation', async ({ operation, probe }) => {
    for (const kind of KINDS) {
      const [username, method, path, sent] = probe.request(world, kind);
      // Signing out ends a session that nothing else needs.
      const isEnding = operation.startsWith('DELETE /sessions/current');
      const answer = isEnding
        ? await (await edge().signIn(kind)).ask(method, path, sent)
        : await send(edge(), [username, method, path, sent]);
      const heard = probe.others?.[kind] ?? (probe.allowed.includes(kind) ? probe.hear : probe.refusal!);
      if (typeof heard === 'number') expect([kind, answer.status, answer.text]).toEqual([kind, heard, answer.text]);
      else expectProblem(answer, Number(heard.split(' ')[0]), heard.split(' ')[1]!);
    }
  });

  describe('of an API token', () => {
    const free = new Set(['GET /sessions/current', 'GET /clock']);
    const asked = Object.entries(TABLE).flatMap(([operation, list]) => list.map((probe) => ({ operation, probe })));

    it('are within its scopes, for every operation: one to read the clock reads the clock', async () => {
      const tokens = new Map<Kind, Caller>();
      for (const kind of KINDS) {
        const json = { name: '时钟', purpose: '只读时钟', scopes: ['clock.read'], days: 1 };
        tokens.set(kind, new Caller(edge().app, (await (await edge().as(kind)).post('/api-tokens', json)).token));
      }
      const more: unknown[] = [];
      for (const { operation, probe } of asked) {
        const kind = probe.allowed[0]!;
        const [username, method, path, sent] = probe.request(world, kind);
        if (username === null || free.has(operation) || PUBLIC_OPERATIONS.has(operation)) continue;
        const answer = await tokens.get(kind)!.ask(method, path, sent);
        const { code } = answer.body as { code?: string };
        if (answer.status !== 403) more.push([operation, probe.what, kind, answer.status, code]);
      }
      expect(more).toEqual([]);
      expect(asked.length).toBeGreaterThan(80);
    });
  });

  describe('of a unit to see', () => {
    /** What the database says, by a query of its own, is the unit's. */
    const ids = async (query: string): Promise<string[]> => {
      const rows = await edge().query(query, ['LD04']);
      return rows.map((row) => row.id).toSorted();
    };
    const UNIT = `(select id from unit where code = $1)`;
    const OBLIGED = `(select id from obligation where unit_id = ${UNIT})`;
    const lists: [list: string, query: string][] = [
      ['/obligations', `select id from obligation where unit_id = ${UNIT}`],
      ['/notices', `select id from supervision_notice where obligation_id in ${OBLIGED}`],
      ['/follow-ups', `select id from follow_up where obligation_id in ${OBLIGED}`],
      [
        '/tasks',
        `select t.id from task t where exists (select from assignment a left join task part on part.id = a.task_id
           where a.unit_id = ${UNIT} and t.id in (part.id, part.parent_id))`,
      ],
      [
        '/plans',
        `select distinct t.plan_id as id from task t join assignment a on a.task_id = t.id where a.unit_id = ${UNIT}`,
      ],
      ['/inbox', `select d.id from delivery d join person p on p.id = d.person_id where p.username = $1 || '.contact'`],
    ];

    it.each(lists)('are its own in %s, and all of them, page by page', async (list, query) => {
      const own = await edge().as('LD04.contact');
      const seen = (await own.all(list, 3)).map((item) => item.id);
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.toSorted()).toEqual(await ids(query));
      if (list === '/inbox') return;
      const office = await edge().as('office');
      expect((await office.all(list)).length).toBeGreaterThan(seen.length - (list === '/plans' ? 1 : 0));
    });

    it.each(['/obligations', '/notices', '/follow-ups', '/tasks'])(
      'are none of another’s by a filter of %s',
      async (list) => {
        const [{ id: otherUnit }] = await edge().query(`select id from unit where code = 'LD05'`);
        const office = await edge().as('office');
        expect((await office.all(`${list}?unitId=${otherUnit}`)).length).toBeGreaterThan(0);
        const own = await edge().as('LD04.contact');
        const shared = await own.all(`${list}?unitId=${otherUnit}`);
        // Tasks may be shared; what is owed in them is not.
        const mine = new Set((await own.all('/tasks')).map((task) => task.id));
        expect(list === '/tasks' ? shared.filter((task) => !mine.has(task.id)) : shared).toEqual([]);
      },
    );

    it('are its own tasks of a plan, now and in the past', async () => {
      const own = await edge().as('LD04.contact');
      const mine = new Set((await own.all('/tasks')).map((task) => task.id));
      for (const asOf of ['', '?asOf=2023-01-12']) {
        const { tasks } = await own.get(`/plans/${edge().planId}${asOf}`);
        expect((await own.all(`/tasks${asOf}`)).filter((task) => !mine.has(task.id))).toEqual([]);
        const seen = tasks.flatMap((task: Json) => [task, ...task.subtasks]).map((task: Json) => task.id);
        expect(seen.length).toBeGreaterThan(0);
        expect(seen.filter((id: string) => !mine.has(id))).toEqual([]);
      }
    });

    it('are none of the drafts', async () => {
      const draft = await edge().draft();
      const own = await edge().as('LD04.head');
      expectProblem(await own.ask('GET', `/plans/${draft.id}`), 404, 'PLAN.UNKNOWN');
      expectProblem(await own.ask('GET', `/plans/${draft.id}/source`), 403, 'RIGHTS.NOT_ALLOWED');
      expectProblem(await own.ask('GET', `/plans/${draft.id}/unresolved-names`), 403, 'RIGHTS.NOT_ALLOWED');
      expectProblem(await own.ask('GET', `/tasks/${draft.tasks[0].id}`), 403, 'TASK.NOT_YOURS');
      expect((await own.all('/tasks')).filter((task) => task.planId === draft.id)).toEqual([]);
      expect((await own.all('/plans')).map((plan) => plan.id)).not.toContain(draft.id);
    });

    it('are no task by its id but its own, nor its history', async () => {
      const [office, own] = [await edge().as('office'), await edge().as('LD04.contact')];
      const mine = new Set((await own.all('/tasks')).map((task) => task.id));
      const others = (await office.all('/tasks')).filter((task) => !mine.has(task.id));
      expect(others.length).toBeGreaterThan(10);
      for (const { id } of others) {
        expectProblem(await own.ask('GET', `/tasks/${id}`), 403, 'TASK.NOT_YOURS');
        expectProblem(await own.ask('GET', `/tasks/${id}/history`), 403, 'TASK.NOT_YOURS');
      }
      for (const id of mine) expect((await own.ask('GET', `/tasks/${id}`)).status).toBe(200);
    });

    it('are its own figures on the dashboard', async () => {
      const own = await edge().as('LD04.contact');
      const board = await own.get('/dashboard');
      const obligations = await own.all('/obligations');
      const notices = await own.all('/notices');
      const [{ n }] = await edge().query(`select count(*)::int as n from assignment where unit_id = ${UNIT}`, ['LD04']);
      const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
      expect(sum(board.assignments)).toBe(n);
      expect(board.obligations).toMatchObject({
        open: obligations.filter((o) => o.state === 'open').length,
        overdue: obligations.filter((o) => o.isOverdue).length,
        discharged: obligations.filter((o) => o.state === 'discharged').length,
      });
      const standing = notices.filter((notice) => ['issued', 'acknowledged', 'answered'].includes(notice.state));
      expect(sum(board.standingNotices)).toBe(standing.length);
      expect(await own.all('/notices?state=standing')).toEqual(standing);
      expect(board.mostOverdueUnits.map((unit: Json) => unit.unitName)).toEqual(['市工信局']);
    });
  });
});
