import { Transactor } from '@duban/database';
import { SessionService, type SignedIn } from '@duban/directory';
import type { Actor } from '@duban/history';
import { DomainError } from '@duban/kernel';
import { Body, Controller, Delete, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentActor, Public } from '../requests';
import { instant, uuid } from '../schemas';
import { bearerToken } from '../sign-in.guard';

class SignInDto extends createZodDto(
  z.strictObject({ username: z.string().min(1).max(200), password: z.string().min(1).max(200) }),
) {}
class SignedInDto extends createZodDto(
  z.object({
    token: z.string().meta({ description: 'Send it as `Authorization: Bearer …`.' }),
    expiresAt: instant,
    person: z.object({ id: uuid, username: z.string(), displayName: z.string() }),
  }),
) {}
class ActorDto extends createZodDto(
  z.object({
    personId: uuid.nullable(),
    name: z.string(),
    post: z.string(),
    postId: uuid.nullable(),
    unitId: uuid.nullable(),
  }),
) {}

@ApiTags('sessions')
@Controller('sessions')
export class SessionsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly sessions: SessionService,
  ) {}

  @Public()
  @Post()
  @ApiOperation({ summary: 'Sign in (登录)', description: 'Gives a bearer token for twelve hours.' })
  @ApiCreatedResponse({ type: SignedInDto })
  async signIn(@Body() { username, password }: SignInDto, @Req() request: FastifyRequest): Promise<SignedIn> {
    try {
      return await this.transactor.run((tx) => this.sessions.signIn(tx, username, password));
    } catch (error) {
      // The failure is recorded in a transaction of its own: the one of the attempt was rolled back.
      if (error instanceof DomainError && error.code === 'SESSION.WRONG_CREDENTIALS') {
        await this.transactor.run((tx) => this.sessions.recordFailure(tx, username, request.id));
      }
      throw error;
    }
  }

  @Get('current')
  @ApiOperation({ summary: 'Who is signed in, and in which post' })
  @ApiOkResponse({ type: ActorDto })
  current(@CurrentActor() actor: Actor): Omit<Actor, 'requestId'> {
    const { personId, name, post, postId, unitId } = actor;
    return { personId, name, post, postId, unitId };
  }

  @Delete('current')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out (退出)' })
  @ApiNoContentResponse()
  async end(@Req() request: FastifyRequest): Promise<void> {
    const token = bearerToken(request.headers.authorization);
    if (token) await this.transactor.run((tx) => this.sessions.end(tx, token));
  }
}
