import { Round } from '@duban/notifications';
import { DemonstrationClock, Transactor } from '@duban/database';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid, newId } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Body, Controller, Get, HttpCode, Inject, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentActor, Needs } from '../requests';
import { instant } from '../schemas';

class ClockDto extends createZodDto(z.strictObject({ now: instant })) {}

/** Plans are for the years up to 2100, and are done in the year after. */
const END = new Date('2102-01-01T00:00:00Z');

/** The clock of a demonstration. With the machine's clock these routes do not exist. */
@ApiTags('clock')
@Controller('clock')
export class ClockController {
  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly round: Round,
    @Inject(CLOCK) private readonly clock: DemonstrationClock,
  ) {}

  @Needs('clock.read')
  @Get()
  @ApiOperation({ summary: 'Where the demonstration’s clock stands' })
  @ApiOkResponse({ type: ClockDto })
  get(): ClockDto {
    return { now: this.clock.now().toISOString() };
  }

  @Needs('clock.move')
  @Put()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Move the clock forwards',
    description: 'Everything that is due on the way is done, in order, before it answers.',
  })
  @ApiOkResponse({ type: ClockDto })
  async move(@CurrentActor() actor: Actor, @Body() body: ClockDto): Promise<ClockDto> {
    const target = new Date(body.now);
    if (target >= END) {
      throw invalid('CLOCK.TOO_FAR', `The clock goes no further than ${END.toISOString()}.`, { field: 'now' });
    }
    // Held until all is done, so that of two who move it, in any processes, the second is refused.
    await this.transactor.run(async (moving) => {
      const [lock]: { taken: boolean }[] = await moving.query(
        `select pg_try_advisory_xact_lock(hashtextextended('demonstration clock', 0)) as taken`,
      );
      if (!lock?.taken) throw conflict('CLOCK.MOVING', 'The clock is being moved just now; wait until it stands.');
      await this.clock.refresh(moving);
      await this.play(actor, this.clock.now(), target);
    });
    return { now: this.clock.now().toISOString() };
  }

  private async play(actor: Actor, from: Date, target: Date): Promise<void> {
    if (target < from) {
      throw invalid('CLOCK.BACKWARDS', `The clock stands at ${from.toISOString()}; it does not go back.`, {
        field: 'now',
      });
    }
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
  }
}
