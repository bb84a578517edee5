import type { S3Client } from '@aws-sdk/client-s3';
import type { Config } from './config';

/** Where in a store that speaks S3. */
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

export type S3Settings = Pick<Config, 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY'>;

const CONNECT_MS = 5_000;
/** Without a byte for so long a store does not answer. */
const SILENT_MS = 30_000;

/** @param url `s3://bucket/prefix?endpoint=…&region=…&pathStyle=…`, as the configuration has checked it */
export function s3AddressOf(url: string, settings: S3Settings): S3Address {
  const { hostname, pathname, searchParams } = new URL(url);
  const endpoint = searchParams.get('endpoint') ?? undefined;
  const prefix = pathname.replaceAll(/^\/+|\/+$/g, '');
  return {
    bucket: hostname,
    prefix: prefix === '' ? '' : `${prefix}/`,
    endpoint,
    region: searchParams.get('region') ?? 'us-east-1',
    forcePathStyle: (searchParams.get('pathStyle') ?? String(endpoint !== undefined)) === 'true',
    credentials:
      settings.AWS_ACCESS_KEY_ID === undefined
        ? undefined
        : { accessKeyId: settings.AWS_ACCESS_KEY_ID, secretAccessKey: settings.AWS_SECRET_ACCESS_KEY ?? '' },
  };
}

/** The client is loaded with the first use: most installations never need it. */
export async function connectS3({ endpoint, region, forcePathStyle, credentials }: S3Address): Promise<S3Client> {
  const { S3Client: Client } = await import('@aws-sdk/client-s3');
  return new Client({
    endpoint,
    region,
    forcePathStyle,
    credentials,
    // Stores that are not AWS do not know its newer checksums; what is kept is compared by its reader.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 2,
    // It would write to the console; what went wrong is thrown and said by us.
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENT_MS },
  });
}

const silent = (): void => undefined;
