import { redisAddress } from './redis-address';

describe('redisAddress', () => {
  it.each([
    ['redis://host:6379/2', { kind: 'single', url: 'redis://host:6379/2' }],
    ['rediss://:secret@host', { kind: 'single', url: 'rediss://:secret@host' }],
    [
      'redis+cluster://a:7000,b:7001,c',
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 7000 },
          { host: 'b', port: 7001 },
          { host: 'c', port: 6379 },
        ],
        isTls: false,
      },
    ],
    [
      'rediss+cluster://duban:p%40ss:w@[::1]:7000',
      { kind: 'cluster', nodes: [{ host: '::1', port: 7000 }], username: 'duban', password: 'p@ss:w', isTls: true },
    ],
    [
      'redis+sentinel://:secret@a,b:26380/main/3',
      {
        kind: 'sentinel',
        master: 'main',
        db: 3,
        nodes: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 26380 },
        ],
        password: 'secret',
        isTls: false,
      },
    ],
  ])('%s', (text, address) => expect(redisAddress(text)).toEqual(address));

  it.each([
    'http://host',
    'redis+cluster://',
    'redis+cluster://a:70000',
    'redis+cluster://a/1',
    'redis+sentinel://a:26379',
    'redis+sentinel://a,,b/main',
  ])('%s is none', (text) => expect(redisAddress(text)).toBeNull());
});
