import type { PostKind } from '@duban/domain';
import type { Actor, Matter } from '@duban/history';
import { forbidden } from '@duban/kernel';

/**
 * How far a right goes. `all`: whatever it concerns. `own`: only what is the part of the unit whose post it is. `led`:
 * that, and the parts of others in the tasks that the unit leads (牵头). Of a restricted matter (限知事项) nothing goes
 * beyond the people who are named for it, whatever their post.
 */
export type Reach = 'all' | 'led' | 'own';

const OFFICE = { office: 'all', officer: 'all' } as const;
const UNIT = { head: 'own', deputy: 'own', contact: 'own', handler: 'own' } as const;
const UNIT_THAT_LEADS = { head: 'led', deputy: 'led', contact: 'led', handler: 'led' } as const;
const UNIT_HEADS = { head: 'own', deputy: 'own' } as const;
const GOVERNMENT = { ...OFFICE, leader: 'all', auditor: 'all', admin: 'all' } as const;
const ADMINISTRATORS = { admin: 'all', security: 'all', auditor: 'all' } as const;
const EVERYBODY = {
  ...GOVERNMENT,
  security: 'all',
  head: 'all',
  deputy: 'all',
  contact: 'all',
  handler: 'all',
} as const;

/** Which post may do what (权限). What is not here is not allowed. */
const RIGHTS = {
  'plan.draft': OFFICE,
  'plan.edit': OFFICE,
  'plan.issue': OFFICE,
  /** Draft what one's unit breaks down among the units below it (二级分解). */
  'breakdown.draft': UNIT,
  /** Issue it, open what is reported in it to the level above, and close it at the year's end. */
  'breakdown.issue': UNIT_HEADS,
  /** Return, verify and cancel parts of it, and judge answers to its notices: what the office does elsewhere. */
  'breakdown.judge': UNIT_HEADS,
  /** Take the archive package (归档信息包) of one's unit's own closed plan. */
  'breakdown.archive': { head: 'own' },
  /** Try what a rule set would send. */
  'policy.simulate': OFFICE,
  /** Write rule sets (督办规则) as drafts. */
  'policy.draft': OFFICE,
  /** Enable a draft as the next version, and have an issued plan go by another version. */
  'policy.enable': { office: 'all' },
  /** Say who alone may know of a matter. */
  'matter.restrict': { office: 'all' },
  /** Take matters in from elsewhere (事项登记), and correct them. */
  'matter.register': OFFICE,
  /** Read who asked for a matter: name and telephone. */
  'matter.petitioner': { ...OFFICE, ...UNIT_THAT_LEADS },
  'unit.import': { ...OFFICE, admin: 'all' },
  'unit.reorganise': { office: 'all', admin: 'all' },
  'unit.read': EVERYBODY,
  /** Make and close posts of deputies and handlers. */
  'post.create': { ...OFFICE, admin: 'all' },
  'account.create': { admin: 'all' },
  'account.edit': { admin: 'all' },
  /** One's own mail address and password. */
  'account.edit_own': EVERYBODY,
  /** Erase a person by law, once the system administrator has closed the account. */
  'person.erase': { security: 'all' },
  'account.read': ADMINISTRATORS,
  /** Propose that somebody is given a post, or loses one. */
  'post.propose': { admin: 'all', security: 'all' },
  /** Give and take posts: what the security administrator proposes is done at once. */
  'post.decide': { security: 'all' },
  /** Have somebody stand in for the holder of a post (代行), and end it; everybody does for their own posts. */
  'delegation.make': { office: 'all', security: 'all', head: 'own' },
  'delegation.read': { ...OFFICE, ...ADMINISTRATORS, head: 'own' },
  /** Unlock an account, end its sessions and tokens, take its second factor away. */
  'sign_in.administer': { security: 'all' },
  'sign_in.policy': { security: 'all' },
  'history.read': { auditor: 'all' },
  /** Search the history of plans and tasks, keep searches, and take what they find with one. */
  'history.search': { ...OFFICE, auditor: 'all' },
  /** Record a paper that arranges days off and make-up days (放假安排通知). */
  'calendar.import': { ...OFFICE, admin: 'all' },
  'clock.move': { admin: 'all' },
  /** Ask whether all that must always hold does (自检). */
  'system.check': { admin: 'all' },
  /** See what failed in the queues (任务队列), have it tried again, put it away. */
  'queue.manage': { admin: 'all' },
  'clock.read': EVERYBODY,
  /** Sign for a part, hand in reports and the completion, withdraw it. */
  'assignment.act': UNIT,
  /** Return, verify, reopen, suspend, transfer, cancel; settle objections. */
  'assignment.judge': OFFICE,
  /** End a part without success (未能办成): a decision of the head of the office. */
  'assignment.approve': { office: 'all' },
  /** Return and verify what the other units of a task report. */
  'assignment.judge_led': UNIT_THAT_LEADS,
  /** Confirm what one's unit hands in, or send it back. */
  'report.confirm': { head: 'own', deputy: 'own' },
  /** Say something of a task as a leader (领导批示), or record what a leader said. */
  'instruction.give': { ...OFFICE, leader: 'all' },
  /** Record what the public thinks of what was done (满意度). */
  'satisfaction.record': OFFICE,
  /** Take back a card (督办牌) that was given in error. */
  'card.withdraw': { office: 'all' },
  /** Apply for more time, for an end without success, for a review of a return; take that back. */
  'application.make': { ...OFFICE, ...UNIT },
  /** Decide on applications: the office, and a lead on the dates that it set. */
  'application.decide': { ...OFFICE, ...UNIT_THAT_LEADS },
  /** Close a plan at the year's end. */
  'plan.close': { office: 'all' },
  /** Take the archive package (归档信息包) of a closed plan, all of which one sees, and propose its disposal (销毁). */
  'plan.archive': { office: 'all', auditor: 'all' },
  /** Say how long each kind of matter is kept (保管期限), and decide on disposals that another has proposed. */
  'disposal.decide': { office: 'all' },
  /** Keep a plan from disposal, and let it go (暂停处置). */
  'disposal.hold': { auditor: 'all' },
  'notice.answer': UNIT,
  'notice.judge': OFFICE,
  /** Put another template of notices, or the one that comes with duban again. */
  'notice.template': { office: 'all' },
  /** Publish a bulletin (通报). */
  'bulletin.publish': { office: 'all' },
  'read.all': GOVERNMENT,
  /** One's own part, with those who are in it, and all of what one's unit leads. */
  'read.own': { ...GOVERNMENT, ...UNIT_THAT_LEADS },
  'delivery.read_all': GOVERNMENT,
  /** Let an address get messages again that some came back from. */
  'address.lift': { admin: 'all' },
  /** Set up where digests go beside people (推送目的地), change keys, pause, resume, send once more, and try channels. */
  'destination.manage': { admin: 'all' },
  'inbox.read': EVERYBODY,
  /** Say what is urgent, how often units are written to, and what people may choose. */
  'message.rules': { office: 'all' },
} as const satisfies Record<string, Partial<Record<PostKind, Reach>>>;

