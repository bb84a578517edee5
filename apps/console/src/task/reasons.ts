import type { Schemas } from '../api/client';

type Transition = Schemas['AssignmentTransitionDto'];

/** Why work may end before it is done, in the order in which it is offered: closed lists, which the api has as well. */
export const CANCEL_REASONS = [
  'merged',
  'policy_changed',
  'duplicate',
  'unit_abolished',
  'superseded',
] as const satisfies readonly Transition['cancelReason'][];

/** Why something ends without success (未落实). */
export const UNIMPLEMENTED_REASONS = [
  'law_changed',
  'policy_changed',
  'funds_withdrawn',
  'force_majeure',
  'not_feasible',
  'others_did_not_act',
  'given_up',
] as const satisfies readonly Transition['unimplementedReason'][];
