import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from './config';

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const OIDC = {
  OIDC_ISSUER: 'https://id.city.example',
  OIDC_CLIENT_ID: 'duban',
  DUBAN_URL: 'https://duban.city.example',
};

describe('loadConfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'duban-config-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('takes secrets from files, without the line end that an editor leaves', () => {
    const file = join(folder, 'secret');
    writeFileSync(file, `${'k'.repeat(32)}\n`);
    expect(loadConfig({ DUBAN_SECRET_FILE: file }).DUBAN_SECRET).toBe('k'.repeat(32));
    expect(loadConfig({ ...OIDC, OIDC_CLIENT_SECRET_FILE: file }).OIDC_CLIENT_SECRET).toBe('k'.repeat(32));
  });

  it('takes one key to sign with, or several while it is changed', () => {
    const [one, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')].map((pair) =>
      pemOf(pair.privateKey),
    );
    for (const pem of [one!, `${one!}${other!}`])
      expect(loadConfig({ DUBAN_SIGNING_KEY: pem }).DUBAN_SIGNING_KEY).toBe(pem);
  });

  it.each([
    ['a short secret', { DUBAN_SECRET: 'short' }, 'DUBAN_SECRET'],
    ['a key that is none', { DUBAN_SIGNING_KEY: 'short' }, 'DUBAN_SIGNING_KEY'],
    [
      'a key of another kind',
      { DUBAN_SIGNING_KEY: pemOf(generateKeyPairSync('x25519').privateKey) },
      'DUBAN_SIGNING_KEY',
    ],
    ['a file that is none', { DUBAN_SECRET_FILE: '/nowhere/at/all' }, 'DUBAN_SECRET_FILE'],
    ['a provider that anybody can listen to', { ...OIDC, OIDC_ISSUER: 'http://id.city.example' }, 'OIDC_ISSUER'],
    ['a provider without a client', { ...OIDC, OIDC_CLIENT_ID: '' }, 'OIDC_CLIENT_ID'],
    ['a provider that knows no way back', { ...OIDC, DUBAN_URL: '' }, 'DUBAN_URL'],
    ['an address with a path', { DUBAN_URL: 'https://city.example/duban' }, 'DUBAN_URL'],
    ['an address that is none', { DUBAN_URL: 'duban.city.example' }, 'DUBAN_URL: an address such as'],
    ['a provider that is no address', { ...OIDC, OIDC_ISSUER: 'id.city.example' }, 'OIDC_ISSUER: an address such as'],
    ['a store of another kind', { DUBAN_OBJECT_STORE: 'ftp://files/evidence' }, 'DUBAN_OBJECT_STORE'],
    ['a store without a bucket', { DUBAN_OBJECT_STORE: 's3:///evidence' }, 'DUBAN_OBJECT_STORE'],
    ['a store with a setting that is none', { DUBAN_OBJECT_STORE: 's3://a?regoin=b' }, 'DUBAN_OBJECT_STORE'],
    ['half of who asks a store', { AWS_ACCESS_KEY_ID: 'a' }, 'AWS_SECRET_ACCESS_KEY'],
    [
      'a place of another kind for checkpoints',
      { DUBAN_CHECKPOINTS_TO: 'ftp://files/checkpoints' },
      'DUBAN_CHECKPOINTS_TO',
    ],
    ['a gateway without a password', { SMS_URL: 'http://ap@10.0.0.1:1992/sms/norsubmit?ecName=a&sign=b' }, 'SMS_URL'],
    ['a gateway that speaks otherwise', { SMS_URL: 'http://ap:key@10.0.0.1/sms/tmpsubmit?ecName=a&sign=b' }, 'SMS_URL'],
    ['a gateway without a signature', { SMS_URL: 'http://ap:key@10.0.0.1/sms/norsubmit?ecName=a' }, 'SMS_URL'],
    ['a token that is guessed', { SMS_REPORT_TOKEN: 'short' }, 'SMS_REPORT_TOKEN'],
    ['an app that is no number', { WECOM_URL: 'https://ww1:key@qyapi.weixin.qq.com/a' }, 'WECOM_URL'],
    ['an app in clear text', { DINGTALK_URL: 'http://ding1:key@oapi.dingtalk.com/1' }, 'DINGTALK_URL'],
    ['an app without its secret', { FEISHU_URL: 'https://cli_1@open.feishu.cn' }, 'FEISHU_URL'],
    ['an app whose tokens cannot be kept', { FEISHU_URL: 'https://cli_1:key@open.feishu.cn' }, 'DUBAN_SECRET'],
    ['a mailbox that is none', { DUBAN_CHECKPOINTS_TO: 'mailto:somebody' }, 'DUBAN_CHECKPOINTS_TO'],
    ['a lock of no days', { DUBAN_CHECKPOINTS_TO: 's3://a?lockDays=0' }, 'DUBAN_CHECKPOINTS_TO'],
    ['checkpoints by mail without mail', { DUBAN_CHECKPOINTS_TO: 'mailto:a@b.example' }, 'SMTP_URL'],
    ['no size of files', { DUBAN_EVIDENCE_MB: '0' }, 'DUBAN_EVIDENCE_MB'],
    ['a scanner that is no address', { DUBAN_CLAMD: 'clamd:3310' }, 'DUBAN_CLAMD'],
    ['proxies that are no networks', { DUBAN_TRUSTED_PROXIES: '10.0.0.0/8,proxy' }, 'DUBAN_TRUSTED_PROXIES'],
    ['a network of too many bits', { DUBAN_TRUSTED_PROXIES: '10.0.0.0/33' }, 'DUBAN_TRUSTED_PROXIES'],
  ])('refuses %s by its name, and tells no secret', (_, env: NodeJS.ProcessEnv, name) => {
    expect(() => loadConfig(env)).toThrow(name);
    expect(() => loadConfig(env)).not.toThrow('short');
  });

  it('takes a provider on this machine without TLS, and an address with its last slash', () => {
    const given = { ...OIDC, OIDC_ISSUER: 'http://127.0.0.1:4000', DUBAN_URL: 'http://127.0.0.1:3000/' };
    expect(loadConfig(given)).toMatchObject({ DUBAN_URL: 'http://127.0.0.1:3000' });
  });

  it.each(['loopback', '10.0.0.0/8, 192.0.2.7', '::1,fd00::/8'])('takes %s for networks of proxies', (list) => {
    expect(loadConfig({ DUBAN_TRUSTED_PROXIES: list }).DUBAN_TRUSTED_PROXIES).toBe(list);
  });

  it('takes several places for checkpoints', () => {
    const places = ['file:///srv/checkpoints', 's3://held/duban?lockDays=3650', 'mailto:audit@city.example'];
    const given = { SMTP_URL: 'smtp://127.0.0.1', DUBAN_CHECKPOINTS_TO: places.join(', ') };
    expect(loadConfig(given).DUBAN_CHECKPOINTS_TO).toEqual(places);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: '', REDIS_URL: '' })).toEqual(loadConfig({}));
  });

  it.each([
    ['DATABASE_URL', 'mysql://somewhere', 'postgres://user:password@host'],
    ['DATABASE_URL', 'somewhere', 'postgres://user:password@host'],
    ['DATABASE_READ_URL', 'standby:5432', 'postgres://user:password@standby'],
    ['DATABASE_READ_URL', 'postgres://standby/duban', 'it needs DATABASE_URL'],
    ['REDIS_URL', 'http://somewhere', 'redis://host'],
    ['SMTP_URL', 'somewhere', 'smtp://user:password@host'],
    ['PORT', 'abc', 'a whole number from 0 to 65535'],
    ['PORT', '3000.5', 'a whole number from 0 to 65535'],
    ['PORT', '99999', 'a whole number from 0 to 65535'],
    ['SWEEP_SECONDS', '0', 'a whole number from 1 to 3600'],
    ['DUBAN_CLOCK', '2026-01-08', 'such as 2026-01-08T09:00:00+08:00'],
    ['DUBAN_DEMO_PASSWORD', 'short', 'at least eight characters'],
    ['DUBAN_LANGUAGE', 'fr', 'zh or en'],
    ['DUBAN_HISTORY_HASH', 'md5', 'sha256 or sm3'],
    ['LOG_LEVEL', 'loud', 'fatal, error, warn, info or debug'],
  ])('says what %s=%s should have been', (name, value, wanted) => {
    const load = (): unknown => loadConfig({ [name]: value });
    expect(load).toThrow(wanted);
    expect(load).toThrow(name);
    // In the words of people, not of the library that checks it.
    expect(load).not.toThrow(/Invalid|NaN|Too (small|big)/);
  });
});