/**
 * What somebody may do who stands in for some matters of a post only (代行): read, and what whoever does it asks of each
 * matter, by `assertInMatter`. The rest concerns more than some matters.
 */
const OF_MATTERS: readonly Action[] = [
  'unit.read',
  'clock.read',
  'inbox.read',
  'read.all',
  'read.own',
  'assignment.act',
  'assignment.judge',
  'assignment.approve',
  'assignment.judge_led',
  'breakdown.judge',
  'instruction.give',
  'satisfaction.record',
  'card.withdraw',
  'application.make',
  'application.decide',
  'account.edit_own',
  'report.confirm',
  'notice.answer',
  'notice.judge',
];

/** What is allowed, for people who read the table, in English and Chinese. */
export const RIGHTS_IN_WORDS: Readonly<Record<Action, readonly [english: string, chinese: string]>> = {
  'plan.draft': ['import a document into a draft', '导入方案草案'],
  'plan.edit': ['change a draft; import and decide revisions', '修改草案、处理修订'],
  'plan.issue': ['issue a plan; take revisions of an issued one', '印发方案'],
  'matter.restrict': ['name the people who alone know of a matter', '设定限知人员'],
  'matter.register': ['register matters and correct them', '登记事项'],
  'matter.petitioner': ['read who asked for a matter, in full', '查看信访人、来电人信息'],
  'breakdown.draft': ['draft what their unit breaks down among the units below it', '起草二级分解方案'],
  'breakdown.issue': [
    'issue it, open what is reported in it to the level above, and close it at the year’s end',
    '印发二级分解方案，年终结转',
  ],
  'breakdown.judge': ['return, verify and cancel in it', '审核二级分解事项'],
  'breakdown.archive': ['take the archive package of it, once it is closed', '导出二级分解方案的归档信息包'],
  'policy.simulate': ['try what a rule set would send', '模拟督办规则'],
  'policy.draft': ['write drafts of rule sets', '起草督办规则'],
  'policy.enable': [
    'enable drafts of rule sets, and change the rules of issued plans',
    '启用督办规则、变更方案所用规则',
  ],
  'unit.import': ['import the directory of units', '导入单位名录'],
  'unit.reorganise': ['rename, merge, split and abolish units, and move their matters', '机构改革'],
  'post.create': ['make and close posts of deputies and handlers', '设置岗位'],
  'unit.read': ['read the directory of units', '查看单位名录'],
  'account.create': ['make accounts', '新建账号'],
  'account.edit': ['change accounts', '修改账号'],
  'account.edit_own': ['change one’s own mail address and password', '修改本人邮箱和密码'],
  'person.erase': ['erase a person by law whose account is closed', '依法删除个人信息'],
  'account.read': ['read accounts, proposals of posts, the sign-in policy', '查看账号'],
  'post.propose': ['propose that somebody is given a post, or loses one', '提出授权'],
  'post.decide': ['decide on such proposals', '审定授权'],
  'delegation.make': ['have somebody stand in for the holder of another’s post', '安排代行'],
  'delegation.read': ['read who stands in for whom', '查看代行'],
  'sign_in.administer': ['unlock accounts, end sessions, reset second factors', '登录管理'],
  'sign_in.policy': ['set the sign-in policy', '设定登录策略'],
  'history.read': ['read the whole history', '审计'],
  'history.search': ['search the history of plans and tasks', '检索留痕'],
  'calendar.import': ['record papers that arrange the holidays', '导入放假安排通知'],
  'clock.move': ['move a demonstration’s clock', '调整演示时钟'],
  'system.check': ['ask whether all that must always hold does', '系统自检'],
  'queue.manage': ['see failed jobs of the queues, have them tried again, put them away', '管理任务队列'],
  'clock.read': ['read a demonstration’s clock', '查看演示时钟'],
  'assignment.act': [
    'sign for a part, object to it, report, withdraw; ask for contributions and write them; raise disagreements',
    '签收、提出异议、报送、办结、撤回，约稿、供稿，提请协调',
  ],
  'assignment.judge': [
    'return, verify, reopen, suspend, transfer, cancel; settle objections and disagreements; say how groups complete',
    '退回、审核、重新办理、中止、移交、撤销，处理异议，协调，设定集合单位完成规则',
  ],
  'assignment.approve': ['end a part without success', '批准未能办成'],
  'assignment.judge_led': ['return and verify what others report in a task', '牵头审核'],
  'report.confirm': ['confirm what one’s unit hands in, or send it back', '审签本单位报送'],
  'bulletin.publish': ['publish bulletins', '发布通报'],
  'instruction.give': ['give leaders’ instructions on tasks, and record them', '作出、登记领导批示'],
  'card.withdraw': ['take back cards that were given in error', '撤回督办牌'],
  'satisfaction.record': ['record how satisfied the public is', '登记满意度回访'],
  'application.make': [
    'apply for an extension, an end without success, a review; withdraw that',
    '申请延期、未能办成、复核，撤回申请',
  ],
  'application.decide': ['decide on applications', '审批申请'],
  'plan.close': ['close a plan at the year’s end', '年终结转'],
  'plan.archive': ['take the archive package of a closed plan; propose its disposal', '导出归档信息包，提请销毁'],
  'disposal.decide': [
    'set how long each kind of matter is kept; decide on disposals that another has proposed',
    '设定保管期限，审批销毁',
  ],
  'disposal.hold': ['put plans on hold from disposal, and lift that', '暂停、恢复处置'],
  'notice.answer': ['acknowledge and answer supervision notices', '回复督办单'],
  'notice.judge': ['accept and reject answers to them', '审核督办单回复'],
  'notice.template': ['change the template of supervision notices', '更换督办单模板'],
  'read.all': ['read all plans, tasks, notices, and documents', '查看全部事项'],
  'read.own': ['read the matters that concern one', '查看相关事项'],
  'address.lift': ['let an address get messages again', '恢复退信地址'],
  'destination.manage': ['set up destinations of messages, and replay what went there', '管理推送目的地'],
  'delivery.read_all': ['read how messages were delivered', '查看投递情况'],
  'inbox.read': ['read one’s own messages, and choose how they come', '查看收件箱、设定接收偏好'],
  'message.rules': ['change the rules of messages', '设定消息规则'],
};

