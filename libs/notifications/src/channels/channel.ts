import type { Contact } from '@duban/directory';
import type { Refusal } from '../bounces/status';
import type { Line } from '../lines/line';

/** Who is to be reached. */
export interface Recipient extends Contact {
  personId: string;
  username: string;
  displayName: string;
}

/** One digest on its way to one person. */
export interface Message {
  /** The delivery's id: a repeat carries the same. */
  id: string;
  address: string;
  name: string;
  subject: string;
  text: string;
  html: string;
  /** The lines of it, for ways with little room. */
  items: readonly { text: string }[];
  /** What all of it is about, `task-<id>` or `plan-<id>`; left out where that is more than one thing. */
  thread?: string;
}

/** A way to reach people. */
export interface Channel {
  readonly kind: string;
  /** Over which all of its messages go, where they go one way; else those that go to the same destination have one. */
  readonly line?: Line;
  /** Where the person is reached, or null where this way does not lead to them. */
  isFor(person: Recipient): string | null;
  /**
   * Hands the message over: `sent` to somebody who takes it further, or `delivered` to the person. A channel without
   * this has delivered as soon as the digest is stored.
   * @throws ChannelError
   */
  send?(message: Message): Promise<Sent>;
  /**
   * Asks what became of a message that is `sent`, where the other side says it only if asked.
   * @param remoteId what the other side calls the message
   * @returns null where that is not known yet
   * @throws ChannelError
   */
  ask?(remoteId: string, address: string): Promise<Receipt | null>;
  close?(): void;
}

/** One line of a digest, for a program. */
export interface DestinationItem {
  notificationId: string;
  /** As destinations choose them: `urge`, `task_issued`. */
  kind: string;
  text: string;
  unitCode: string | null;
  planId: string | null;
  taskId: string | null;
  obligationId: string | null;
  followUpId: string | null;
}

/** One digest on its way to one destination. */
export interface DestinationMessage {
  /** The delivery's id: a repeat carries the same. */
  id: string;
  address: string;
  subject: string;
  items: DestinationItem[];
  composedAt: Date;
  /** The keys that hold just now, the newest first. */
  secrets: string[];
}

/** What the other side answered, as far as it is kept. */
export interface KeptAnswer {
  status: number;
  words: string;
}

export interface Sent {
  state: 'sent' | 'delivered';
  /** What the other side calls the message, where it says later what became of it. */
  remoteId?: string;
  answer?: KeptAnswer;
}

/** What became of a message after it was handed over (回执). */
export type Receipt = 'delivered' | 'read' | Refusal;

/** Keys that we make for whoever verifies, or that the other side gives, where it wants any. */
export type DestinationKeys = { from: 'us'; make: () => string } | { from: 'them' };

/** A way to reach programs and groups, at destinations (推送目的地) that are configured one by one. */
export interface DestinationChannel {
  readonly kind: string;
  /** How many messages a destination takes in a minute: what may be set at most, and what it is where nobody says. */
  readonly perMinute: { most: number; usual: number };
  /** By whose keys what goes there is signed; null: nothing is. */
  readonly keys: DestinationKeys | null;
  /** The address without what lets anybody write there. */
  shownAddress(address: URL): string;
  /** Why nothing can ever be sent there, as far as the address says it itself; null where it may be. */
  refusalOf(address: URL): string | null;
  /** @throws ChannelError */
  send(message: DestinationMessage): Promise<Sent>;
}

/** What is known of a failure beside the words for it. */
interface ChannelFailure {
  /** The way to the other side is broken, and not this message. */
  isLineDown?: boolean;
  /** For how long the other side wants to be left alone. */
  retryAfterMs?: number | null;
  /** The other side wants no message any more. */
  isGone?: boolean;
  answer?: KeptAnswer;
}

/** The message was not taken. */
export class ChannelError extends Error {
  readonly isLineDown: boolean;
  readonly retryAfterMs: number | null;
  readonly isGone: boolean;
  readonly answer: KeptAnswer | null;

  constructor(
    message: string,
    /** Whether the same message may be taken later. */
    readonly retryable: boolean,
    /** What the other side says of the address, where that is why. */
    readonly refusal: Refusal | null = null,
    { isLineDown = false, retryAfterMs = null, isGone = false, answer }: ChannelFailure = {},
  ) {
    super(message);
    this.name = 'ChannelError';
    this.isLineDown = isLineDown;
    this.retryAfterMs = retryAfterMs;
    this.isGone = isGone;
    this.answer = answer ?? null;
  }
}
