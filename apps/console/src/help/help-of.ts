import type help from '../words/zh/help';

/** The pages that have a help text of their own, by the first part of their address. */
export type HelpKey = Exclude<keyof typeof help, 'tours'>;
export const HELPED = [
  'mine',
  'overview',
  'board',
  'pictures',
  'tasks',
  'inbox',
  'account',
  'desk',
  'plans',
  'matters',
  'verification',
  'notices',
  'policies',
  'bulletins',
  'ledgers',
  'directory',
  'retention',
  'calendar',
  'audit',
  'proofs',
  'people',
  'channels',
  'queues',
  'health',
] as const satisfies readonly HelpKey[];

/** Which text is about a page: `/mine/…` is about what is done there, `/tasks/…` about a task. */
export function helpOf(pathname: string): HelpKey {
  const [first = '', ...rest] = pathname.split('/').filter(Boolean);
  if (first === 'mine' && rest.length > 0) return 'act';
  return HELPED.find((key) => key === first) ?? 'general';
}