/** How far a post's right goes; null where it has none. */
export function reachOf(action: Action, post: PostKind): Reach | null {
  const reaches: Partial<Record<PostKind, Reach>> = RIGHTS[action];
  return reaches[post] ?? null;
}

/** All that rights tell apart; an API token may do a part of it. */
export const ACTIONS = Object.keys(RIGHTS) as [Action, ...Action[]];

/** Something that a person does or reads, as far as rights tell it apart. */
export type Action = keyof typeof RIGHTS;

/**
 * Whether the actor's post may do this, and the API token by which they act, if any. The supervision itself (`system`) may all: no request can act as it.
 *
 * @param unitId the unit whose part it is. Without it, a right to one's own part is enough, and the caller confines
 *   what is read to {@link unitScope}.
 */
export function may(actor: Actor, action: Action, unitId?: string): boolean {
  if (actor.post === 'system') return true;
  if (actor.token && !actor.token.scopes.includes(action)) return false;
  if (actor.delegation && !mayDelegated(actor.delegation.matter, action)) return false;
  const reach = reachOf(action, actor.post);
  // Whether the unit leads a task is for those to ask who know the task.
  if (reach === 'own' || reach === 'led')
    return actor.unitId !== null && (unitId === undefined || unitId === actor.unitId);
  return reach === 'all';
}

