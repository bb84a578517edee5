import { createHash } from 'node:crypto';
import { HookServer } from './hook-server';

interface Said {
  ecName: string;
  apId: string;
  secretKey: string;
  mobiles: string;
  content: string;
  sign: string;
  addSerial: string;
  mac: string;
}

/** A gateway of short messages as China Mobile documents it (云MAS, `norsubmit`). */
export class SmsGateway {
  readonly server = new HookServer();
  readonly taken: { msgGroup: string; mobile: string; content: string }[] = [];
  /** Answers this instead. */
  refusal: string | null = null;

  async start(): Promise<this> {
    this.server.onRequest = (response, { body }) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.answerTo(body)));
    };
    await this.server.start();
    return this;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  /** As the environment names it. */
  address(): string {
    const url = new URL(this.server.url('/sms/norsubmit'));
    url.username = 'duban';
    url.password = encodeURIComponent('k/e+y');
    url.searchParams.set('ecName', '某市人民政府办公室');
    url.searchParams.set('sign', 'SIGN01');
    return url.href;
  }

  /** What it will call the next message; in the whole world no two have the same. */
  nextGroup(): string {
    return `0421${this.server.port}${process.pid}${String(this.taken.length + 1).padStart(6, '0')}`;
  }

  /** What it reports of a message, in its words. */
  report({ msgGroup, mobile }: { msgGroup: string; mobile: string }, reportStatus: string): object {
    return {
      reportStatus,
      mobile,
      submitDate: '20260421090001',
      receiveDate: '20260421090004',
      errorCode: reportStatus,
      msgGroup,
    };
  }

  private answerTo(body: string): object {
    const no = (rspcod: string): object => ({ msgGroup: '', rspcod, success: false });
    let said: Said;
    try {
      said = JSON.parse(Buffer.from(body, 'base64').toString()) as Said;
    } catch {
      return no('InvalidMessage');
    }
    const { ecName, apId, secretKey, mobiles, content, sign, addSerial, mac } = said;
    if (apId !== 'duban' || secretKey !== 'k/e+y' || ecName !== '某市人民政府办公室') return no('InvalidUsrOrPwd');
    if (sign !== 'SIGN01') return no('IllegalSignId');
    const all = ecName + apId + secretKey + mobiles + content + sign + addSerial;
    if (createHash('md5').update(all).digest('hex') !== mac) return no('IllegalMac');
    if (this.refusal !== null) return no(this.refusal);
    const msgGroup = this.nextGroup();
    this.taken.push({ msgGroup, mobile: mobiles, content });
    return { msgGroup, rspcod: 'success', success: true };
  }
}
