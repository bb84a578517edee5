import type { Schemas } from '../api/client';

export type Destination = Schemas['DestinationsDto']['items'][number];

/** Kinds of messages that destinations mostly want; they may get others, too. */
export const DESTINATION_KINDS = [
  'reminder',
  'urge',
  'talk',
  'notice',
  'task_issued',
  'instructed',
  'returned',
  'reopened',
] as const;
