import { join, resolve } from 'node:path';
import type { Config } from '@duban/platform';
import { FolderStore } from './folder.store';
import type { ObjectStore } from './object-store';
import { S3Store } from './s3.store';

export type StoreSettings = Pick<
  Config,
  'DUBAN_OBJECT_STORE' | 'DUBAN_HOME' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY'
>;

/** The store that the configuration names: `s3://bucket/prefix?endpoint=…&region=…`, a folder, or the one in DUBAN_HOME. */
export function createObjectStore(settings: StoreSettings): ObjectStore {
  const { DUBAN_OBJECT_STORE: given, DUBAN_HOME: home } = settings;
  if (given === undefined) return new FolderStore(resolve(join(home, 'evidence')));
  if (!given.startsWith('s3://')) return new FolderStore(resolve(given));
  const { hostname, pathname, searchParams } = new URL(given);
  const endpoint = searchParams.get('endpoint') ?? undefined;
  const prefix = pathname.replaceAll(/^\/+|\/+$/g, '');
  return new S3Store({
    bucket: hostname,
    prefix: prefix === '' ? '' : `${prefix}/`,
    endpoint,
    region: searchParams.get('region') ?? 'us-east-1',
    forcePathStyle: (searchParams.get('pathStyle') ?? String(endpoint !== undefined)) === 'true',
    credentials:
      settings.AWS_ACCESS_KEY_ID === undefined
        ? undefined
        : { accessKeyId: settings.AWS_ACCESS_KEY_ID, secretAccessKey: settings.AWS_SECRET_ACCESS_KEY ?? '' },
  });
}
