import { reachOf } from '@duban/directory';
import type { PostKind } from '@duban/domain';
import type { TestDatabase } from '@duban/testing';
import { CONTROLLERS } from '../src/api.module';
import { type Route, routesOf } from '../src/routes';
import { Edge, formOf, ISSUE, type Json, type Method, type Sent } from './edge';

/** Whoever asks: every kind of post, and of the unit's a second person who is not named for the restricted matter. */
export const ASKERS: Readonly<Record<string, { post: PostKind; isNamed?: boolean }>> = {
  office: { post: 'office', isNamed: true },
  officer: { post: 'officer' },
  leader: { post: 'leader' },
  auditor: { post: 'auditor' },
  admin: { post: 'admin' },
  security: { post: 'security' },
  'LD04.head': { post: 'head', isNamed: true },
  'LD04.contact': { post: 'contact' },
  'LD04.deputy': { post: 'deputy' },
  'LD04.handler': { post: 'handler' },
};
export const RELATIONS = ['own', 'led', 'others', 'restricted'] as const;
export type Relation = (typeof RELATIONS)[number];

/** Something in each relation to the unit LD04; by what names it a request reaches it. */
type Target = Partial<Record<'plan' | 'task' | 'assignment' | 'notice' | 'revision' | 'item' | 'obligation', string>>;
export interface Matters {
  targets: Record<Relation, Target>;
  /** What shows that something of a matter was seen: its words and ids. */
  marks: Record<Relation, string[]>;
  /** A task of each plan that is a target. */
  taskOf: Record<string, string>;
}

const WORDS = {
  own: '修缮青石桥',
  others: '迁建白鹭馆',
  restricted: '整修望江阁',
  draft: '筹建听雨亭',
  hiddenDraft: '筹办观星台',
};
const headed = (...tasks: string[]): string =>
  `临澜市2023年《政府工作报告》目标任务责任分解方案\n\n（一）办好民生实事\n\n${tasks.map((task, i) => `　　${i + 1}.${task}\n`).join('\n')}`;
const PLAN = headed(
  `${WORDS.own}。（牵头单位：市工信局；责任单位：市公安局）`,
  `${WORDS.others}。（牵头单位：市民政局）`,
  `${WORDS.restricted}。（牵头单位：市工信局）`,
);
export const DRAFT = headed(`${WORDS.draft}。（牵头单位：市民政局）`);
const HIDDEN_DRAFT = headed(`${WORDS.hiddenDraft}。（牵头单位：市民政局）`);

/** An issued plan with an own task, another's and a restricted one, a draft, and a restricted draft. */
export async function openMatters(
  database: TestDatabase,
  settings: Record<string, string> = {},
): Promise<{ edge: Edge; matters: Matters }> {
  const edge = await Edge.open(database, { settings });
  const office = await edge.as('office');
  await addPosts(edge);
  const draft = await edge.draft(DRAFT);
  const hiddenDraft = await edge.draft(HIDDEN_DRAFT);
  const drafted = await edge.draft(PLAN);
  await office.post(`/plans/${drafted.id}/issue`, ISSUE);
  await edge.passTo('2023-01-20T12:00:00+08:00');
  const revisionOf = async ({ id }: Json, text: string): Promise<Target> => {
    const revised = {
      form: formOf(
        text.replace('（一）办好民生实事\n', '（一）办好民生实事\n\n　　9.新建驿站。（牵头单位：市民政局）\n'),
      ),
    };
    const revision = await office.do('POST', `/plans/${id}/revisions`, revised);
    return { plan: id, revision: revision.id, item: revision.items[0].id };
  };
  const plan = await office.get(`/plans/${drafted.id}`);
  const [own, others, restricted] = await Promise.all(plan.tasks.map((task: Json) => office.get(`/tasks/${task.id}`)));
  const partOf = (task: Json, unitName: string): Target => {
    const { id } = task.assignments.find((one: Json) => one.unitName === unitName);
    const owed = task.obligations.filter((one: Json) => one.assignmentId === id);
    const notice = task.notices.find((one: Json) =>
      owed.some((obligation: Json) => obligation.id === one.obligationId),
    );
    const obligation = owed.find((one: Json) => one.kind === 'action_plan' || one.kind === 'progress_report');
    return { task: task.id, assignment: id, notice: notice.id, obligation: (obligation ?? owed[0]).id };
  };
  const targets: Matters['targets'] = {
    // With a restricted task in it, its revisions are for those alone who see all of it.
    own: { plan: plan.id, ...partOf(own, '市工信局') },
    led: { task: own.id, ...partOf(own, '市公安局') },
    others: { ...(await revisionOf(draft, DRAFT)), ...partOf(others, '市民政局') },
    restricted: { ...(await revisionOf(hiddenDraft, HIDDEN_DRAFT)), ...partOf(restricted, '市工信局') },
  };
  const named = { json: { usernames: ['office', 'LD04.head'] } };
  await office.do('PUT', `/tasks/${restricted.id}/restrictions`, named);
  await office.do('PUT', `/plans/${hiddenDraft.id}/restrictions`, { json: { usernames: ['office'] } });
  const idsOf = ({ task, assignment, notice }: Target): string[] => [task, assignment, notice].map((id) => id!);
  return {
    edge,
    matters: {
      targets,
      marks: {
        own: [WORDS.own, ...idsOf(targets.own)],
        led: [],
        others: [WORDS.others, WORDS.draft, draft.id, ...idsOf(targets.others)],
        restricted: [WORDS.restricted, WORDS.hiddenDraft, hiddenDraft.id, ...idsOf(targets.restricted)],
      },
      taskOf: { [plan.id]: own.id, [draft.id]: draft.tasks[0].id, [hiddenDraft.id]: hiddenDraft.tasks[0].id },
    },
  };
}

