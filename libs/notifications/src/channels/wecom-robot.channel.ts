import type { OutboundOptions } from '../destinations/outbound';
import type { Messages } from '../templates/messages';
import type { DestinationChannel, DestinationMessage, Sent } from './channel';
import { A_MINUTE, robotText, type RobotVerdict, tellRobot } from './robot';
import { withoutQuery } from './shown-address';

/** What it takes in a text. */
const MOST_BYTES = 2_048;

/** By what the vendor's list of codes says of them; one that is not there is something to look at. */
const VERDICTS: Readonly<Record<number, RobotVerdict>> = {
  0: 'taken',
  [-1]: A_MINUTE,
  40008: 'refused',
  40058: 'refused',
  44004: 'refused',
  45002: 'refused',
  45009: A_MINUTE,
  45033: A_MINUTE,
  93000: 'gone',
};

/** Robots of WeCom groups (企业微信群机器人). The key stands in the address, and nothing is signed. */
export class WecomRobotChannel implements DestinationChannel {
  readonly kind = 'wecom_robot';
  /** More than that the robot refuses. */
  readonly perMinute = { most: 20, usual: 20 };
  readonly keys = null;

  constructor(
    private readonly options: OutboundOptions,
    private readonly messages: Messages,
  ) {}

  shownAddress(address: URL): string {
    return withoutQuery(address);
  }

  send(message: DestinationMessage): Promise<Sent> {
    const body = { msgtype: 'text', text: { content: robotText(message, MOST_BYTES, this.messages) } };
    return tellRobot(
      new URL(message.address),
      body,
      this.options,
      ({ errcode }) => errcode,
      (code) => VERDICTS[code] ?? 'broken',
    );
  }
}
