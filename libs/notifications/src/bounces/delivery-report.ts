import { createHash } from 'node:crypto';
import PostalMime, { type Email } from 'postal-mime';
import { type Refusal, wordsOf } from './status';

/** What a mail server says of a message that it could not hand over yet, or at all (RFC 3464). */
export interface DeliveryReport extends Refusal {
  /** `delayed`: it goes on trying. */
  action: 'failed' | 'delayed';
}

/** A mail that has come to the address for bounces. */
export interface ReturnedMail {
  /** Whom it was written to, from every header that tells. */
  addressees: string;
  /** The same mail has the same, however often it comes. */
  key: string;
  /** Null where it reports no failure: an answering machine, a report of success, a letter. */
  report: DeliveryReport | null;
}

/** Headers that name the address to which the envelope went, and which survive forwarding. */
const ADDRESSEES = new Set(['to', 'delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to']);
const STATUS_PARTS = new Set(['message/delivery-status', 'message/global-delivery-status']);
const LIMITS = { maxNestingDepth: 20, maxHeadersSize: 256 * 1024, forceRfc822Attachments: true };

/**
 * Reads a mail, which may be anything at all.
 * @param source its bytes; it may be cut off, since what was sent may be attached as a whole at the end
 */
export async function readReturnedMail(source: Buffer): Promise<ReturnedMail> {
  const key = createHash('sha256').update(source).digest('hex');
  let mail: Email;
  try {
    mail = await PostalMime.parse(source, LIMITS);
  } catch {
    return { addressees: '', key, report: null };
  }
  const addressees = mail.headers.filter((header) => ADDRESSEES.has(header.key)).map(({ value }) => value);
  return { addressees: addressees.join(' '), key: mail.messageId || key, report: reportIn(mail) };
}

/** Of several recipients, to whom a list may have sent it on, the first that failed. */
function reportIn(mail: Email): DeliveryReport | null {
  for (const part of mail.attachments.filter(({ mimeType }) => STATUS_PARTS.has(mimeType))) {
    const text = typeof part.content === 'string' ? part.content : Buffer.from(part.content as ArrayBuffer).toString();
    const recipients = text
      .split(/\r?\n\s*\r?\n/)
      .map(fieldsOf)
      .filter((fields) => fields.has('action'));
    for (const fields of recipients) {
      const action = fields.get('action')!.toLowerCase();
      if (action !== 'failed' && action !== 'delayed') continue;
      const status = /^[245]\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '')?.[0] ?? '5.7.0';
      const words = fields.get('diagnostic-code')?.replace(/^[\w-]+;\s*/, '') ?? '';
      return { action, status, words: wordsOf(words) };
    }
  }
  return null;
}

/** `Name: value` lines, of which one may go on in the next; comments in brackets are left out of short values. */
function fieldsOf(group: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of group.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const [, name, value] = /^([\w-]+)[ \t]*:[ \t]*(.*)$/.exec(line) ?? [];
    if (name !== undefined) fields.set(name.toLowerCase(), value!.trim());
  }
  return fields;
}
