import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const SIGNATURE_LENGTH = 16;

/**
 * Whom a mail server writes to about one message (VERP): `bounces+<id>.<signature>@…`, so that a report names its message
 * whatever is left of it, and nobody makes one up for a message that they have not seen. In lower case, since servers
 * on the way may fold it.
 */
export class BounceAddress {
  private readonly key: Buffer;
  private readonly mailbox: string;
  private readonly domain: string;
  private readonly pattern: RegExp;

  /** @param address the mailbox without anything added, `bounces@city.example` */
  constructor(address: string, secret: string) {
    const at = address.lastIndexOf('@');
    this.mailbox = address.slice(0, at);
    this.domain = address.slice(at + 1);
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'duban bounce address', 32));
    this.pattern = new RegExp(
      `${literally(this.mailbox)}\\+([0-9a-f]{32})\\.([0-9a-f]{${SIGNATURE_LENGTH}})@${literally(this.domain)}`,
      'gi',
    );
  }

  /** Where what becomes of the message is reported to. @param id a UUID */
  of(id: string): string {
    const token = id.replaceAll('-', '');
    return `${this.mailbox}+${token}.${this.sign(token)}@${this.domain}`;
  }

  /** The message that a header with addresses is about; null where there is none, or it is not signed by us. */
  idIn(header: string): string | null {
    for (const [, token, signature] of header.matchAll(this.pattern)) {
      const id = token!.toLowerCase();
      if (timingSafeEqual(Buffer.from(this.sign(id)), Buffer.from(signature!.toLowerCase()))) {
        return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      }
    }
    return null;
  }

  private sign(token: string): string {
    return createHmac('sha256', this.key).update(token).digest('hex').slice(0, SIGNATURE_LENGTH);
  }
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
