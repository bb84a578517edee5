import { createHmac } from 'node:crypto';
import { type Came, HookServer } from './hook-server';

/**
 * Servers that speak what the vendors of group robots document: how they are addressed and signed to, how much they take,
 * and what they answer, always with the status 200.
 */
export abstract class RobotStandIn {
  readonly server = new HookServer();
  /** Texts that came into the group. */
  readonly said: string[] = [];
  /** How many in a minute are taken; a spec may have it be fewer. */
  perMinute = 20;
  /** Its own clock, of which signatures speak. */
  now = (): number => Date.now();
  private taken: number[] = [];

  async start(): Promise<this> {
    this.server.onRequest = (response, came) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.answerTo(came)));
    };
    await this.server.start();
    return this;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  /** Where it is written to, key and all. */
  abstract address(): string;
  protected abstract answerTo(came: Came): object;

  protected isTooMany(): boolean {
    const now = this.now();
    this.taken = this.taken.filter((at) => at > now - 60_000);
    if (this.taken.length >= this.perMinute) return true;
    this.taken.push(now);
    return false;
  }
}

export class WecomStandIn extends RobotStandIn {
  readonly key = '693a91f6-7a1c-4bc4-97a0-0ec2f0000001';

  address(): string {
    return this.server.url(`/cgi-bin/webhook/send?key=${this.key}`);
  }

  protected answerTo({ path, body }: Came): object {
    if (new URL(path, 'http://x').searchParams.get('key') !== this.key) {
      return { errcode: 93000, errmsg: 'invalid webhook url, hint: [1769500000000000], from ip: 127.0.0.1' };
    }
    if (this.isTooMany()) return { errcode: 45009, errmsg: 'api freq out of limit, hint: [1769500000000001]' };
    const { msgtype, text } = JSON.parse(body) as { msgtype: string; text: { content: string } };
    if (msgtype !== 'text') return { errcode: 40008, errmsg: 'invalid message type' };
    if (text.content === '') return { errcode: 44004, errmsg: 'content is empty' };
    if (Buffer.byteLength(text.content) > 2_048)
      return { errcode: 40058, errmsg: 'text.content exceed max length 2048' };
    this.said.push(text.content);
    return { errcode: 0, errmsg: 'ok' };
  }
}

export class DingtalkStandIn extends RobotStandIn {
  readonly token = 'c0f1'.repeat(16);
  readonly secret = 'SEC8f1a'.padEnd(67, '0');

  address(): string {
    return this.server.url(`/robot/send?access_token=${this.token}`);
  }

  protected answerTo({ path, body }: Came): object {
    const { searchParams } = new URL(path, 'http://x');
    if (searchParams.get('access_token') !== this.token) return { errcode: 300001, errmsg: 'token is not exist' };
    const timestamp = searchParams.get('timestamp') ?? '';
    const isTimely = Math.abs(Number(timestamp) - this.now()) < 3_600_000;
    if (timestamp === '' || !isTimely) return { errcode: 310000, errmsg: 'invalid timestamp' };
    const sign = createHmac('sha256', this.secret).update(`${timestamp}\n${this.secret}`).digest('base64');
    if (searchParams.get('sign') !== sign) return { errcode: 310000, errmsg: 'sign not match' };
    if (this.isTooMany()) return { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' };
    const { msgtype, text } = JSON.parse(body) as { msgtype: string; text: { content: string } };
    if (msgtype !== 'text') return { errcode: 400105, errmsg: 'unsupported msgtype' };
    if (Buffer.byteLength(body) > 20_000) return { errcode: 40035, errmsg: 'message is too long' };
    this.said.push(text.content);
    return { errcode: 0, errmsg: 'ok' };
  }
}

export class FeishuStandIn extends RobotStandIn {
  override perMinute = 100;
  readonly token = '7e0b5c5e-6f2c-4d0c-9a51-000000000001';
  readonly secret = 'kLq2v9Zb0d';

  address(): string {
    return this.server.url(`/open-apis/bot/v2/hook/${this.token}`);
  }

  protected answerTo({ path, body }: Came): object {
    const no = (code: number, msg: string): object => ({ code, data: {}, msg });
    if (path !== `/open-apis/bot/v2/hook/${this.token}`) {
      return no(19001, 'param invalid: incoming webhook access token invalid');
    }
    if (Buffer.byteLength(body) > 20 * 1_024) return no(9499, 'Bad Request');
    const {
      timestamp,
      sign,
      msg_type: kind,
      content,
    } = JSON.parse(body) as {
      timestamp?: string;
      sign?: string;
      msg_type: string;
      content: { post: Record<string, { title: string; content: { tag: string; text: string }[][] }> };
    };
    const wanted = createHmac('sha256', `${timestamp}\n${this.secret}`).digest('base64');
    if (sign !== wanted || Math.abs(Number(timestamp) * 1_000 - this.now()) > 3_600_000) {
      return no(19021, 'sign match fail or timestamp is not within one hour from current time');
    }
    if (this.isTooMany()) return no(11232, 'frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]');
    if (kind !== 'post') return no(19002, 'params error, msg_type need');
    for (const { title, content: lines } of Object.values(content.post)) {
      this.said.push([title, ...lines.map((line) => line.map(({ text }) => text).join(''))].join('\n'));
    }
    return { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' };
  }
}
