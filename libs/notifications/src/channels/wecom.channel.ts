import { AppChannel } from './app';
import type { Sent } from './channel';
import { A_MINUTE, refused, type VendorAnswer, type VendorRequest } from './vendor';

/** Messages of an app of WeCom (企业微信应用消息, `message/send`). */
export class WecomChannel extends AppChannel {
  readonly kind = 'wecom';
  protected readonly mostBytes = 2_048;
  readonly verdicts = {
    0: 'taken',
    [-1]: A_MINUTE,
    40014: 'renew',
    41001: 'renew',
    42001: 'renew',
    40008: 'refused',
    40058: 'refused',
    44004: 'refused',
    45002: 'refused',
    45009: A_MINUTE,
    45033: A_MINUTE,
    // Whoever is not there, or whom the app does not reach.
    60111: { refusal: '5.1.1' },
    81013: { refusal: '5.1.1' },
  } as const;

  protected tokenRequest(): VendorRequest {
    return { url: this.url('/cgi-bin/gettoken', { corpid: this.id, corpsecret: this.secret }) };
  }

  protected messageRequest(access_token: string, touser: string, content: string): VendorRequest {
    const body = {
      touser,
      msgtype: 'text',
      agentid: Number(this.agentId),
      text: { content },
      // A repeat within half an hour is not shown twice.
      enable_duplicate_check: 1,
      duplicate_check_interval: 1_800,
    };
    return { url: this.url('/cgi-bin/message/send', { access_token }), body };
  }

  protected cameOf({ said, kept }: VendorAnswer): Sent {
    // Taken, and yet for nobody: it was for one account alone.
    if (isNamed(said['invaliduser']))
      throw refused('5.1.1', 'wecom: the account is none, or out of the app’s sight', kept);
    if (isNamed(said['unlicenseduser'])) throw refused('5.2.1', 'wecom: the account has no licence', kept);
    return { state: 'delivered', answer: kept };
  }
}

const isNamed = (list: unknown): boolean => typeof list === 'string' && list !== '';
