import { RobotChannel } from './robot';
import { A_MINUTE, type VendorRequest } from './vendor';

/** Robots of WeCom groups (企业微信群机器人). The key stands in the address, and nothing is signed. */
export class WecomRobotChannel extends RobotChannel {
  readonly kind = 'wecom_robot';
  readonly keys = null;
  protected readonly mostBytes = 2_048;
  readonly verdicts = {
    0: 'taken',
    [-1]: A_MINUTE,
    40008: 'refused',
    40058: 'refused',
    44004: 'refused',
    45002: 'refused',
    45009: A_MINUTE,
    45033: A_MINUTE,
    93000: 'gone',
  } as const;

  protected requestOf(url: URL, content: string): VendorRequest {
    return { url, body: { msgtype: 'text', text: { content } } };
  }
}
