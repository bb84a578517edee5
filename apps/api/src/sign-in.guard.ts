import { Transactor } from '@duban/database';
import { SessionService } from '@duban/directory';
import { DomainError } from '@duban/kernel';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type ActingRequest, PUBLIC } from './requests';

/** Finds out who makes a request, by its bearer token. Every route asks but those marked public. */
@Injectable()
export class SignInGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly transactor: Transactor,
    private readonly sessions: SessionService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<ActingRequest>();
    const token = bearerToken(request.headers.authorization);
    if (!token) throw new DomainError('unauthenticated', 'SESSION.REQUIRED', 'Sign in by POST /api/v1/sessions.');
    request.actor = await this.transactor.run((tx) => this.sessions.authenticate(tx, token, request.id));
    return true;
  }
}

export const bearerToken = (header: string | undefined): string | null =>
  /^Bearer ([A-Za-z0-9_-]{20,200})$/i.exec(header ?? '')?.[1] ?? null;
