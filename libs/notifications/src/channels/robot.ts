import { type OutboundOptions, post } from '../destinations/outbound';
import type { Messages } from '../templates/messages';
import { fill } from '../templates/fill';
import {
  ChannelError,
  type DestinationChannel,
  type DestinationKeys,
  type DestinationMessage,
  type KeptAnswer,
  type Sent,
} from './channel';
import { withoutQuery } from './shown-address';

/** What a robot's vendor means by a number in its answer. */
export type RobotVerdict =
  /** It was taken. */
  | 'taken'
  /** Too many, or too busy: it is left alone for so long. */
  | { waitMs: number }
  /** The robot or its group is no more. */
  | 'gone'
  /** This message is not taken, as it is. */
  | 'refused'
  /** Something about the robot is to be mended: its key, the addresses from which it may be asked. */
  | 'broken';

const MINUTE_MS = 60_000;
export const A_MINUTE: RobotVerdict = { waitMs: MINUTE_MS };
export const TEN_MINUTES: RobotVerdict = { waitMs: 10 * MINUTE_MS };

/** What is said to a robot, and where. */
export interface RobotRequest {
  url: URL;
  body: object;
}

/**
 * The robot of a group. Robots answer 200 whatever they think of a message: what became of it stands in the body, and an
 * answer without that, from a proxy say, is no word of theirs.
 */
export abstract class RobotChannel implements DestinationChannel {
  abstract readonly kind: string;
  abstract readonly keys: DestinationKeys | null;
  /** More than that in a minute robots refuse. */
  readonly perMinute = { most: 20, usual: 20 };
  /** Where the number stands in the answer. */
  protected readonly codeIn: string = 'errcode';
  /** What there is room for. */
  protected abstract readonly mostBytes: number;
  /** By what the vendor's list of codes says of them; one that is not there is something to look at. */
  protected abstract readonly verdicts: Readonly<Record<number, RobotVerdict>>;

  constructor(
    private readonly options: OutboundOptions,
    protected readonly messages: Messages,
  ) {}

  /** @param secret the key that the vendor gave; undefined where it gave none */
  protected abstract requestOf(address: URL, text: string, secret: string | undefined): RobotRequest;

  shownAddress(address: URL): string {
    return withoutQuery(address);
  }

  async send(message: DestinationMessage): Promise<Sent> {
    const text = robotText(message, this.mostBytes, this.messages);
    const { url, body } = this.requestOf(new URL(message.address), text, message.secrets[0]);
    const headers = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'duban' };
    const { status, body: words, retryAfterMs } = await post(url, headers, JSON.stringify(body), this.options);
    const answer: KeptAnswer = { status, words };
    const code = status === 200 ? codeIn(words, this.codeIn) : null;
    if (code === null) {
      throw new ChannelError(`answered with ${status}, and nothing that a robot says`, true, null, {
        isLineDown: true,
        retryAfterMs,
        answer,
      });
    }
    const verdict = this.verdicts[code] ?? 'broken';
    if (verdict === 'taken') return { state: 'delivered', answer };
    const why = `the robot answered with ${code}`;
    if (verdict === 'gone') throw new ChannelError(`${why}: it is gone`, false, null, { isGone: true, answer });
    if (verdict === 'refused') throw new ChannelError(`${why}: it does not take this message`, false, null, { answer });
    throw new ChannelError(why, true, null, {
      isLineDown: true,
      retryAfterMs: verdict === 'broken' ? retryAfterMs : verdict.waitMs,
      answer,
    });
  }
}

function codeIn(words: string, name: string): number | null {
  try {
    const answer: unknown = JSON.parse(words);
    const code = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>)[name] : null;
    return typeof code === 'number' ? code : null;
  } catch {
    return null;
  }
}

/**
 * A digest as plain text of so many bytes at most: whole lines as far as they go, and how many more there are. Plain, since
 * whatever documents and people write must neither be a link nor call anybody by name.
 */
export function robotText(
  { subject, items }: Pick<DestinationMessage, 'subject' | 'items'>,
  mostBytes: number,
  m: Messages,
): string {
  const lines = items.map(({ text }, i) => `${i + 1}. ${text}`);
  const whole = [subject, ...lines].join('\n');
  if (Buffer.byteLength(whole) <= mostBytes) return whole;
  const more = (count: number): string => fill(m.moreLines, { count });
  const room = mostBytes - Buffer.byteLength(`\n${more(items.length)}`);
  const said = [cut(subject, mostBytes / 4)];
  for (const line of lines) {
    if (Buffer.byteLength([...said, line].join('\n')) > room) break;
    said.push(line);
  }
  const left = items.length - (said.length - 1);
  return [...said, ...(left === 0 ? [] : [more(left)])].join('\n');
}

/** As many whole characters as there is room for. */
function cut(text: string, mostBytes: number): string {
  if (Buffer.byteLength(text) <= mostBytes) return text;
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(`${kept}${character}…`) > mostBytes) break;
    kept += character;
  }
  return `${kept}…`;
}