/** A deputy and a handler of LD04, who sign in like its contact. */
async function addPosts(edge: Edge): Promise<void> {
  for (const kind of ['deputy', 'handler']) {
    await edge.query(
      `with p as (insert into person (id, username, display_name, password_hash, is_active, created_at)
           select gen_random_uuid(), 'LD04.' || $1, $1, password_hash, true, now() from person where username = 'LD04.contact'
           returning id),
         o as (insert into post (id, kind, unit_id, title) select gen_random_uuid(), $1, id, $1 from unit where code = 'LD04'
           returning id)
       insert into post_holding (id, post_id, person_id, from_on) select gen_random_uuid(), o.id, p.id, '2023-01-01' from o, p`,
      [kind],
    );
  }
}

/** Every route that needs a right; those of an identity provider have a spec with one. */
export const ROUTES = routesOf([...CONTROLLERS.always, ...CONTROLLERS.withDemonstrationClock]).filter(
  ({ needs }) => needs !== null && needs.length > 0,
);

/** What the first part of a path, with an id behind it, names. */
const KIND_OF: Readonly<Record<string, keyof Target>> = {
  plans: 'plan',
  tasks: 'task',
  assignments: 'assignment',
  notices: 'notice',
  obligations: 'obligation',
};
export const matterOf = ({ path }: Route): keyof Target | null => {
  const [, first, second] = path.split('/');
  return second === '{id}' ? (KIND_OF[first!] ?? null) : null;
};

/** Whether the table lets somebody do what a route needs with something in that relation. */
export function isAllowed({ needs, path }: Route, who: keyof typeof ASKERS, relation: Relation | null): boolean {
  const { post, isNamed } = ASKERS[who]!;
  const isOfPlan = matterOf({ path } as Route) === 'plan';
  // No plan of the matters is a unit's own (二级分解), to which alone these go.
  const ofPlans = needs!.filter((action) => !isOfPlan || !action.startsWith('breakdown.'));
  const reaches = ofPlans.map((action) => reachOf(action, post)).filter((reach) => reach !== null);
  if (relation === null) return reaches.length > 0;
  // The draft among the restricted matters is the office's, the rest the unit's own.
  if (relation === 'restricted' && (!isNamed || (isOfPlan && post !== 'office'))) return false;
  // A package has all of its plan, also the restricted task that is in the own one.
  if (path === '/plans/{id}/archive' && relation === 'own' && !isNamed) return false;
  const covers = {
    own: ['all', 'led', 'own'],
    led: ['all', 'led'],
    others: ['all'],
    restricted: ['all', 'led', 'own'],
  };
  return reaches.some((reach) => covers[relation].includes(reach));
}

