import { AppChannel } from './app';
import type { Sent } from './channel';
import { feishuPost } from './feishu-post';
import { A_MINUTE, type VendorAnswer, type VendorRequest, type Verdict, type Verdicts } from './vendor';

/** Messages of an app of Feishu (飞书应用消息, `im/v1/messages`). */
export class FeishuChannel extends AppChannel {
  readonly kind = 'feishu';
  override readonly codeIn = 'code';
  /** What went wrong comes with these, and in the body. */
  override readonly statuses = [200, 400, 401, 403, 429];
  protected override readonly tokenIn = { token: 'tenant_access_token', seconds: 'expire' };
  protected readonly mostBytes = 16_000;
  readonly verdicts: Verdicts = {
    0: 'taken',
    99991661: 'renew',
    99991663: 'renew',
    99991668: 'renew',
    99991671: 'renew',
    99991400: A_MINUTE,
    11232: A_MINUTE,
    230020: A_MINUTE,
    230001: 'refused',
    230022: 'refused',
    230025: 'refused',
    // Whom the app does not reach, who left, and who does not want it.
    230013: { refusal: '5.2.1' },
    230029: { refusal: '5.1.1' },
    230053: { refusal: '5.2.1' },
  };

  protected tokenRequest(): VendorRequest {
    const body = { app_id: this.id, app_secret: this.secret };
    return { url: this.url('/open-apis/auth/v3/tenant_access_token/internal'), body };
  }

  protected messageRequest(token: string, receive_id: string, text: string, uuid: string): VendorRequest {
    return {
      url: this.url('/open-apis/im/v1/messages', { receive_id_type: idTypeOf(receive_id) }),
      headers: { authorization: `Bearer ${token}` },
      // A repeat within an hour carries the same uuid, and is not shown twice.
      body: { receive_id, msg_type: 'post', content: JSON.stringify(feishuPost(text, this.messages)), uuid },
    };
  }

  protected cameOf({ said, kept }: VendorAnswer): Sent {
    const { message_id: remoteId } = (said['data'] ?? {}) as { message_id?: string };
    return { state: 'delivered', answer: kept, remoteId };
  }

  /** The one code for all that is wrong with a request says only in its words that it is the account. */
  judge(code: number | string, { msg }: VendorAnswer['said']): Verdict | undefined {
    const isOfAccount = code === 230001 && typeof msg === 'string' && msg.includes('invalid receive_id');
    return isOfAccount ? { refusal: '5.1.1' } : undefined;
  }
}

/** Feishu has several names of a person, which tell themselves apart. */
const idTypeOf = (id: string): string =>
  id.startsWith('ou_') ? 'open_id' : id.startsWith('on_') ? 'union_id' : id.includes('@') ? 'email' : 'user_id';
