import { createHmac } from 'node:crypto';
import { feishuPost } from './feishu-post';
import { RobotChannel } from './robot';
import { A_MINUTE, type VendorRequest } from './vendor';

/**
 * Robots of Feishu groups (飞书自定义机器人), which sign by the key that the vendor gives, where it gives one. They take a
 * hundred a minute, but five a second at most: with a quarter at once, twenty a minute keep to both.
 */
export class FeishuRobotChannel extends RobotChannel {
  readonly kind = 'feishu_robot';
  readonly keys = { from: 'them' } as const;
  override readonly codeIn = 'code';
  /** Of a request that takes 20 KB, with room for what stands around the text. */
  protected readonly mostBytes = 16_000;
  readonly verdicts = {
    0: 'taken',
    9499: 'refused',
    19002: 'refused',
    11232: A_MINUTE,
    19001: 'gone',
  } as const;

  /** The key is the last part of the path. */
  override shownAddress(address: URL): string {
    return `${address.origin}${address.pathname.replace(/[^/]+$/, '…')}`;
  }

  protected requestOf(url: URL, text: string, secret: string | undefined): VendorRequest {
    return {
      url,
      body: {
        ...(secret === undefined ? {} : signed(secret)),
        msg_type: 'post',
        content: { post: feishuPost(text, this.messages) },
      },
    };
  }
}

/** The vendor signs nothing by a key that is made of the time and the secret. */
function signed(secret: string): { timestamp: string; sign: string } {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}
