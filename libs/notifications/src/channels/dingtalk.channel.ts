import { AppChannel } from './app';
import type { Receipt, Sent } from './channel';
import { A_MINUTE, type VendorAnswer, type VendorRequest } from './vendor';

/** Work notices of DingTalk (钉钉工作通知, `asyncsend_v2`): what became of one is asked later (`getsendresult`). */
export class DingtalkChannel extends AppChannel {
  readonly kind = 'dingtalk';
  /** Of 2,048 that a message has, with room for what stands around the text. */
  protected readonly mostBytes = 1_900;
  readonly verdicts = {
    0: 'taken',
    [-1]: A_MINUTE,
    // Its own words for what is wrong with a token stand within.
    88: 'renew',
    40014: 'renew',
    42001: 'renew',
    33012: { refusal: '5.1.1' },
    90018: A_MINUTE,
    143103: A_MINUTE,
    143104: A_MINUTE,
    1430003: A_MINUTE,
    143105: 'refused',
    143106: 'refused',
    1430002: 'refused',
    1430004: 'refused',
  } as const;

  protected tokenRequest(): VendorRequest {
    return { url: this.url('/gettoken', { appkey: this.id, appsecret: this.secret }) };
  }

  protected messageRequest(access_token: string, userid_list: string, content: string): VendorRequest {
    return {
      url: this.url('/topapi/message/corpconversation/asyncsend_v2', { access_token }),
      body: {
        agent_id: Number(this.agentId),
        userid_list,
        to_all_user: false,
        msg: { msgtype: 'text', text: { content } },
      },
    };
  }

  protected cameOf({ said, kept }: VendorAnswer): Sent {
    const task = said['task_id'];
    const remoteId = typeof task === 'number' || typeof task === 'string' ? String(task) : undefined;
    return { state: 'sent', answer: kept, remoteId };
  }

  async ask(task_id: string, account: string): Promise<Receipt | null> {
    const { said } = await this.asked((access_token) => ({
      url: this.url('/topapi/message/corpconversation/getsendresult', { access_token }),
      body: { agent_id: Number(this.agentId), task_id },
    }));
    const result = (said['send_result'] ?? {}) as Record<string, unknown>;
    const isAmong = (list: string): boolean => Array.isArray(result[list]) && result[list].includes(account);
    if (isAmong('read_user_id_list')) return 'read';
    if (isAmong('unread_user_id_list')) return 'delivered';
    if (isAmong('invalid_user_id_list')) return { status: '5.1.1', words: 'dingtalk: there is no such account' };
    if (isAmong('forbidden_user_id_list')) {
      return { status: '5.7.1', words: `dingtalk does not let it through ${JSON.stringify(result['forbidden_list'])}` };
    }
    return isAmong('failed_user_id_list') ? { status: '4.4.7', words: 'dingtalk could not deliver it' } : null;
  }
}
