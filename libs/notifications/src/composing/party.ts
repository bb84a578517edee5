import type { Holder } from '@duban/directory';
import type { Recipient } from '../channels/channel';

/** Who gets digests of their own: a person. */
export interface Party {
  kind: 'person';
  id: string;
  recipient: Recipient;
}

export const personParty = ({ personId, username, displayName, email }: Holder): Party => ({
  kind: 'person',
  id: personId,
  recipient: { personId, username, displayName, email },
});
