import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Logger } from '@nestjs/common';
import { ObjectStore, objectMissing, storeUnavailable } from './object-store';

export interface S3Address {
  bucket: string;
  /** What keys begin with, with a slash at its end, or nothing. */
  prefix: string;
  /** Of a store that is not AWS. */
  endpoint?: string;
  region: string;
  /** `bucket` in the path and not in the host's name, as most stores that are not AWS want it. */
  forcePathStyle: boolean;
  /** Without them those of the environment are looked for, as AWS's own programs do. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

const CONNECT_MS = 5_000;
/** Without a byte for so long a store does not answer. */
const SILENT_MS = 30_000;
const MISSING = new Set(['NoSuchKey', 'NotFound']);

/** A bucket of a store that speaks S3. The client is loaded with the first use: most installations never need it. */
export class S3Store extends ObjectStore {
  private readonly logger = new Logger('evidence');
  private client: Promise<S3Client> | undefined;

  constructor(private readonly address: S3Address) {
    super();
  }

  get place(): string {
    const { bucket, prefix, endpoint, region } = this.address;
    return `s3://${bucket}/${prefix} at ${endpoint ?? `AWS ${region}`}`;
  }

  put(key: string, path: string, size: number): Promise<void> {
    return this.asking(key, async (client, { PutObjectCommand }) => {
      const Body = createReadStream(path);
      // The client would wait for the bytes of a file that cannot be opened.
      await once(Body, 'open');
      // The store answers when it has all of it: an object is there whole or not at all.
      await client
        .send(new PutObjectCommand({ ...this.named(key), Body, ContentLength: size }))
        .finally(() => Body.destroy());
    });
  }

  open(key: string): Promise<Readable> {
    return this.asking(key, async (client, { GetObjectCommand }) => {
      const { Body } = await client.send(new GetObjectCommand(this.named(key)));
      return Body as Readable;
    });
  }

  remove(key: string): Promise<void> {
    return this.asking(key, async (client, { DeleteObjectCommand }) => {
      await client.send(new DeleteObjectCommand(this.named(key)));
    });
  }

  async *olderThan(instant: Date): AsyncIterable<string> {
    const { bucket: Bucket, prefix: Prefix } = this.address;
    let ContinuationToken: string | undefined;
    do {
      const page = await this.asking('', (client, { ListObjectsV2Command }) =>
        client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken })),
      );
      for (const { Key, LastModified } of page.Contents ?? [])
        if (Key && LastModified && LastModified < instant) yield Key.slice(Prefix.length);
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (ContinuationToken);
  }

  private named(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.address.bucket, Key: `${this.address.prefix}${key}` };
  }

  private async asking<T>(
    key: string,
    work: (client: S3Client, commands: typeof import('@aws-sdk/client-s3')) => Promise<T>,
  ): Promise<T> {
    try {
      this.client ??= this.connect();
      return await work(await this.client, await import('@aws-sdk/client-s3'));
    } catch (error) {
      const { name, message } = error as Error;
      if (MISSING.has(name)) throw objectMissing(key);
      this.logger.error(`${this.place}: ${name}: ${message}`);
      throw storeUnavailable();
    }
  }

  private async connect(): Promise<S3Client> {
    const { S3Client: Client } = await import('@aws-sdk/client-s3');
    const { endpoint, region, forcePathStyle, credentials } = this.address;
    return new Client({
      endpoint,
      region,
      forcePathStyle,
      credentials,
      // Stores that are not AWS do not know its newer checksums; ours is in the row, and looked at when a file is read.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 2,
      // It would write to the console; what went wrong is thrown and said by us.
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENT_MS },
    });
  }
}

const silent = (): void => undefined;
