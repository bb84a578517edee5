import { lookup as lookUp } from 'node:dns';
import { type IncomingMessage, request as requestPlainly, type RequestOptions } from 'node:http';
import { request as requestSecurely } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { ChannelError } from '../channels/channel';
import type { Networks } from './networks';

/** Shorter than a claim lasts, so that nobody else takes the delivery meanwhile. */
const MOST_MS = 20_000;
/** What is read and kept of an answer. */
const MOST_BYTES = 4_096;

/** What the other side said. */
export interface Answer {
  status: number;
  /** The beginning of the body, as text. */
  body: string;
  /** For how long it wants to be left alone; null where it does not say. */
  retryAfterMs: number | null;
}

/** How to find and trust the other side. */
export interface OutboundOptions {
  networks: Networks;
  /** In all, the body of the answer included. */
  mostMs?: number;
  /** Certificates in PEM to trust, where not those that the system trusts. */
  ca?: string;
  /** How names are looked up. */
  resolve?: typeof lookUp;
}

/** No answer came; the message says why. It is the way that is broken, and not what was to be said. */
class NoAnswer extends ChannelError {
  constructor(message: string) {
    super(message, true, null, { isLineDown: true });
  }
}

/**
 * Posts to an address that somebody gave, once: redirects are not followed, and the body of the answer is read so far as
 * it is kept. It is the address to which the connection goes that is checked, and not the name, whose meaning may change
 * between the check and the connection (DNS rebinding).
 *
 * @throws NoAnswer
 */
export const post = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: OutboundOptions,
): Promise<Answer> =>
  ask('POST', url, { ...headers, 'content-length': String(Buffer.byteLength(body)) }, body, options);

/** Gets what is there, in the same manner. @throws NoAnswer */
export const get = (url: URL, headers: Readonly<Record<string, string>>, options: OutboundOptions): Promise<Answer> =>
  ask('GET', url, headers, undefined, options);

async function ask(
  method: 'GET' | 'POST',
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
  { networks, mostMs = MOST_MS, ca, resolve = lookUp }: OutboundOptions,
): Promise<Answer> {
  const isSecure = url.protocol === 'https:';
  const refusal = (address: string): string | null => networks.refusal(address, isSecure);
  const reason = networks.refusalOf(url);
  if (reason !== null) throw new NoAnswer(reason);
  const signal = AbortSignal.timeout(mostMs);
  const options: RequestOptions & { ca?: string } = {
    method,
    headers,
    agent: false,
    signal,
    ca,
    lookup: guarded(resolve, refusal),
  };
  try {
    return await new Promise<Answer>((answered, failed) => {
      let isAnswered = false;
      const asked = (isSecure ? requestSecurely : requestPlainly)(url, options, (response) => {
        isAnswered = true;
        read(response).then((text) => answered(answerOf(response, text)), failed);
      });
      // What breaks off afterwards, or takes too long, is the rest of an answer that has come.
      asked.on('error', (error) => isAnswered || failed(error));
      asked.on('socket', (socket: Socket) =>
        socket.once('connect', () => {
          const reason = refusal(socket.remoteAddress ?? '');
          if (reason !== null) asked.destroy(new NoAnswer(reason));
        }),
      );
      asked.end(body);
    });
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    throw new NoAnswer(signal.aborted ? `no answer within ${mostMs / 1_000} seconds` : wordsOf(error as Error));
  }
}

/** Looks names up, and gives no address that may not be asked. */
const guarded =
  (resolve: typeof lookUp, refusal: (address: string) => string | null): LookupFunction =>
  (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '', 0);
      const open = found.filter(({ address }) => refusal(address) === null);
      const [first] = open;
      if (!first) {
        const reason = found[0] ? refusal(found[0].address)! : 'the name has no address';
        return done(new NoAnswer(`${hostname}: ${reason}`), '', 0);
      }
      // Whether one is wanted or all of them depends on the version of Node.
      return options.all ? done(null, open) : done(null, first.address, first.family);
    });
  };

/** An answer that breaks off, or that goes on for ever, has said by its status what became of the message. */
async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MOST_BYTES) break;
    }
  } catch {
    // As far as it came.
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('utf8').replaceAll('\0', '');
}

function answerOf({ statusCode, headers }: IncomingMessage, body: string): Answer {
  return { status: statusCode ?? 0, body, retryAfterMs: retryAfterOf(headers['retry-after'], Date.now()) };
}

/** Seconds or a date (RFC 9110); null for what is neither, and for what has passed. */
function retryAfterOf(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  const ms = /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isNaN(ms) || ms <= 0 ? null : ms;
}

/** What went wrong on the way, in words for whoever has to mend it. */
function wordsOf(error: Error & { code?: string; cause?: unknown }): string {
  const { code, message } = error;
  const known: Readonly<Record<string, string>> = {
    CERT_HAS_EXPIRED: 'the certificate of the server has expired',
    CERT_NOT_YET_VALID: 'the certificate of the server is not valid yet',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of the server is signed by itself alone',
    SELF_SIGNED_CERT_IN_CHAIN: 'the certificate of the server is signed by an authority that is not trusted',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate of the server is signed by an authority that is not trusted',
    ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another name',
    ENOTFOUND: 'the name is not known',
    ECONNREFUSED: 'nobody listens at the address',
    ECONNRESET: 'the connection broke off',
  };
  const words = code === undefined ? undefined : known[code];
  return words === undefined ? message || (code ?? 'it failed') : `${words} (${code})`;
}
