import { type Actor, HistoryService, systemActor } from '@duban/history';
import { SteppedClock } from '@duban/kernel';
import { useTestDatabase } from '@duban/testing';
import type { EntityManager } from 'typeorm';
import {
  AccountService,
  ApiTokenService,
  DelegationService,
  DIRECTORY_ENTITIES,
  PasswordResetService,
  PostChangeService,
  SessionService,
  type SignedIn,
  SignInPolicyService,
  SignInService,
  UnitDirectory,
  UnitImportService,
} from '../src';
import { PasswordService } from '../src/sign-in/password.service';

interface RecordedEvent {
  type: string;
  entity: string;
  entityId: string;
  actor: string;
  reason: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown>;
}

export const DEMO_PASSWORD = 'demonstration-2031';

/** The services of the directory on a database of the spec's own; its clock stands at 09:00 on 6 January 2031. */
export function useDirectory(demoPassword: string | null = DEMO_PASSWORD, breachedPasswords?: string) {
  const database = useTestDatabase(DIRECTORY_ENTITIES);
  const clock = new SteppedClock(new Date('2031-01-06T09:00:00+08:00'));
  const history = new HistoryService();
  const configOf = (password: string | null) => ({ DUBAN_DEMO_PASSWORD: password ?? undefined });
  const policies = new SignInPolicyService(history, configOf(demoPassword));
  const passwords = new PasswordService(policies, { DUBAN_BREACHED_PASSWORDS: breachedPasswords });
  const postChanges = new PostChangeService(history);
  const accountsWith = (password: string | null) =>
    new AccountService(
      history,
      passwords,
      postChanges,
      new ApiTokenService(history, clock),
      new DelegationService(history),
      policies,
      configOf(password),
    );
  const accounts = accountsWith(demoPassword);
  const sessions = new SessionService(policies, clock);
  const signIns = (): SignInService => new SignInService(database.transactor, sessions, policies, history, clock);
  return {
    database,
    clock,
    accounts,
    /** The accounts of a later start with another setting. */
    accountsWith,
    imports: new UnitImportService(history, accounts),
    sessions,
    policies,
    postChanges,
    signIn: (username: string, password: string): Promise<SignedIn> => signIns().signIn(username, password, 'request'),
    signIns,
    resets: () => new PasswordResetService(database.transactor, accounts, policies, history, clock),
    directory: new UnitDirectory(clock),
    run: <T>(work: (tx: EntityManager) => Promise<T>): Promise<T> => database.transactor.run(work),
    query: (sql: string, parameters: unknown[] = []) => database.source.query(sql, parameters),
    events: async (): Promise<RecordedEvent[]> => {
      const seqs: { seq: string }[] = await database.source.query(`select seq::text from history_event order by seq`);
      const events = await database.transactor.run((tx) =>
        history.bySeq(
          tx,
          seqs.map(({ seq }) => seq),
        ),
      );
      return events
        .toSorted((one, other) => Number(one.seq) - Number(other.seq))
        .map(({ type, entity, entityId, actor, reason, before, after }) => ({
          type,
          entity,
          entityId,
          actor: actor.name,
          reason,
          before,
          after: after!,
        }));
    },
  };
}

export const actorOf = (post: Actor['post'], more: Partial<Actor> = {}): Actor => ({
  ...systemActor('spec'),
  name: post,
  post,
  ...more,
});
