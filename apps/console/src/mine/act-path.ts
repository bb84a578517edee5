/** What a unit does with its part (责任分工) of a task; each has a page of its own. */
export const ACTS = [
  'sign',
  'object',
  'plan',
  'report',
  'completion',
  'withdraw',
  'apply',
  'notice',
  'contributions',
  'contribution',
  'breakdown',
  'confirm',
  'coordination',
] as const;
export type Act = (typeof ACTS)[number];

/** The page of an act; `of` names what it is about: an obligation, a notice, a contribution, a report. */
export function actPath({ taskId, assignmentId }: { taskId: string; assignmentId: string }, act: Act, of?: string) {
  return `/mine/${taskId}/${assignmentId}/${act}${of === undefined ? '' : `?of=${of}`}`;
}
