import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { fromBER, Integer, OctetString } from 'asn1js';
import {
  AlgorithmIdentifier,
  Certificate,
  ContentInfo,
  CryptoEngine,
  type ExtKeyUsage,
  MessageImprint,
  PKIStatus,
  setEngine,
  SignedData,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';

setEngine('node', new CryptoEngine({ name: 'node', crypto: webcrypto as never }));

const SHA256 = '2.16.840.1.101.3.4.2.1';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const COMMON_NAME = '2.5.4.3';
const ORGANISATION = '2.5.4.10';
const NONCE_BYTES = 8;
/** Granted, as it was asked or with changes. */
const GRANTED = [PKIStatus.granted, PKIStatus.grantedWithMods];

/** What a time-stamp says: somebody else vouches that the checkpoint was there at an instant. */
export interface Stamp {
  /** ISO 8601, UTC. */
  at: string;
  /** Name of who stamped, as its certificate has it. */
  by: string;
}

/** A time-stamp that proves nothing. */
export class StampError extends Error {
  /** @param isUnknown whether only the authority is not one of those that are trusted */
  constructor(
    message: string,
    readonly isUnknown = false,
  ) {
    super(message);
  }
}

/** A question to an authority (RFC 3161) about a text; the answer must carry the same number. */
export function stampRequest(text: string): { bytes: Buffer; nonce: Buffer } {
  // A first bit of 1 would make it negative, and a first byte of 0 would be left out of the answer.
  const nonce = randomBytes(NONCE_BYTES);
  nonce[0] = (nonce[0]! & 0x7f) | 0x40;
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256 }),
      hashedMessage: new OctetString({ valueHex: bytesOf(digestOf(text)) }),
    }),
    nonce: new Integer({ valueHex: bytesOf(nonce) }),
    // With its certificates, so that the stamp is verified when the authority is gone.
    certReq: true,
  });
  return { bytes: Buffer.from(request.toSchema().toBER()), nonce };
}

/**
 * The token in an authority's answer.
 * @throws StampError where it stamped nothing, or something else
 */
export function tokenIn(answer: Buffer, nonce: Buffer): Buffer {
  const response = understood(() => TimeStampResp.fromBER(bytesOf(answer)));
  const { status, statusStrings } = response.status;
  if (!GRANTED.includes(status) || !response.timeStampToken) {
    const words = (statusStrings ?? []).map((line) => line.valueBlock.value).join(' ');
    throw new StampError(`the authority stamped nothing: status ${status}${words && `, ${words}`}`);
  }
  const token = Buffer.from(response.timeStampToken.toSchema().toBER());
  const given = openedToken(token).info.nonce;
  if (!given || !Buffer.from(given.valueBlock.valueHexView).equals(nonce)) {
    throw new StampError('the authority answered another question');
  }
  return token;
}

/**
 * Holds a token against the text that it is said to be of.
 *
 * @param roots certificates that are trusted; without any the authority's own is believed
 * @throws StampError
 */
export async function verifyStamp(token: Buffer, text: string, roots: readonly Certificate[]): Promise<Stamp> {
  const { signed, info } = openedToken(token);
  const { hashAlgorithm, hashedMessage } = info.messageImprint;
  const isOfText =
    hashAlgorithm.algorithmId === SHA256 && digestOf(text).equals(Buffer.from(hashedMessage.valueBlock.valueHexView));
  if (!isOfText) throw new StampError('it is of another text');
  const verified = await signed
    .verify({ signer: 0, data: bytesOf(Buffer.from(text)), checkChain: false, extendedMode: true })
    .catch((error: unknown) => {
      throw new StampError(`its signature is wrong: ${wordsOf(error)}`);
    });
  const certificate = verified.signerCertificate;
  if (!verified.signatureVerified || !certificate) throw new StampError('its signature is wrong');
  if (!isForStamping(certificate)) throw new StampError('its certificate is not for time-stamps');
  const by = nameOf(certificate);
  if (roots.length > 0) {
    await signed
      .verify({
        signer: 0,
        data: bytesOf(Buffer.from(text)),
        trustedCerts: [...roots],
        checkChain: true,
        checkDate: info.genTime,
        extendedMode: true,
        passedWhenNotRevValues: true,
      })
      .catch((error: unknown) => {
        throw new StampError(`${by} is none of the authorities that are trusted: ${wordsOf(error)}`, true);
      });
  }
  return { at: info.genTime.toISOString(), by };
}

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/g;

/** @throws Error where there is none, or one that cannot be read */
export function certificatesIn(pem: string): Certificate[] {
  const blocks = [...pem.matchAll(PEM_BLOCK)];
  if (blocks.length === 0) throw new Error('no CERTIFICATE in PEM');
  return blocks.map(([, base64]) => Certificate.fromBER(bytesOf(Buffer.from(base64!, 'base64'))));
}

function openedToken(token: Buffer): { signed: SignedData; info: TSTInfo } {
  return understood(() => {
    const { result } = fromBER(bytesOf(token));
    const signed = new SignedData({ schema: new ContentInfo({ schema: result }).content });
    const content = signed.encapContentInfo.eContent!;
    return { signed, info: TSTInfo.fromBER(content.getValue()) };
  });
}

function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new StampError(`it is no time-stamp: ${wordsOf(error)}`);
  }
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The bytes alone, and not the pool that they may lie in. */
const bytesOf = (buffer: Buffer): ArrayBuffer => new Uint8Array(buffer).buffer;

const wordsOf = (error: unknown): string => (error as { message?: string }).message ?? String(error);

function isForStamping({ extensions = [] }: Certificate): boolean {
  const usage = extensions.find(({ extnID }) => extnID === EXTENDED_KEY_USAGE)?.parsedValue as ExtKeyUsage | undefined;
  return usage?.keyPurposes.includes(TIME_STAMPING) ?? false;
}

function nameOf({ subject }: Certificate): string {
  for (const wanted of [COMMON_NAME, ORGANISATION]) {
    const found = subject.typesAndValues.find(({ type }) => type === wanted);
    if (found) return found.value.valueBlock.value;
  }
  return 'an authority without a name';
}
