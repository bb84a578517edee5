import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Channel } from './channel';

/** The channels of this process. */
@Injectable()
export class ChannelSet implements OnApplicationShutdown {
  /** @param channels by kind */
  constructor(private readonly channels: ReadonlyMap<string, Channel>) {}

  get all(): Channel[] {
    return [...this.channels.values()];
  }

  /** Undefined where the channel is not configured, or not any more. */
  get(kind: string): Channel | undefined {
    return this.channels.get(kind);
  }

  onApplicationShutdown(): void {
    for (const channel of this.all) channel.close?.();
  }
}
