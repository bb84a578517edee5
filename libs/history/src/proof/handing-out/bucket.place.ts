import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { connectS3, type S3Address } from '@duban/platform';
import type { ListedCheckpoint } from '../checkpoint.service';
import { type CheckpointPlace, contradicts, fileNameOf } from './checkpoint-place';

const DAY_MS = 86_400_000;

/** A bucket of a store that speaks S3; with a lock, objects that nobody can take away before its end. */
export class BucketPlace implements CheckpointPlace {
  readonly everyMs = 0;
  private client: Promise<S3Client> | undefined;

  /** @param lockDays for how long each object is locked, by the store's mode COMPLIANCE; null without a lock */
  constructor(
    private readonly address: S3Address,
    private readonly lockDays: number | null,
  ) {}

  get name(): string {
    return `s3://${this.address.bucket}/${this.address.prefix}`;
  }

  async hand(checkpoint: ListedCheckpoint): Promise<void> {
    const file = fileNameOf(checkpoint);
    const key = { Bucket: this.address.bucket, Key: `${this.address.prefix}${file}` };
    const { GetObjectCommand, PutObjectCommand } = await import('@aws-sdk/client-s3');
    this.client ??= connectS3(this.address);
    const client = await this.client;
    const found = await client.send(new GetObjectCommand(key)).catch((error: Error) => {
      if (error.name === 'NoSuchKey' || error.name === 'NotFound') return null;
      throw error;
    });
    if (found) {
      if ((await found.Body!.transformToString()) !== checkpoint.note) throw contradicts(this.name, file);
      return;
    }
    await client.send(
      new PutObjectCommand({
        ...key,
        Body: checkpoint.note,
        ContentType: 'text/plain; charset=utf-8',
        // A store asks for it with a lock.
        ContentMD5: createHash('md5').update(checkpoint.note).digest('base64'),
        // Somebody else may have put one there meanwhile; stores that do not know this keep both as versions.
        IfNoneMatch: '*',
        ...(this.lockDays === null
          ? {}
          : {
              ObjectLockMode: 'COMPLIANCE' as const,
              ObjectLockRetainUntilDate: new Date(Date.now() + this.lockDays * DAY_MS),
            }),
      }),
    );
  }
}
