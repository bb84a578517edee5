import { Round } from '@duban/notifications';
import { DemonstrationClock, Transactor } from '@duban/database';
import { assertMay } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid, newId } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Body, Controller, Get, HttpCode, Inject, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentActor } from '../requests';
import { instant } from '../schemas';

class ClockDto extends createZodDto(z.strictObject({ now: instant })) {}

/** The clock of a demonstration. With the machine's clock these routes do not exist. */
@ApiTags('clock')
@Controller('clock')
export class ClockController {
  private isMoving = false;

  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly round: Round,
    @Inject(CLOCK) private readonly clock: DemonstrationClock,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Where the demonstration’s clock stands' })
  @ApiOkResponse({ type: ClockDto })
  get(): ClockDto {
    return { now: this.clock.now().toISOString() };
  }

  @Put()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Move the clock forwards',
    description: 'Everything that is due on the way is done, in order, before it answers.',
  })
  @ApiOkResponse({ type: ClockDto })
  async move(@CurrentActor() actor: Actor, @Body() body: ClockDto): Promise<ClockDto> {
    assertMay(actor, 'clock.move');
    const target = new Date(body.now);
    const from = this.clock.now();
    if (target < from) {
      throw invalid('CLOCK.BACKWARDS', `The clock stands at ${from.toISOString()}; it does not go back.`, {
        field: 'now',
      });
    }
    if (this.isMoving) throw conflict('CLOCK.MOVING', 'The clock is being moved just now; wait until it stands.');
    this.isMoving = true;
    try {
      await this.transactor.run((tx) =>
        this.history.append(tx, actor, from, [
          {
            type: 'clock.moved',
            entity: 'clock',
            entityId: newId(),
            before: { now: from.toISOString() },
            after: { now: target.toISOString() },
          },
        ]),
      );
      await this.round.playTo(target, (step) => this.transactor.run((tx) => this.clock.moveTo(tx, step)));
    } finally {
      this.isMoving = false;
    }
    return { now: this.clock.now().toISOString() };
  }
}
