import type { Holder } from '@duban/directory';
import type { Recipient } from '../channels/channel';
import type { ChannelSet } from '../channels/channel-set';

/** A person, who gets digests of their own. */
export interface PersonParty {
  kind: 'person';
  id: string;
  recipient: Recipient;
}

/** A destination (推送目的地), which gets digests of its own by one channel. */
export interface DestinationParty {
  kind: 'destination';
  id: string;
  channel: string;
  /** As it is shown. */
  address: string;
}

/** Who gets digests of their own. */
export type Party = PersonParty | DestinationParty;

export const personParty = ({
  personId,
  username,
  displayName,
  email,
  mobile,
  accounts,
}: Omit<Holder, 'postId'>): PersonParty => ({
  kind: 'person',
  id: personId,
  recipient: { personId, username, displayName, email, mobile, accounts },
});

/** By which channels a party can be reached, and where. */
export function waysTo(
  party: Party,
  channels: ChannelSet,
): { channel: string; address: string; isStoredThere: boolean }[] {
  if (party.kind === 'destination') return [{ channel: party.channel, address: party.address, isStoredThere: false }];
  return channels.all.flatMap((channel) => {
    const address = channel.isFor(party.recipient);
    return address === null ? [] : [{ channel: channel.kind, address, isStoredThere: channel.send === undefined }];
  });
}
