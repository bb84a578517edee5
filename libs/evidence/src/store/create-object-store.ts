import { join, resolve } from 'node:path';
import { type Config, s3AddressOf } from '@duban/platform';
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
  return new S3Store(s3AddressOf(given, settings));
}
