import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { newId } from '@duban/kernel';
import { S3_CREDENTIALS, S3Server } from '../test/s3-server';
import { createObjectStore } from './store/create-object-store';
import type { ObjectStore } from './store/object-store';

const folder = mkdtempSync(join(tmpdir(), 'duban-objects-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A store that can go away and come back. */
interface Kind {
  store: () => ObjectStore;
  begin: () => Promise<void>;
  goAway: () => Promise<void>;
  comeBack: () => Promise<void>;
  end: () => Promise<void>;
}
const settings = { DUBAN_HOME: folder, DUBAN_OBJECT_STORE: undefined } as const;
const NONE = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
const nothing = (): Promise<void> => Promise.resolve();
const root = join(folder, 'evidence');
const inFolder: Kind = {
  store: () => createObjectStore({ ...settings, ...NONE }),
  begin: nothing,
  goAway: async () => {
    renameSync(root, `${root}-away`);
    writeFileSync(root, 'no folder');
  },
  comeBack: async () => {
    rmSync(root);
    renameSync(`${root}-away`, root);
  },
  end: nothing,
};
const server = new S3Server();
const onS3: Kind = {
  store: () => createObjectStore({ ...settings, ...S3_CREDENTIALS, DUBAN_OBJECT_STORE: server.address }),
  begin: () => server.start(),
  goAway: () => server.stop(),
  comeBack: () => server.start(),
  end: () => server.dispose(),
};

const fileOf = (bytes: Buffer): string => {
  const path = join(folder, `sent-${newId()}`);
  writeFileSync(path, bytes);
  return path;
};
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const keysOf = async (keys: AsyncIterable<string>): Promise<string[]> => {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found;
};
const later = (): Date => new Date(Date.now() + 60_000);
const UNAVAILABLE = { kind: 'unavailable', code: 'EVIDENCE.STORE_UNAVAILABLE' };

describe.each([
  ['a folder', inFolder],
  ['S3', onS3],
])('An object store in %s', (_, kind) => {
  let store: ObjectStore;
  beforeAll(async () => {
    await kind.begin();
    store = kind.store();
  });
  afterAll(() => kind.end());

  it.each([
    ['of one byte', 1],
    ['of a page', 4096],
    ['of some megabytes', 7_000_001],
  ])('gives an object %s back as it was put', async (_name, size) => {
    const bytes = randomBytes(size);
    const key = newId();
    await store.put(key, fileOf(bytes), size);
    expect(sha256(await buffer(await store.open(key)))).toBe(sha256(bytes));
    // Another process sees it, too.
    expect(sha256(await buffer(await kind.store().open(key)))).toBe(sha256(bytes));
  });

  it('says of an object that it has not, or has no more, that it is missing', async () => {
    const key = newId();
    const missing = { kind: 'not_found', code: 'EVIDENCE.OBJECT_MISSING' };
    await expect(store.open(key)).rejects.toMatchObject(missing);
    await store.put(key, fileOf(Buffer.from('x')), 1);
    await store.remove(key);
    await expect(store.open(key)).rejects.toMatchObject(missing);
  });

  it('takes it as done to remove what there is not', async () => {
    await expect(store.remove(newId())).resolves.toBeUndefined();
  });

  it('lists what was written before an instant', async () => {
    const [one, other] = [newId(), newId()];
    for (const key of [one, other]) await store.put(key, fileOf(Buffer.from('x')), 1);
    expect(await keysOf(store.olderThan(later()))).toEqual(expect.arrayContaining([one, other]));
    expect(await keysOf(store.olderThan(new Date(Date.now() - 60_000)))).toEqual([]);
  });

  it('keeps nothing of a file that cannot be read to its end', async () => {
    const before = await keysOf(store.olderThan(later()));
    await expect(store.put(newId(), join(folder, 'none'), 10)).rejects.toMatchObject(UNAVAILABLE);
    expect(await keysOf(store.olderThan(later()))).toEqual(before);
  });

  it('says when it is away, and goes on when it is back', async () => {
    const key = newId();
    await store.put(key, fileOf(Buffer.from('before')), 6);
    await kind.goAway();
    try {
      const path = fileOf(Buffer.from('x'));
      await expect(store.put(newId(), path, 1)).rejects.toMatchObject(UNAVAILABLE);
      await expect(store.open(key)).rejects.toMatchObject(UNAVAILABLE);
      await expect(store.remove(key)).rejects.toMatchObject(UNAVAILABLE);
      await expect(keysOf(store.olderThan(later()))).rejects.toMatchObject(UNAVAILABLE);
    } finally {
      await kind.comeBack();
    }
    expect(String(await buffer(await store.open(key)))).toBe('before');
  });
});

describe('The store in S3', () => {
  beforeAll(() => server.start());
  afterAll(() => server.dispose());

  it.each([
    ['a key that it does not know', { AWS_ACCESS_KEY_ID: 'other', AWS_SECRET_ACCESS_KEY: 'other' }, 'evidence'],
    ['a bucket that there is not', S3_CREDENTIALS, 'other'],
  ])('is away for %s', async (_, credentials, bucket) => {
    const address = server.address.replace('evidence', bucket);
    const store = createObjectStore({ ...settings, ...credentials, DUBAN_OBJECT_STORE: address });
    await expect(store.put(newId(), fileOf(Buffer.from('x')), 1)).rejects.toMatchObject(UNAVAILABLE);
  });
});
