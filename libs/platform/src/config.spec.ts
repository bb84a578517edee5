import { loadConfig } from './config';

describe('loadConfig', () => {
  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: '', REDIS_URL: '' })).toEqual(loadConfig({}));
  });

  it.each([
    ['DATABASE_URL', 'mysql://somewhere', 'postgres://user:password@host'],
    ['DATABASE_URL', 'somewhere', 'postgres://user:password@host'],
    ['REDIS_URL', 'http://somewhere', 'redis://host'],
    ['SMTP_URL', 'somewhere', 'smtp://user:password@host'],
    ['PORT', 'abc', 'a whole number from 0 to 65535'],
    ['PORT', '3000.5', 'a whole number from 0 to 65535'],
    ['PORT', '99999', 'a whole number from 0 to 65535'],
    ['SWEEP_SECONDS', '0', 'a whole number from 1 to 3600'],
    ['DUBAN_CLOCK', '2026-01-08', 'such as 2026-01-08T09:00:00+08:00'],
    ['DUBAN_DEMO_PASSWORD', 'short', 'at least eight characters'],
    ['DUBAN_LANGUAGE', 'fr', 'zh or en'],
    ['LOG_LEVEL', 'loud', 'fatal, error, warn, info or debug'],
  ])('says what %s=%s should have been', (name, value, wanted) => {
    const load = (): unknown => loadConfig({ [name]: value });
    expect(load).toThrow(wanted);
    expect(load).toThrow(name);
    // In the words of people, not of the library that checks it.
    expect(load).not.toThrow(/Invalid|NaN|Too (small|big)/);
  });
});
