import type { ComponentType } from 'react';

/** The groups of the navigation, in their order. */
export const NAV_GROUPS = ['work', 'office', 'audit', 'admin'] as const;

export interface Page {
  /** Within the console: `/board`, `/tasks/:taskId`. */
  path: string;
  load: () => Promise<{ default: ComponentType }>;
  /** One of these rights (权限) opens it; without, whoever is signed in. */
  rights?: readonly string[];
  /** Only for these kinds of posts (岗位). */
  posts?: readonly string[];
  /** Its place in the navigation; `words` is a key of `console:nav`. */
  nav?: { words: NavWords; group: (typeof NAV_GROUPS)[number] };
  /** Whose first page it is. */
  homeOf?: readonly string[];
  /** Stands by itself, without the navigation: for a meeting room's screen. */
  isBare?: boolean;
}

export type NavWords = keyof typeof import('./words/zh/console').default.nav;

/** The posts (岗位) of a unit: whoever holds one has matters of their own. */
const UNIT_POSTS = ['contact', 'head', 'deputy', 'handler'] as const;

/** Every page of the console, in the order of the navigation: the one place to add one. */
export const PAGES: readonly Page[] = [
  {
    path: '/mine',
    load: () => import('./mine/mine-page'),
    posts: UNIT_POSTS,
    nav: { words: 'mine', group: 'work' },
    homeOf: UNIT_POSTS,
  },
  { path: '/mine/:taskId/:assignmentId/:act', load: () => import('./mine/act-page'), posts: UNIT_POSTS },
  {
    path: '/overview',
    load: () => import('./leader/overview-page'),
    rights: ['read.all'],
    posts: ['leader', 'office', 'officer'],
    nav: { words: 'overview', group: 'work' },
    homeOf: ['leader'],
  },
  {
    path: '/screen',
    load: () => import('./leader/screen-page'),
    rights: ['read.all'],
    posts: ['leader', 'office', 'officer'],
    isBare: true,
  },
  {
    path: '/desk',
    load: () => import('./desk/desk-page'),
    rights: ['assignment.judge'],
    nav: { words: 'desk', group: 'work' },
    homeOf: ['office', 'officer'],
  },
  {
    path: '/board',
    load: () => import('./board/board-page'),
    rights: ['read.all', 'read.own'],
    nav: { words: 'board', group: 'work' },
    homeOf: ['office', 'officer', 'leader'],
  },
  { path: '/tasks/:taskId', load: () => import('./task/task-page'), rights: ['read.all', 'read.own'] },
  {
    path: '/inbox',
    load: () => import('./inbox/inbox-page'),
    rights: ['inbox.read'],
    nav: { words: 'inbox', group: 'work' },
  },
  {
    path: '/plans',
    load: () => import('./plans/plans-page'),
    rights: ['plan.draft', 'breakdown.draft', 'read.all'],
    nav: { words: 'plans', group: 'office' },
  },
  { path: '/plans/:planId', load: () => import('./plans/plan-page'), rights: ['read.own', 'read.all'] },
  {
    path: '/verification',
    load: () => import('./verification/verification-page'),
    rights: ['assignment.judge'],
    nav: { words: 'verification', group: 'office' },
  },
  {
    path: '/notices',
    load: () => import('./notices/notices-page'),
    rights: ['read.own', 'read.all'],
    nav: { words: 'notices', group: 'office' },
  },
  {
    path: '/matters',
    load: () => import('./matters/matters-page'),
    rights: ['read.all'],
    nav: { words: 'matters', group: 'office' },
  },
  {
    path: '/policies',
    load: () => import('./policies/policies-page'),
    rights: ['read.all'],
    nav: { words: 'policies', group: 'office' },
  },
  { path: '/policies/:policyId', load: () => import('./policies/policy-page'), rights: ['read.all'] },
  { path: '/policies/drafts/:draftId', load: () => import('./policies/draft-page'), rights: ['policy.draft'] },
  {
    path: '/directory',
    load: () => import('./directory/directory-page'),
    rights: ['unit.read'],
    nav: { words: 'directory', group: 'office' },
  },
  {
    path: '/bulletins',
    load: () => import('./bulletins/bulletins-page'),
    rights: ['read.all', 'read.own'],
    nav: { words: 'bulletins', group: 'office' },
  },
  { path: '/bulletins/:bulletinId', load: () => import('./bulletins/bulletin-page'), rights: ['read.all', 'read.own'] },
  {
    path: '/ledgers',
    load: () => import('./ledgers/ledgers-page'),
    rights: ['read.all', 'read.own'],
    nav: { words: 'ledgers', group: 'office' },
  },
  {
    path: '/calendar',
    load: () => import('./calendar/calendar-page'),
    rights: ['read.own', 'read.all'],
    posts: ['office', 'officer', 'leader', 'auditor', 'admin'],
    nav: { words: 'calendar', group: 'office' },
  },
  {
    path: '/retention',
    load: () => import('./retention/retention-page'),
    rights: ['plan.archive', 'disposal.decide', 'disposal.hold', 'system.check'],
    nav: { words: 'retention', group: 'office' },
  },
  {
    path: '/pictures',
    load: () => import('./pictures/pictures-page'),
    rights: ['read.all'],
    nav: { words: 'pictures', group: 'office' },
  },
  {
    path: '/audit',
    load: () => import('./audit/audit-page'),
    rights: ['history.search'],
    nav: { words: 'audit', group: 'audit' },
    homeOf: ['auditor'],
  },
  { path: '/audit/at', load: () => import('./audit/at-page'), rights: ['history.search'] },
  {
    path: '/proofs',
    load: () => import('./proofs/proofs-page'),
    rights: ['history.read'],
    nav: { words: 'proofs', group: 'audit' },
  },
  {
    path: '/people',
    load: () => import('./people/people-page'),
    rights: ['account.create', 'post.decide'],
    nav: { words: 'people', group: 'admin' },
    homeOf: ['admin', 'security'],
  },
  {
    path: '/channels',
    load: () => import('./channels/channels-page'),
    rights: ['destination.manage', 'message.rules'],
    nav: { words: 'channels', group: 'admin' },
  },
  {
    path: '/queues',
    load: () => import('./queues/queues-page'),
    rights: ['queue.manage'],
    nav: { words: 'queues', group: 'admin' },
  },
  {
    path: '/health',
    load: () => import('./health/health-page'),
    rights: ['system.check'],
    nav: { words: 'health', group: 'admin' },
  },
  { path: '/account', load: () => import('./account/account-page'), nav: { words: 'account', group: 'admin' } },
];

/** Whether the person, in the post in which they act, may open the page. */
export function mayOpen(
  { rights, posts }: Page,
  { me, may }: { me: { post: string }; may: (...rights: string[]) => boolean },
): boolean {
  return (rights === undefined || may(...rights)) && (posts === undefined || posts.includes(me.post));
}
