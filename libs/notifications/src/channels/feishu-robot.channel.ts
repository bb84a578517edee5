import { createHmac } from 'node:crypto';
import type { OutboundOptions } from '../destinations/outbound';
import type { Messages } from '../templates/messages';
import type { DestinationChannel, DestinationMessage, Sent } from './channel';
import { A_MINUTE, robotText, type RobotVerdict, tellRobot } from './robot';

/** Of a request that takes 20 KB, with room for what stands around the text. */
const MOST_BYTES = 16_000;

/** By what the vendor's list of codes says of them. */
const VERDICTS: Readonly<Record<number, RobotVerdict>> = {
  0: 'taken',
  9499: 'refused',
  19002: 'refused',
  11232: A_MINUTE,
  19001: 'gone',
};

/** Robots of Feishu groups (飞书自定义机器人), which sign by the key that the vendor gives, where it gives one. */
export class FeishuRobotChannel implements DestinationChannel {
  readonly kind = 'feishu_robot';
  /** A hundred a minute are taken, but five a second at most: with a quarter at once, so many keep to both. */
  readonly perMinute = { most: 20, usual: 20 };
  readonly keys = { from: 'them' } as const;

  constructor(
    private readonly options: OutboundOptions,
    private readonly messages: Messages,
  ) {}

  /** The key is the last part of the path. */
  shownAddress(address: URL): string {
    return `${address.origin}${address.pathname.replace(/[^/]+$/, '…')}`;
  }

  send(message: DestinationMessage): Promise<Sent> {
    const [secret] = message.secrets;
    // Of a text, marks are taken for calls by name (<at …>); of the words of a post, none are.
    const [title = '', ...lines] = robotText(message, MOST_BYTES, this.messages).split('\n');
    const content = lines.map((text) => [{ tag: 'text', text }]);
    const body = {
      ...(secret === undefined ? {} : signed(secret)),
      msg_type: 'post',
      content: { post: { [this.messages.language === 'zh' ? 'zh_cn' : 'en_us']: { title, content } } },
    };
    return tellRobot(
      new URL(message.address),
      body,
      this.options,
      ({ code }) => code,
      (code) => VERDICTS[code] ?? 'broken',
    );
  }
}

/** The vendor signs nothing by a key that is made of the time and the secret. */
function signed(secret: string): { timestamp: string; sign: string } {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}