/** What a request carries that would do something (`does`), and how it is kept from that where it is allowed (`stops`). */
interface Body {
  does: (target: Target, matters: Matters) => object;
  stops: object;
}
const NOBODY = '00000000-0000-4000-8000-000000000000';
const STALE = { expectedVersion: 99 };
const EVIDENCE = [{ title: '验收意见' }];
const BODIES: Readonly<Record<string, Body>> = {
  'PATCH /plans/{id}/tasks/{taskId}': { does: () => ({ content: '改动的文字。' }), stops: STALE },
  'POST /plans/{id}/tasks': { does: () => ({ content: '增补的事项。' }), stops: STALE },
  'POST /plans/{id}/tasks/{taskId}/split': { does: () => ({ at: [3] }), stops: STALE },
  'POST /plans/{id}/merge': {
    does: ({ plan }, { taskOf }) => ({ tasks: [taskOf[plan!], taskOf[plan!]] }),
    stops: STALE,
  },
  'PUT /plans/{id}/order': { does: () => ({ renumber: true }), stops: STALE },
  'POST /plans/{id}/confirm-leads': { does: () => ({}), stops: STALE },
  'POST /plans/{id}/standing-units': {
    does: ({ plan }, { taskOf }) => ({ units: ['市发改委'], from: taskOf[plan!] }),
    stops: STALE,
  },
  'POST /plans/{id}/deadlines': { does: () => ({ deadline: { text: '年底前', due: '2023-12-31' } }), stops: STALE },
  'PUT /plans/{id}/unresolved-names': { does: () => ({ name: '市某局', unitId: NOBODY }), stops: STALE },
  'POST /plans/{id}/issue': { does: () => ISSUE, stops: { issuedOn: '2099-01-01' } },
  'POST /plans/{id}/close': { does: () => ({ digest: 'read-before', decisions: [] }), stops: { digest: 'stale' } },
  'POST /plans/{id}/policy': {
    does: () => ({ policy: 'leader-instruction', open: 'new_only', reason: '试行。', digest: 'read-before' }),
    stops: { digest: 'stale' },
  },
  // The plan is not closed.
  'POST /plans/{id}/archive': { does: () => ({ retention: '10年' }), stops: {} },
  'PUT /plans/{id}/restrictions': { does: () => ({ usernames: ['office'] }), stops: { usernames: ['nobody'] } },
  'PUT /plans/{id}/disposal-hold': {
    does: () => ({ isHeld: true, reason: '待查。' }),
    // Nothing holds it that could be lifted.
    stops: { isHeld: false },
  },
  'PUT /tasks/{id}/restrictions': { does: () => ({ usernames: [] }), stops: { usernames: ['nobody'] } },
  'POST /plans/{id}/revisions/{revisionId}/items/{itemId}/take': { does: () => ({}), stops: STALE },
  'POST /plans/{id}/revisions/{revisionId}/items/{itemId}/decline': {
    does: () => ({ reason: '不变。' }),
    stops: {},
  },
  'POST /plans/{id}/revisions/{revisionId}/take': { does: () => ({}), stops: { itemIds: [NOBODY] } },
  'POST /plans/{id}/revisions/{revisionId}/numbers/take': { does: () => ({}), stops: {} },
  'POST /plans/{id}/revisions/{revisionId}/close': {
    does: () => ({ reason: '不改了。' }),
    stops: { reason: undefined },
  },
  'POST /assignments/{id}/transitions': {
    does: () => ({ event: 'sign_for', text: '好。', evidence: EVIDENCE }),
    stops: STALE,
  },
  'POST /tasks/{id}/instructions': { does: () => ({ text: '请抓紧。' }), stops: { dueOn: '2023-01-01' } },
  'POST /tasks/{id}/open-forms': { does: () => ({ form: 'report' }), stops: {} },
  'POST /tasks/{id}/satisfaction': {
    does: () => ({ rating: 'satisfied', method: 'visit', on: '2023-01-20' }),
    stops: { on: '2099-01-01' },
  },
  'POST /assignments/{id}/reports': {
    does: ({ obligation }) => ({ obligationId: obligation, text: '按序推进。' }),
    stops: { obligationId: NOBODY },
  },
  'POST /assignments/{id}/action-plans': {
    does: () => ({ actionPlan: { goals: '年底前完成。', measures: [] }, reason: '调整。' }),
    // There is none yet that could be revised.
    stops: {},
  },
  'POST /assignments/{id}/breakdown': {
    does: () => ({ issue: false, tasks: [{ content: '分解的事项。', units: [{ unitId: NOBODY }] }] }),
    stops: {},
  },
  'PUT /plans/{id}/visibility': { does: () => ({ visibility: 'full' }), stops: {} },
  'POST /assignments/{id}/contributions': { does: () => ({ subject: '一季度' }), stops: { from: [NOBODY] } },
  'PUT /tasks/{id}/group-completion': {
    does: () => ({ groupId: NOBODY, rule: 'any' }),
    stops: {},
  },
  'POST /tasks/{id}/coordinations': {
    does: () => ({ about: '分工', with: ['LD01'], reason: '不一。' }),
    stops: { with: ['NONE'] },
  },
  'POST /assignments/{id}/applications': {
    does: ({ obligation }) => ({
      kind: 'extension',
      reason: '延期。',
      obligationId: obligation,
      dueOn: '2099-01-01',
      progress: '在办。',
    }),
    stops: { obligationId: NOBODY },
  },
  'POST /notices/{id}/transitions': { does: () => ({ event: 'answer', answer: '在办。' }), stops: STALE },
};

