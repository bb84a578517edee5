import { createHash } from 'node:crypto';
import { limitOf } from '@duban/domain';
import type { Refusal } from '../bounces/status';
import { Networks } from '../destinations/networks';
import type { Line } from '../lines/line';
import type { Messages } from '../templates/messages';
import { briefText } from './brief-text';
import type { Channel, Message, Receipt, Recipient, Sent } from './channel';
import { askVendor, assertTaken, type Verdicts } from './vendor';

/** Shorter than a claim lasts, so that nobody else takes the delivery meanwhile. */
const MOST_MS = 20_000;
/** What an account takes in a minute, where nobody says. */
const USUAL_PER_MINUTE = 300;
/** A message of one part has seventy characters, one of several sixty-seven a part (UCS-2, GSM 03.38). */
const ONE_PART = 70;
const OF_A_PART = 67;
/** A longer one is a nuisance, and costs as many messages as it has parts. */
const MOST_PARTS = 3;
/** The gateway puts the signature (签名), such as 【市政府督查室】, before the text. */
const SIGNATURE = 14;

/** Characters that there are for a text, without the signature. */
export const MOST_CHARACTERS = MOST_PARTS * OF_A_PART - SIGNATURE;

/** How many parts a text takes, with the signature. */
export const partsOf = (text: string): number =>
  text.length + SIGNATURE <= ONE_PART ? 1 : Math.ceil((text.length + SIGNATURE) / OF_A_PART);

/** Short messages (短信) by the HTTP interface of China Mobile's gateway (云MAS, `norsubmit`). */
export class SmsChannel implements Channel {
  readonly kind = 'sms';
  readonly line: Line;
  readonly codeIn = 'rspcod';
  /** What is wrong with access is mended while messages wait. */
  readonly verdicts: Verdicts = {
    success: 'taken',
    InvalidMessage: 'refused',
    TooManyMobiles: 'refused',
    InvalidMobile: { refusal: '5.1.3' },
    IllegalMac: 'broken',
    IllegalSignId: 'broken',
    NoSignId: 'broken',
    InvalidUsrOrPwd: 'broken',
  };

  /**
   * @param gateway `http://<apId>:<secretKey>@host:port/sms/norsubmit?ecName=…&sign=…&addSerial=…`
   * @param perMinute how many the account takes in a minute, from all workers together; null: the usual
   * @param mostMs how long one request may take in all
   */
  constructor(
    private readonly gateway: URL,
    private readonly messages: Messages,
    perMinute: number | null = null,
    private readonly mostMs = MOST_MS,
  ) {
    this.line = { name: `sms ${gateway.host}`, limit: limitOf(perMinute ?? USUAL_PER_MINUTE), atOnce: null };
  }

  isFor({ mobile }: Recipient): string | null {
    return mobile;
  }

  async send(message: Message): Promise<Sent> {
    const { searchParams, username, password } = this.gateway;
    const [ecName, apId, secretKey] = [
      searchParams.get('ecName') ?? '',
      decodeURIComponent(username),
      decodeURIComponent(password),
    ];
    const [mobiles, sign, addSerial] = [
      message.address,
      searchParams.get('sign') ?? '',
      searchParams.get('addSerial') ?? '',
    ];
    const content = shortText(message, this.messages);
    const mac = createHash('md5')
      .update([ecName, apId, secretKey, mobiles, content, sign, addSerial].join(''))
      .digest('hex');
    const said = JSON.stringify({ ecName, apId, secretKey, mobiles, content, sign, addSerial, mac });
    const url = new URL(this.gateway.pathname, this.gateway.origin);
    const request = { url, body: Buffer.from(said).toString('base64') };
    const answer = await askVendor(request, this, { networks: Networks.all(), mostMs: this.mostMs });
    assertTaken(answer, 'the gateway');
    const { msgGroup } = answer.said;
    return { state: 'sent', answer: answer.kept, remoteId: typeof msgGroup === 'string' ? msgGroup : undefined };
  }
}

/** The short form: as much as three parts hold. Words in 【】 would be taken for the signature of somebody else. */
export const shortText = (message: Pick<Message, 'subject' | 'items'>, m: Messages): string => {
  const plain = (text: string): string => text.replace(/【([^】]*)】/gu, m.language === 'zh' ? '$1：' : '$1: ');
  const items = message.items.map(({ text }) => ({ text: plain(text) }));
  return briefText({ subject: plain(message.subject), items }, MOST_CHARACTERS, m, (text) => text.length);
};

/** What the gateway reports of one message later (状态报告). */
export interface SmsReport {
  msgGroup: string;
  mobile: string;
  /** `DELIVRD`, or what the network or the gateway says: `UNDELIV`, `MK:0001`, `CM:2007`. */
  reportStatus: string;
  errorCode: string;
}

/** The number without what is put before it. */
export const bareMobile = (mobile: string): string => mobile.replace(/\D/g, '').replace(/^(00)?86(?=1\d{10}$)/, '');

/** By the states and codes of CMPP and of the networks behind it. */
export function smsReceipt({ reportStatus, errorCode }: Pick<SmsReport, 'reportStatus' | 'errorCode'>): Receipt {
  if (/^(DELIVRD|CM:0000)$/i.test(reportStatus)) return 'delivered';
  const words = [...new Set([reportStatus, errorCode])].filter((one) => one !== '').join(' ');
  return { status: statusOf(reportStatus, errorCode), words };
}

function statusOf(...codes: readonly string[]): Refusal['status'] {
  // There is no such subscriber (空号).
  if (codes.some((code) => /^M[KIA]:0*1$/i.test(code))) return '5.1.1';
  // Switched off, out of reach, or out of credit: it may work again.
  if (codes.some((code) => /^(UNDELIV|EXPIRED|EXPIRD|M[KIANBC]:\w+)$/i.test(code))) return '4.4.7';
  // Held against the message or us: rejected, blacklisted, too often.
  return '5.7.1';
}
