import { createHmac } from 'node:crypto';
import type { OutboundOptions } from '../destinations/outbound';
import type { Messages } from '../templates/messages';
import type { DestinationChannel, DestinationMessage, Sent } from './channel';
import { A_MINUTE, robotText, type RobotVerdict, TEN_MINUTES, tellRobot } from './robot';
import { withoutQuery } from './shown-address';

/** Of a request that takes 20,000, with room for what stands around the text. */
const MOST_BYTES = 16_000;

/** By what the vendor's list of codes says of them. Who writes too often is not heard for ten minutes. */
const VERDICTS: Readonly<Record<number, RobotVerdict>> = {
  0: 'taken',
  [-1]: A_MINUTE,
  40035: 'refused',
  400105: 'refused',
  430101: 'refused',
  430102: 'refused',
  430103: 'refused',
  430104: 'refused',
  130101: TEN_MINUTES,
  410100: TEN_MINUTES,
  300001: 'gone',
  400013: 'gone',
  400101: 'gone',
  400102: 'gone',
  400106: 'gone',
};

/** Robots of DingTalk groups (钉钉自定义机器人), which sign (加签) by the key that the vendor gives, where it gives one. */
export class DingtalkRobotChannel implements DestinationChannel {
  readonly kind = 'dingtalk_robot';
  readonly perMinute = { most: 20, usual: 20 };
  readonly keys = { from: 'them' } as const;

  constructor(
    private readonly options: OutboundOptions,
    private readonly messages: Messages,
  ) {}

  shownAddress(address: URL): string {
    return withoutQuery(address);
  }

  send(message: DestinationMessage): Promise<Sent> {
    const url = new URL(message.address);
    const [secret] = message.secrets;
    if (secret !== undefined) {
      // By the clock that the vendor has, too: an hour off is refused.
      const timestamp = String(Date.now());
      url.searchParams.set('timestamp', timestamp);
      url.searchParams.set('sign', createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'));
    }
    const body = { msgtype: 'text', text: { content: robotText(message, MOST_BYTES, this.messages) } };
    return tellRobot(
      url,
      body,
      this.options,
      ({ errcode }) => errcode,
      (code) => VERDICTS[code] ?? 'broken',
    );
  }
}