/**
 * @param unitId as for {@link may}
 * @throws DomainError forbidden `RIGHTS.NOT_ALLOWED` with the action and the post, `RIGHTS.NOT_IN_SCOPE`,
 *   `DELEGATION.OUT_OF_MATTER`
 */
export function assertMay(actor: Actor, action: Action, unitId?: string): void {
  if (may(actor, action, unitId)) return;
  if (actor.token && may({ ...actor, token: undefined }, action, unitId)) {
    throw forbidden('RIGHTS.NOT_IN_SCOPE', `The API token has not the scope ${action}. Make one that has.`, { action });
  }
  if (actor.delegation && may({ ...actor, delegation: undefined }, action, unitId)) {
    throw forbidden(
      'DELEGATION.OUT_OF_MATTER',
      `You stand in for ${actor.delegation.name}, but not for this (${action}).`,
      {
        action,
        delegationId: actor.delegation.id,
      },
    );
  }
  const elsewhere = unitId !== undefined && may(actor, action);
  const message = elsewhere
    ? `Your post may do this only for its own unit (${action}). Ask the unit concerned.`
    : `Your post (${actor.post}) may not do this (${action}). Ask somebody whose post may.`;
  throw forbidden('RIGHTS.NOT_ALLOWED', message, { action, post: actor.post });
}

/** Who stands in for somebody does not have others stand in; all else goes with the post, or with its matters. */
const mayDelegated = (matter: Matter | null, action: Action): boolean =>
  matter === null ? action !== 'delegation.make' : OF_MATTERS.includes(action);

/**
 * Refuses who may do none of these, before it is looked what it would concern.
 * @throws DomainError as {@link assertMay}, about the first of them
 */
export function assertMayAny(actor: Actor, actions: readonly Action[]): void {
  if (!actions.some((action) => may(actor, action))) assertMay(actor, actions[0]!);
}

/**
 * Whose part the actor sees: null sees all, else the id of the one unit.
 *
 * @throws DomainError forbidden `RIGHTS.NOT_ALLOWED` for who reads neither
 */
export function unitScope(actor: Actor): string | null {
  if (may(actor, 'read.all')) return null;
  assertMay(actor, 'read.own');
  return actor.unitId;
}

/**
 * Nobody administers what they may do themselves.
 * @throws DomainError forbidden `RIGHTS.OWN_ACCOUNT`
 */
export function assertNotOwn(actor: Actor, personId: string): void {
  if (actor.personId !== personId) return;
  throw forbidden('RIGHTS.OWN_ACCOUNT', 'This is your own account. Ask another administrator.');
}

/**
 * Whoever can take over the account of an administrator, or sign in as one, holds that post, too (三员分立).
 *
 * @param today `YYYY-MM-DD`; a term that begins later counts, too
 * @throws DomainError forbidden `RIGHTS.ADMINISTRATORS_APART` with the post, where the person holds one of these posts
 */
export function assertNoAdministrator(
  { posts }: { posts: readonly { kind: PostKind; toOn: string | null }[] },
  today: string,
  kinds: readonly PostKind[],
): void {
  const held = posts.find(({ kind, toOn }) => kinds.includes(kind) && (toOn === null || toOn > today));
  if (!held) return;
  throw forbidden(
    'RIGHTS.ADMINISTRATORS_APART',
    'This is the account of an administrator (三员分立). Only its owner, or a reset by mail, may change that.',
    { post: held.kind },
  );
}
