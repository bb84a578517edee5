import { hash } from '@node-rs/argon2';
import { DEMONSTRATION_MARK, hashDemonstrationPassword, hashPassword, strongerHash, verifyPassword } from './passwords';

describe('passwords', () => {
  it('hashes by argon2id at 19 MiB, differently each time', async () => {
    const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(other);
    expect(await verifyPassword(one, 'correct horse')).toBe(true);
    expect(await verifyPassword(one, 'correct horsf')).toBe(false);
  });

  it('takes the same letters in another Unicode form', async () => {
    expect(await verifyPassword(await hashPassword('caf\u00e9 caf\u00e9'), 'cafe\u0301 cafe\u0301')).toBe(true);
  });

  it('marks the hashes of demonstration passwords, and only those', async () => {
    const demonstration = await hashDemonstrationPassword('correct horse');
    expect(demonstration).toBe(await hashDemonstrationPassword('correct horse'));
    expect(demonstration.split('$')[4]).toBe(DEMONSTRATION_MARK);
    expect((await hashPassword('correct horse')).split('$')[4]).not.toBe(DEMONSTRATION_MARK);
  });

  it.each([
    ['less memory', { memoryCost: 12_288 }],
    ['fewer passes', { memoryCost: 47_104, timeCost: 1 }],
    ['argon2i', { memoryCost: 19_456, timeCost: 2, algorithm: 1 }],
    ['the first version', { memoryCost: 19_456, timeCost: 2, version: 0 }],
  ])('hashes anew what was hashed by weaker settings: %s', async (_, settings) => {
    const stronger = await strongerHash(await hash('correct horse', settings), 'correct horse');
    expect(stronger).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword(stronger, 'correct horse')).toBe(true);
  });

  it('leaves what is as strong as it is, or stronger', async () => {
    expect(await strongerHash(await hashPassword('correct horse'), 'correct horse')).toBeNull();
    const strong = await hash('correct horse', { memoryCost: 47_104, timeCost: 3, parallelism: 2 });
    expect(await strongerHash(strong, 'correct horse')).toBeNull();
  });

  it('leaves its mark on the hash of a demonstration password', async () => {
    const salt = Buffer.from(DEMONSTRATION_MARK, 'base64');
    const weak = await hash('correct horse', { memoryCost: 8192, timeCost: 1, salt });
    expect(await strongerHash(weak, 'correct horse')).toBe(await hashDemonstrationPassword('correct horse'));
  });

  it('works as hard for an account without password, which nothing fits', async () => {
    const passwordHash = await hashPassword('correct horse');
    const timed = async (hash: string | null): Promise<number> => {
      // Of the processor, not of the clock: other processes take the machine away as they like.
      const before = process.cpuUsage();
      for (let round = 0; round < 5; round++) expect(await verifyPassword(hash, 'wrong horse')).toBe(false);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    await timed(passwordHash);
    const [known, unknown] = [await timed(passwordHash), await timed(null)];
    // Not a measure of speed: without work on the dummy the ratio would be beyond a hundred.
    expect(known / unknown).toBeLessThan(10);
    expect(await verifyPassword(null, '')).toBe(false);
  });
});
