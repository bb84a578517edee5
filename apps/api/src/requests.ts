import type { Position } from '@duban/database';
import { DomainError, type Fault } from '@duban/kernel';
import type { Action, Session, SessionNeed } from '@duban/directory';
import type { Actor } from '@duban/history';
import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { createZodValidationPipe } from 'nestjs-zod';
import type { ZodError } from 'zod';

/** A request whose sender is known. */
export type ActingRequest = FastifyRequest & {
  actor?: Actor;
  /** Absent where an API token acts. */
  session?: Session;
  /** What a standby must have before it may answer; null where there is none. */
  upTo?: Position | null;
};

/** The header that names, by its id, the post in which the request is made. */
export const POST_HEADER = 'duban-post';

/** What the header says: one of the sender's posts, or none of them; null where they leave the choice. */
export function postAskedFor({ headers }: FastifyRequest): string | null {
  const asked = headers[POST_HEADER];
  return asked === undefined ? null : String(asked);
}

export const NEEDS = 'needs';
/** What whoever calls the route may do, one of these at least, by the table of rights. Each route says it. */
export const Needs = (...actions: [Action, ...Action[]]): ReturnType<typeof SetMetadata> => SetMetadata(NEEDS, actions);

/** A route for anybody who is signed in: about themselves. */
export const AnySignedIn = (): ReturnType<typeof SetMetadata> => SetMetadata(NEEDS, []);

export const PUBLIC = 'public';
/** A route that anybody may call without having signed in. */
export const Public = (): ReturnType<typeof SetMetadata> => SetMetadata(PUBLIC, true);

export const NOT_COUNTED = 'not_counted';
/** A public route that is asked by machines of ours, as often as they like, and costs little. */
export const NotCounted = (): ReturnType<typeof SetMetadata> => SetMetadata(NOT_COUNTED, true);

export const COSTLY = 'costly';
/** A route that costs far more than others: few requests a minute of it are served to one person. */
export const Costly = (): ReturnType<typeof SetMetadata> => SetMetadata(COSTLY, true);

export const OF_PRIMARY = 'of_primary';
/** A route whose reads no standby answers: it records that something was read, locks it, or goes on for long. */
export const OfPrimary = (): ReturnType<typeof SetMetadata> => SetMetadata(OF_PRIMARY, true);

export const WHILE_INCOMPLETE = 'while_incomplete';
/** A route that a session may use while it lacks one of these: it is how it gets it. */
export const WhileIncomplete = (...needs: SessionNeed[]): ReturnType<typeof SetMetadata> =>
  SetMetadata(WHILE_INCOMPLETE, needs);

export const IN_PERSON = 'in_person';
/** A route for people who have signed in, not for their API tokens. */
export const InPerson = (): ReturnType<typeof SetMetadata> => SetMetadata(IN_PERSON, true);

/** The session by which the request is made, of a route that is {@link InPerson}. */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext): Session => {
  const { session } = context.switchToHttp().getRequest<ActingRequest>();
  if (!session) throw new Error('a route that is not for people alone asks for a session');
  return session;
});

/** Who makes the request. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<ActingRequest>();
  if (!actor) throw new Error('a public route asks for an actor');
  return actor;
});

/** Checks bodies, queries and parameters against their schemas; every fault is named with its field. */
export const RequestValidationPipe = createZodValidationPipe({
  createValidationException: (error) => invalidRequest(error as ZodError),
});

/** An answer is not to be longer than what it answers: a body may have ten thousand fields that there are not. */
const MOST_FAULTS = 50;
const MOST_OF_NAME = 200;
const shortened = (name: string): string => (name.length > MOST_OF_NAME ? `${name.slice(0, MOST_OF_NAME)}…` : name);

/** Of a body, a query or the fields of a form: the first fifty faults are named. */
export function invalidRequest(error: ZodError): DomainError {
  const faults = error.issues.flatMap((issue): Fault[] => {
    const place = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, MOST_FAULTS).map((key) => ({
        code: 'FIELD.UNKNOWN',
        field: shortened(place ? `${place}.${key}` : key),
        message: 'There is no such field.',
      }));
    }
    return [{ code: 'FIELD.INVALID', field: shortened(place), message: issue.message }];
  });
  faults.splice(MOST_FAULTS);
  const first = faults[0];
  const detail = first ? `${first.field || 'The body'}: ${first.message}` : 'The request is not well formed.';
  return new DomainError('invalid', 'REQUEST.INVALID', detail, { faults });
}
