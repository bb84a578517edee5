import { createHmac } from 'node:crypto';
import { RobotChannel } from './robot';
import { A_MINUTE, TEN_MINUTES, type VendorRequest } from './vendor';

/** Robots of DingTalk groups (钉钉自定义机器人), which sign (加签) by the key that the vendor gives, where it gives one. */
export class DingtalkRobotChannel extends RobotChannel {
  readonly kind = 'dingtalk_robot';
  readonly keys = { from: 'them' } as const;
  /** Of a request that takes 20,000, with room for what stands around the text. */
  protected readonly mostBytes = 16_000;
  /** Who writes too often is not heard for ten minutes. */
  readonly verdicts = {
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
  } as const;

  protected requestOf(url: URL, content: string, secret: string | undefined): VendorRequest {
    if (secret !== undefined) {
      // By the clock that the vendor has, too: an hour off is refused.
      const timestamp = String(Date.now());
      url.searchParams.set('timestamp', timestamp);
      url.searchParams.set('sign', createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'));
    }
    return { url, body: { msgtype: 'text', text: { content } } };
  }
}
