import { type Reading, readings } from '@duban/database';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { RestrictedReads } from '@duban/tasks';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { mergeMap, Observable } from 'rxjs';
import { Reflector } from '@nestjs/core';
import { type ActingRequest, OF_PRIMARY } from './requests';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * That somebody read of a restricted matter (限知事项) is an event, whatever the route. Only of who is named for one the
 * answer is looked through; whether they are comes with the first statement of what they ask anyway.
 */
@Injectable()
export class RestrictedReadsInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly reads: RestrictedReads,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<ActingRequest>();
    const { actor } = request;
    if (request.method !== 'GET' || !actor) return next.handle();
    const isOfPrimary = this.reflector.get<boolean | undefined>(OF_PRIMARY, context.getHandler()) ?? false;
    const reading: Reading = { isNamed: false, upTo: isOfPrimary ? null : (request.upTo ?? null) };
    const record = async (body: unknown): Promise<unknown> => {
      if (reading.isNamed) {
        const what = `GET ${request.routeOptions.url ?? request.url.split('?')[0]}`;
        await this.reads.record(actor, this.clock.now(), [...idsIn([request.params, body])], what);
      }
      return body;
    };
    return new Observable((subscriber) =>
      readings.run(reading, () => next.handle().pipe(mergeMap(record)).subscribe(subscriber)),
    );
  }
}

/** Ids that stand anywhere in plain data; of files and streams, which have events of their own, none. */
function idsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') {
    if (UUID.test(value)) found.add(value);
  } else if (Array.isArray(value)) {
    for (const item of value) idsIn(item, found);
  } else if (isPlain(value)) {
    for (const item of Object.values(value)) idsIn(item, found);
  }
  return found;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
