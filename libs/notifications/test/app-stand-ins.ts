import { randomUUID } from 'node:crypto';
import { type Came, HookServer } from './hook-server';

/** What came to somebody's account at a vendor. */
export interface Shown {
  account: string;
  text: string;
}

/**
 * Servers that speak what the vendors document of apps that write to persons: how tokens are given and end, whom an app
 * reaches, and what they answer.
 */
export abstract class AppStandIn {
  readonly server = new HookServer();
  readonly accounts = new Set<string>();
  readonly shown: Shown[] = [];
  readonly secret = 'app-secret/with+marks';
  /** How often a token was asked for. */
  tokensGiven = 0;
  /** How many messages are taken before it says that there are too many. */
  most = Infinity;
  protected valid: string | null = null;

  abstract readonly path: string;
  abstract readonly id: string;

  async start(): Promise<this> {
    this.server.onRequest = (response, came) => {
      const [status, said] = this.answerTo(came, new URL(came.path, 'http://x'));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    };
    await this.server.start();
    return this;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  /** As the environment names the app. */
  address(): string {
    const url = new URL(this.server.url(this.path));
    url.username = this.id;
    url.password = encodeURIComponent(this.secret);
    return url.href;
  }

  /** The token that was given is none any more. */
  forgetToken(): void {
    this.valid = null;
  }

  protected abstract answerTo(came: Came, url: URL): [status: number, said: object];

  protected newToken(): string {
    this.tokensGiven++;
    // As the vendors have it, the same as long as it holds.
    return (this.valid ??= randomUUID());
  }

  protected isTooMany(): boolean {
    return this.shown.length >= this.most;
  }
}

export class WecomAppStandIn extends AppStandIn {
  readonly path = '/1000002';
  readonly id = 'ww0123456789abcdef';

  protected answerTo({ body }: Came, { pathname, searchParams }: URL): [number, object] {
    const no = (errcode: number, errmsg: string): [number, object] => [200, { errcode, errmsg }];
    if (pathname === '/cgi-bin/gettoken') {
      if (searchParams.get('corpsecret') !== this.secret) return no(40001, 'invalid credential');
      return [200, { errcode: 0, errmsg: 'ok', access_token: this.newToken(), expires_in: 7200 }];
    }
    if (searchParams.get('access_token') !== this.valid) return no(42001, 'access_token expired');
    const said = JSON.parse(body) as { touser: string; msgtype: string; agentid: number; text: { content: string } };
    if (said.agentid !== 1_000_002) return no(40056, 'invalid agentid');
    if (said.msgtype !== 'text') return no(40008, 'invalid message type');
    if (this.isTooMany()) return no(45009, 'api freq out of limit');
    if (Buffer.byteLength(said.text.content) > 2_048) return no(45002, 'content size out of limit');
    const known = said.touser.split('|').filter((account) => this.accounts.has(account));
    if (known.length === 0) return no(81013, 'user & party & tag all invalid');
    for (const account of known) this.shown.push({ account, text: said.text.content });
    return [200, { errcode: 0, errmsg: 'ok', msgid: randomUUID() }];
  }
}

export class DingtalkAppStandIn extends AppStandIn {
  readonly path = '/3001';
  readonly id = 'ding0123456789abcdef';
  /** What became of each message, by its number; where nothing is said it is unread. */
  readonly results = new Map<number, object>();
  private readonly sentTo = new Map<number, string>();

  protected answerTo({ body }: Came, { pathname, searchParams }: URL): [number, object] {
    const no = (errcode: number, errmsg: string): [number, object] => [200, { errcode, errmsg }];
    if (pathname === '/gettoken') {
      if (searchParams.get('appsecret') !== this.secret) return no(40089, 'invalid appKey or appSecret');
      return [200, { errcode: 0, errmsg: 'ok', access_token: this.newToken(), expires_in: 7200 }];
    }
    if (searchParams.get('access_token') !== this.valid) {
      return [200, { errcode: 88, sub_code: '40014', sub_msg: '不合法的access_token' }];
    }
    if (pathname.endsWith('/getsendresult')) {
      const { task_id } = JSON.parse(body) as { task_id: string };
      const account = this.sentTo.get(Number(task_id));
      if (account === undefined) return no(400002, 'invalid task_id');
      const result = this.results.get(Number(task_id)) ?? { unread_user_id_list: [account] };
      return [200, { errcode: 0, errmsg: 'ok', send_result: result }];
    }
    const { agent_id, userid_list, msg } = JSON.parse(body) as {
      agent_id: number;
      userid_list: string;
      msg: { msgtype: string; text: { content: string } };
    };
    if (agent_id !== 3_001) return no(400002, 'invalid agent_id');
    if (this.isTooMany()) return no(143103, '企业单应用消息发送人次QPM超限');
    if (Buffer.byteLength(JSON.stringify(msg)) > 2_048) return no(400002, 'msg is too long');
    if (!this.accounts.has(userid_list)) return no(33012, '无效的USERID');
    this.shown.push({ account: userid_list, text: msg.text.content });
    const task_id = 256_000_000 + this.shown.length;
    this.sentTo.set(task_id, userid_list);
    return [200, { errcode: 0, task_id, request_id: randomUUID() }];
  }
}

export class FeishuAppStandIn extends AppStandIn {
  readonly path = '/';
  readonly id = 'cli_0123456789abcdef';
  private readonly uuids = new Set<string>();

  protected answerTo({ body, headers }: Came, { pathname, searchParams }: URL): [number, object] {
    const no = (code: number, msg: string): [number, object] => [400, { code, msg, error: { log_id: randomUUID() } }];
    if (pathname === '/open-apis/auth/v3/tenant_access_token/internal') {
      const { app_secret } = JSON.parse(body) as { app_secret: string };
      if (app_secret !== this.secret) return [200, { code: 10014, msg: 'app secret invalid' }];
      return [200, { code: 0, msg: 'ok', tenant_access_token: this.newToken(), expire: 7200 }];
    }
    if (headers.authorization !== `Bearer ${this.valid}`)
      return no(99991663, 'Invalid access token for authorization.');
    if (this.isTooMany()) return [429, { code: 99991400, msg: 'request trigger frequency limit' }];
    const { receive_id, msg_type, content, uuid } = JSON.parse(body) as Record<string, string>;
    if (msg_type !== 'post' || searchParams.get('receive_id_type') !== 'open_id') return no(230001, 'invalid msg_type');
    if (!this.accounts.has(receive_id!)) {
      return no(230001, 'Your request contains an invalid request parameter, ext=invalid receive_id.');
    }
    const { zh_cn } = JSON.parse(content!) as { zh_cn: { title: string; content: { text: string }[][] } };
    const lines = zh_cn.content.map((line) => line.map(({ text }) => text).join(''));
    // The same uuid within an hour is not shown again.
    if (!this.uuids.has(uuid!)) this.shown.push({ account: receive_id!, text: [zh_cn.title, ...lines].join('\n') });
    this.uuids.add(uuid!);
    return [200, { code: 0, msg: 'success', data: { message_id: `om_${randomUUID()}` } }];
  }
}