/** What a question asks for besides, without which nobody is answered. */
const QUERIES: Readonly<Record<string, string>> = {
  // Else it goes on for ever.
  'GET /inbox/events': '?wait=false',
  'GET /policies/{id}/changes': '?from=1',
  'GET /burden': '?from=2023-01&to=2023-03',
  'GET /burden/export': '?from=2023-01&to=2023-03',
  'GET /bulletins/preview': '?from=2023-01-01&to=2023-12-31',
  'GET /restrictions/people': '?q=LD04',
  'GET /holdings': '?planId=00000000-0000-4000-8000-000000000000',
  'GET /satisfaction': '?planId=00000000-0000-4000-8000-000000000000',
  'GET /history/proofs/inclusion': '?eventId=00000000-0000-4000-8000-000000000000',
  'GET /history/proofs/consistency': '?from=1&to=1',
};

/** A request to a route about something; null where there is nothing of that kind in the relation. */
export function requestTo(
  route: Route,
  relation: Relation | null,
  matters: Matters,
  does: boolean,
  who: string,
): [Method, string, Sent] | null {
  const name = `${route.method} ${route.path}`;
  const target = relation ? matters.targets[relation] : {};
  const kind = matterOf(route);
  const id = kind ? target[kind] : NOBODY;
  if (!id || (route.path.includes('{revisionId}') && !target.revision)) return null;
  const values: Record<string, string | undefined> = {
    id,
    taskId: matters.taskOf[target.plan ?? ''],
    revisionId: target.revision,
    // An item that there is not ends a decision of those who may.
    measureId: NOBODY,
    deliveryId: NOBODY,
    itemId: does ? target.item : NOBODY,
    username: name === 'PATCH /persons/{username}' ? who : 'LD09.head',
    code: name === 'GET /units/{code}/held-messages' ? 'LD04' : 'LD09',
    token: 'none'.repeat(10),
    name: 'urge',
    version: '1',
    queue: 'imports',
    channel: 'smtp',
  };
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`the matrix has no value for {${key}} of ${route.path}: add it`);
    return value;
  });
  const method = route.method as Method;
  if (method === 'GET') return [method, path + (QUERIES[name] ?? ''), {}];
  if (method === 'DELETE') return [method, `${path}${does || !kind ? '' : '?expectedVersion=99'}`, {}];
  if (name === 'POST /plans/{id}/revisions') return [method, path, { form: formOf(DRAFT) }];
  if (!kind) return [method, path, { json: {} }];
  const body = BODIES[name];
  if (!body) throw new Error(`the matrix has no body for ${name}: add one that would do something`);
  return [method, path, { json: does ? body.does(target, matters) : { ...body.does(target, matters), ...body.stops } }];
}
