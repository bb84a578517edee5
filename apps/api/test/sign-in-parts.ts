import { createHash } from 'node:crypto';
import { TOTP } from 'otpauth';
import type { Request } from './cases';
import { Caller, type Edge, type Json, PASSWORD } from './edge';

/** What an authenticator shows. @param steps from now: codes work once, so a later one is needed now and then */
export const codeOf = (secret: string, steps = 0): string =>
  new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });

/** Codes change every half minute; in a file that calls this none changes between two lines. */
export function useStandingCodes(): void {
  let standing: jest.SpyInstance | undefined;
  beforeAll(() => {
    standing = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
  });
  afterAll(() => standing?.mockRestore());
}

/** An account with a second factor. */
export interface Enrolled {
  caller: Caller;
  secret: string;
  recoveryCodes: string[];
}

/** Sets up a second factor, as people do; the code of the step before is used up by it. */
export async function enrol(edge: Edge, username: string): Promise<Enrolled> {
  const first = await edge.signIn(username);
  const { secret } = await first.post('/second-factor', {});
  const { recoveryCodes, session } = await first.post('/second-factor/confirm', { code: codeOf(secret, -1) });
  return { caller: new Caller(edge.app, session.token), secret, recoveryCodes };
}

/** Things about sign-in that stand at the point at which one more request is a good one. */
export class SignInParts {
  constructor(private readonly edge: Edge) {}

  async requests(): Promise<Record<string, Request[]>> {
    const { edge } = this;
    const own = await edge.as('LD10.contact');
    await edge.signIn('LD10.contact');
    const other = (await own.get('/sessions')).items.find((session: Json) => !session.isCurrent);
    const token = await own.post('/api-tokens', { name: 'a', purpose: 'b', scopes: ['unit.read'], days: 1 });

    const enrolled = await enrol(edge, 'LD11.contact');
    const { token: half } = await edge.nobody().post('/sessions', { username: 'LD11.contact', password: PASSWORD });
    const bearer = (given: string) => ({ authorization: `Bearer ${given}` });
    const fresh = await edge.signIn('LD12.contact');
    const { secret } = await fresh.post('/second-factor', {});

    await this.resetOf('LD13.contact');
    for (let i = 0; i < 11; i++) await this.guess('LD14.contact');
    const { id } = await (
      await edge.as('admin')
    ).post('/post-changes', { kind: 'grant', username: 'LD15.head', post: { kind: 'officer' }, reason: '借调' });
    return {
      'DELETE /sessions/{id}': [['LD10.contact', 'DELETE', `/sessions/${other.id}`]],
      'DELETE /api-tokens/{id}': [['LD10.contact', 'DELETE', `/api-tokens/${token.id}`]],
      'POST /sessions/current/second-factor': [
        [
          null,
          'POST',
          '/sessions/current/second-factor',
          { json: { code: codeOf(enrolled.secret) }, headers: bearer(half) },
        ],
      ],
      'POST /second-factor/confirm': [
        [null, 'POST', '/second-factor/confirm', { json: { code: codeOf(secret) }, headers: bearer(fresh.token!) }],
      ],
      'POST /second-factor/recovery-codes': [
        [
          null,
          'POST',
          '/second-factor/recovery-codes',
          { json: { code: enrolled.recoveryCodes[0] }, headers: bearer(enrolled.caller.token!) },
        ],
      ],
      'POST /password-resets/redeem': [
        [null, 'POST', '/password-resets/redeem', { json: { code: CODE, password: 'chosen by mail' } }],
      ],
      'POST /persons/{username}/unlock': [['security', 'POST', '/persons/LD14.contact/unlock']],
      'DELETE /persons/{username}/second-factor': [['security', 'DELETE', '/persons/LD11.contact/second-factor']],
      'POST /post-changes/decisions': [
        ['security', 'POST', '/post-changes/decisions', { json: { ids: [id], event: 'confirm' } }],
      ],
    };
  }

  private async guess(username: string): Promise<void> {
    await this.edge.nobody().ask('POST', '/sessions', { json: { username, password: 'a guess' } });
  }

  /** As the worker leaves it when the mail has gone out. */
  private async resetOf(username: string): Promise<void> {
    await this.edge.nobody().post('/password-resets', { username });
    await this.edge.query(
      `update password_reset set person_id = (select id from person where username = $1), token_hash = $2,
         expires_at = now() + interval '30 minutes', settled_at = now(), outcome = 'sent' where username = $1`,
      [username, createHash('sha256').update(CODE).digest()],
    );
  }
}

const CODE = 'c'.repeat(43);
