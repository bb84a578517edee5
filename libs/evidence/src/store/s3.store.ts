import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { connectS3, type S3Address } from '@duban/platform';
import { Logger } from '@nestjs/common';
import { ObjectStore, objectMissing, storeUnavailable } from './object-store';

const MISSING = new Set(['NoSuchKey', 'NotFound']);

/** A bucket of a store that speaks S3. */
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
      this.client ??= connectS3(this.address);
      return await work(await this.client, await import('@aws-sdk/client-s3'));
    } catch (error) {
      const { name, message } = error as Error;
      if (MISSING.has(name)) throw objectMissing(key);
      this.logger.error(`${this.place}: ${name}: ${message}`);
      throw storeUnavailable();
    }
  }
}
