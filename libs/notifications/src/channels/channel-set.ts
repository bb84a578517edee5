import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Channel, DestinationChannel } from './channel';

/** The channels of this process. */
@Injectable()
export class ChannelSet implements OnApplicationShutdown {
  /**
   * @param channels to people, by kind
   * @param toDestinations by kind
   */
  constructor(
    private readonly channels: ReadonlyMap<string, Channel>,
    private readonly toDestinations: ReadonlyMap<string, DestinationChannel> = new Map(),
  ) {}

  /** Those to people. */
  get all(): Channel[] {
    return [...this.channels.values()];
  }

  /** Undefined where the channel is not configured, or not any more. */
  get(kind: string): Channel | undefined {
    return this.channels.get(kind);
  }

  get kindsToDestinations(): string[] {
    return [...this.toDestinations.keys()];
  }

  toDestination(kind: string): DestinationChannel | undefined {
    return this.toDestinations.get(kind);
  }

  onApplicationShutdown(): void {
    for (const channel of this.all) channel.close?.();
  }
}
