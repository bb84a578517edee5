import { get, type OutboundOptions, post } from '../destinations/outbound';
import { wordsOf } from '../bounces/status';
import { ChannelError, type KeptAnswer } from './channel';

/** What a vendor means by a code in its answer. */
export type Verdict =
  /** It was taken. */
  | 'taken'
  /** Too many, or too busy: it is left alone for so long. */
  | { waitMs: number }
  /** Whom or what the message is for is no more. */
  | 'gone'
  /** The address is none, or may get nothing: by a status of RFC 3463. */
  | { refusal: string }
  /** This message is not taken, as it is. */
  | 'refused'
  /** The token by which the vendor knew us is none any more. */
  | 'renew'
  /** Something about our access is to be mended: a key, the addresses from which may be asked. */
  | 'broken';

export type Verdicts = Readonly<Record<string | number, Verdict>>;

const MINUTE_MS = 60_000;
export const A_MINUTE: Verdict = { waitMs: MINUTE_MS };
export const TEN_MINUTES: Verdict = { waitMs: 10 * MINUTE_MS };

/** What is said to a vendor, and where. */
export interface VendorRequest {
  url: URL;
  headers?: Readonly<Record<string, string>>;
  /** Left out: it is only read. */
  body?: object | string;
}

/** What a vendor answered, and what it means by that. */
export interface VendorAnswer {
  code: number | string;
  verdict: Verdict;
  said: Readonly<Record<string, unknown>>;
  kept: KeptAnswer;
  retryAfterMs: number | null;
}

/** How a vendor answers. */
export interface VendorManner {
  /** Where the code stands in the answer. */
  codeIn: string;
  /** By what the vendor's list of codes says of them; one that is not there is something to look at. */
  verdicts: Verdicts;
  /** Statuses of answers that are the vendor's own words. */
  statuses?: readonly number[];
  /** Of codes that mean several things, which one the words tell; undefined: what the code says. */
  judge?(code: number | string, said: VendorAnswer['said']): Verdict | undefined;
}

/**
 * Asks a vendor. Vendors answer 200, or what is listed, whatever they think of a message: what became of it stands in the
 * body, and an answer without that, from a proxy say, is no word of theirs.
 *
 * @throws ChannelError
 */
export async function askVendor(
  { url, headers, body }: VendorRequest,
  manner: VendorManner,
  options: OutboundOptions,
): Promise<VendorAnswer> {
  const { codeIn, verdicts, statuses = [200] } = manner;
  const all = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'duban', ...headers };
  const {
    status,
    body: words,
    retryAfterMs,
  } = body === undefined
    ? await get(url, all, options)
    : await post(url, all, typeof body === 'string' ? body : JSON.stringify(body), options);
  const kept: KeptAnswer = { status, words };
  const said = statuses.includes(status) ? objectIn(words) : null;
  const code = said?.[codeIn];
  if (said === null || (typeof code !== 'number' && typeof code !== 'string')) {
    throw new ChannelError(`answered with ${status}, and nothing that the vendor says`, true, null, {
      isLineDown: true,
      retryAfterMs,
      answer: kept,
    });
  }
  return { code, verdict: manner.judge?.(code, said) ?? verdicts[code] ?? 'broken', said, kept, retryAfterMs };
}

/**
 * Passes what was taken.
 * @throws ChannelError that says what follows from any other answer
 */
export function assertTaken({ code, verdict, kept: answer, retryAfterMs }: VendorAnswer, who: string): void {
  if (verdict === 'taken') return;
  const why = `${who} answered with ${code}`;
  if (verdict === 'gone') throw new ChannelError(`${why}: it is gone`, false, null, { isGone: true, answer });
  if (verdict === 'refused') throw new ChannelError(`${why}: it does not take this message`, false, null, { answer });
  if (typeof verdict === 'object' && 'refusal' in verdict) throw refused(verdict.refusal, why, answer);
  throw new ChannelError(`${why} ${wordsOf(answer.words)}`, true, null, {
    isLineDown: true,
    retryAfterMs: typeof verdict === 'object' ? verdict.waitMs : retryAfterMs,
    answer,
  });
}

/** The address does not take it. @param status of RFC 3463 */
export const refused = (status: string, why: string, answer: KeptAnswer): ChannelError =>
  new ChannelError(why, false, { status, words: `${why} ${wordsOf(answer.words)}` }, { answer });

function objectIn(words: string): Record<string, unknown> | null {
  try {
    const said: unknown = JSON.parse(words);
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
