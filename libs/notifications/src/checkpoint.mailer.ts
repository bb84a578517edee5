import { CheckpointMail, type ListedCheckpoint } from '@duban/history';
import { Inject, Injectable } from '@nestjs/common';
import { ChannelSet } from './channels/channel-set';
import { checkpointMail } from './templates/checkpoint';
import { MESSAGES, type Messages } from './templates/messages';

/** Mails checkpoints (存证) to whom the configuration names: auditors, or another office. */
@Injectable()
export class CheckpointMailer extends CheckpointMail {
  constructor(
    private readonly channels: ChannelSet,
    @Inject(MESSAGES) private readonly messages: Messages,
  ) {
    super();
  }

  async send(address: string, checkpoint: ListedCheckpoint): Promise<void> {
    const channel = this.channels.get('smtp');
    if (!channel?.send) throw new Error('mail is not set up');
    const id = `checkpoint-${checkpoint.number}`;
    await channel.send({ id, address, name: address, items: [], ...checkpointMail(checkpoint, this.messages) });
  }
}
