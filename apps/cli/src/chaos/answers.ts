import { setTimeout as delay } from 'node:timers/promises';

/** What somebody asked duban to change, and what became of it as far as they know. */
export interface Asked {
  key: string;
  who: string;
  path: string;
  body: unknown;
  /** What kind of change it is: `sign_for`, `verify`, `report`, `apply`, `approve` … */
  deed: string;
  /** What it concerns: the id of an assignment, an obligation, an application. */
  about: string;
  /** Those who want what only one can have have this in common. */
  fight: string | null;
  tries: number;
  /** Good: it is done. Refused: it is not. Unknown: nobody ever said, when the time was over. */
  outcome: 'good' | 'refused' | 'unknown';
  code: string | null;
  answer: unknown;
  /** Answers that the same key got later; each must be the first. */
  again: unknown[];
}

interface Given {
  status: number;
  body: unknown;
}

const PATIENCE_MS = 15_000;
const AGAIN_MS = 250;
/** Not an answer to what was asked: whoever gets it asks again. */
const NO_ANSWER = new Set([401, 408, 425, 429, 500, 502, 503, 504]);

/** People of one office and its departments, each signed in, who ask again until they are answered. */
export class Clients {
  readonly log: Asked[] = [];
  /** Answers by status, those too that said nothing. */
  readonly statuses = new Map<string, number>();
  private readonly tokens = new Map<string, string>();

  constructor(
    private readonly url: () => string,
    private readonly password: string,
    /** When nobody asks again any more. */
    private readonly isOver: () => boolean,
  ) {}

  /** Asks for a change with a key of its own until it is answered, whatever happens on the way. */
  async change(wanted: Pick<Asked, 'key' | 'who' | 'path' | 'body' | 'deed' | 'about' | 'fight'>): Promise<Asked> {
    const asked: Asked = { ...wanted, tries: 0, outcome: 'unknown', code: null, answer: null, again: [] };
    this.log.push(asked);
    while (!this.isOver()) {
      asked.tries++;
      const given = await this.ask(asked.who, 'POST', asked.path, asked.body, { 'idempotency-key': asked.key });
      if (given && isAnswer(given)) {
        asked.outcome = given.status < 300 ? 'good' : 'refused';
        asked.code = codeOf(given.body);
        asked.answer = given.body;
        return asked;
      }
      await delay(AGAIN_MS);
    }
    return asked;
  }

  /** Sends what was answered once more, as somebody does who did not see the answer. */
  async repeat(asked: Asked): Promise<void> {
    const given = await this.ask(asked.who, 'POST', asked.path, asked.body, { 'idempotency-key': asked.key });
    if (given && isAnswer(given)) asked.again.push(given.body);
  }

  /** Reads until it is answered. @returns null where the time was over first, or where it is refused */
  async read<T>(who: string, path: string): Promise<T | null> {
    while (!this.isOver()) {
      const given = await this.ask(who, 'GET', path);
      if (given && given.status === 200) return given.body as T;
      if (given && isAnswer(given)) return null;
      await delay(AGAIN_MS);
    }
    return null;
  }

  /** One try. @returns null where the connection gave no answer */
  async ask(
    who: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    patienceMs = PATIENCE_MS,
  ): Promise<Given | null> {
    const token = this.tokens.get(who) ?? (await this.signIn(who));
    if (token === null) return null;
    const given = await this.send(method, path, body, { ...headers, authorization: `Bearer ${token}` }, patienceMs);
    this.count(given, `${method} ${path}`);
    if (given?.status === 401) this.tokens.delete(who);
    return given;
  }

  private async signIn(username: string): Promise<string | null> {
    const given = await this.send('POST', '/sessions', { username, password: this.password }, {}, PATIENCE_MS);
    if (given?.status !== 201) return null;
    const { token } = given.body as { token: string };
    this.tokens.set(username, token);
    return token;
  }

  private async send(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
    patienceMs: number,
  ): Promise<Given | null> {
    const isForm = body instanceof FormData;
    try {
      const response = await fetch(`${this.url()}/api/v1${path}`, {
        method,
        headers: { ...headers, ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(patienceMs),
      });
      const text = await response.text();
      return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
    } catch {
      return null;
    }
  }

  private count(given: Given | null, asked: string): void {
    // A fault of ours is told with what was asked for.
    const isFault = given?.status === 500;
    const name = isFault
      ? `500 at ${asked.replace(/\?.*/, '').replaceAll(ID, ':id')}`
      : String(given?.status ?? 'none');
    this.statuses.set(name, (this.statuses.get(name) ?? 0) + 1);
  }
}

const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** A key that is being worked on has no answer yet. */
const isAnswer = ({ status, body }: Given): boolean =>
  !NO_ANSWER.has(status) && codeOf(body) !== 'IDEMPOTENCY.IN_PROGRESS';

const codeOf = (body: unknown): string | null => (body as { code?: string } | null)?.code ?? null;
