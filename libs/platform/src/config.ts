import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { redisAddress } from './redis-address';

const wholeNumber = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int(error).min(least, error).max(most, error);
};

/** Inside one machine nobody listens between duban and its provider. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const isSafe = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || LOOPBACK.test(hostname);
/** What is no address at all is named by the check before this one. */
const ofAddress = (check: (url: URL) => boolean) => (address: string) =>
  !URL.canParse(address) || check(new URL(address));

/** `10.0.0.0/8`, `::1`, or one of the names that Fastify knows. */
const isNetwork = (text: string): boolean => {
  const [address = '', bits, more] = text.trim().split('/');
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text.trim())) return true;
  const most = isIP(address) === 6 ? 128 : 32;
  return (
    isIP(address) > 0 && more === undefined && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most))
  );
};

const PEM_BLOCK = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/g;
const isSigningKey = (pem: string): boolean => {
  try {
    const keys = [...pem.matchAll(PEM_BLOCK)].map(([block]) => createPrivateKey(block));
    return keys.length > 0 && keys.every((key) => key.asymmetricKeyType === 'ed25519');
  } catch {
    return false;
  }
};

/** `s3://bucket`, with a folder in it and known parameters where wanted. */
const isStoreAddress = (address: string, more: readonly string[] = []): boolean => {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, searchParams } = new URL(address);
  const endpoint = searchParams.get('endpoint');
  return (
    protocol === 's3:' &&
    hostname !== '' &&
    username === '' &&
    [...searchParams.keys()].every((name) => ['endpoint', 'region', 'pathStyle', ...more].includes(name)) &&
    ['true', 'false'].includes(searchParams.get('pathStyle') ?? 'true') &&
    (endpoint === null || (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)))
  );
};

/** Where a checkpoint can be handed to. */
const isCheckpointPlace = (place: string): boolean => {
  if (!URL.canParse(place)) return false;
  const { protocol, pathname, hostname, searchParams } = new URL(place);
  if (protocol === 'mailto:') return z.email().safeParse(decodeURIComponent(pathname)).success;
  if (protocol === 'rfc3161:') return URL.canParse(pathname) && /^https?:\/\//.test(pathname);
  if (protocol === 'file:') return hostname === '' && pathname.length > 1;
  return isStoreAddress(place, ['lockDays']) && /^([1-9]\d{0,4})?$/.test(searchParams.get('lockDays') ?? '');
};

const isClamdAddress = (address: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, pathname } = new URL(address);
  return protocol === 'tcp:' ? hostname !== '' : protocol === 'unix:' && hostname === '' && pathname.length > 1;
};

const GATEWAY = 'an address such as http://<apId>:<secretKey>@host:1992/sms/norsubmit?ecName=…&sign=…';
const isSmsGateway = ({ pathname, username, password, searchParams }: URL): boolean =>
  pathname.endsWith('/sms/norsubmit') &&
  username !== '' &&
  password !== '' &&
  ['ecName', 'sign'].every((name) => searchParams.get(name)) &&
  [...searchParams.keys()].every((name) => ['ecName', 'sign', 'addSerial'].includes(name));

/** An app of a vendor, with its id and secret; in clear text only to this machine. */
const appAddress = (example: string, path: RegExp) =>
  z
    .url({ protocol: /^https?$/, error: `an address such as ${example}` })
    .refine(
      ofAddress((url) => isSafe(url) && url.username !== '' && url.password !== '' && path.test(url.pathname)),
      `an address such as ${example}`,
    )
    .optional();

const words = z.string().transform((text) => text.split(/\s+/).filter((word) => word !== ''));

const REDIS =
  'an address such as redis://host:6379, redis+sentinel://host:26379,host:26379/mymaster or redis+cluster://host:6379,host:6379';

/** Everything that the environment decides; read once, here, and nowhere else. */
const schema = z.object({
  /** Postgres, as the schema's owner; the embedded size finds its own. */
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'an address such as postgres://user:password@host:5432/duban' })
    .optional(),
  /** A standby (热备) that follows DATABASE_URL, as the same login: it answers what is only read. */
  DATABASE_READ_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'an address such as postgres://user:password@standby:5432/duban' })
    .optional(),
  /** How many connections to Postgres one process holds at most, those of the queue apart. */
  DATABASE_CONNECTIONS: wholeNumber(2, 200).default(12),
  /** Redis or Valkey for the queue, one, by sentinels or a cluster; without it the queue lives on Postgres. */
  REDIS_URL: z
    .string()
    .refine((address) => redisAddress(address) !== null, REDIS)
    .optional(),
  /** How many requests the api works on at once; more wait, and then are refused. Without it, four for each connection to Postgres. */
  DUBAN_REQUESTS_AT_ONCE: wholeNumber(1, 10_000).optional(),
  /** How many requests a minute are served to an address that has not signed in, 0 for any number. */
  DUBAN_ADDRESS_PER_MINUTE: wholeNumber(0, 1_000_000).default(1_200),
  /** To one person, by whatever address, session or token. */
  DUBAN_PERSON_PER_MINUTE: wholeNumber(0, 1_000_000).default(6_000),
  /** To one person by one route that costs far more than others: imports, exports, simulations. */
  DUBAN_COSTLY_PER_MINUTE: wholeNumber(0, 1_000_000).default(120),
  PORT: wholeNumber(0, 65_535).default(3000),
  /** Address to listen on. */
  HOST: z.string().default('127.0.0.1'),
  /** The embedded size keeps its database, passwords and logs here. */
  DUBAN_HOME: z.string().min(1).default('.duban'),
  /** Password of the demonstration accounts, those of imported units among them. */
  DUBAN_DEMO_PASSWORD: z.string().min(8, 'at least eight characters').optional(),
  /** Starts a clock that stands at this instant and that an admin moves forwards. */
  DUBAN_CLOCK: z.iso
    .datetime({ offset: true, error: 'an instant with its offset, such as 2026-01-08T09:00:00+08:00' })
    .optional(),
  /** `smtp://user:password@host:port`; without it mail is not a channel. */
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'an address such as smtp://user:password@host:587' }).optional(),
  /**
   * The gateway of short messages (短信), China Mobile's 云MAS over HTTP:
   * `http://<apId>:<secretKey>@host:port/sms/norsubmit?ecName=…&sign=…`, and `&addSerial=…` where the account has one.
   */
  SMS_URL: z
    .url({ protocol: /^https?$/, error: GATEWAY })
    .refine(ofAddress(isSmsGateway), GATEWAY)
    .optional(),
  /** How many short messages the gateway takes in a minute, from all workers together; 300 without it. */
  SMS_PER_MINUTE: wholeNumber(1, 100_000).optional(),
  /** What stands in the address to which the gateway reports (状态报告): nobody else knows it. */
  SMS_REPORT_TOKEN: z
    .string()
    .regex(/^[\w-]{32,200}$/, '32 characters at least, letters, digits, _ and -')
    .optional(),
  /** The app of WeCom (企业微信) that writes to people: `https://<corpid>:<secret>@qyapi.weixin.qq.com/<agentid>`. */
  WECOM_URL: appAddress('https://<corpid>:<secret>@qyapi.weixin.qq.com/<agentid>', /^\/\d+$/),
  /** The app of DingTalk (钉钉): `https://<appkey>:<appsecret>@oapi.dingtalk.com/<agent_id>`. */
  DINGTALK_URL: appAddress('https://<appkey>:<appsecret>@oapi.dingtalk.com/<agent_id>', /^\/\d+$/),
  /** The app of Feishu (飞书): `https://<app_id>:<app_secret>@open.feishu.cn`. */
  FEISHU_URL: appAddress('https://<app_id>:<app_secret>@open.feishu.cn', /^\/$/),
  /** How many mails the server takes in a minute, from all workers together; without it as many as there are. */
  SMTP_PER_MINUTE: wholeNumber(1, 100_000).optional(),
  SMTP_FROM: z.string().default('duban <duban@localhost>'),
  /**
   * The mailbox to which mail servers report what they could not deliver, `bounces@city.example`; what is added to it
   * behind a plus must reach it, too. Without it they are asked to report nothing.
   */
  BOUNCE_ADDRESS: z
    .email('an address such as bounces@city.example')
    .regex(/^[^+@]{1,14}@/, 'an address with 14 characters at most before the @, none of them a plus')
    .optional(),
  /** Where that mailbox is read, `imaps://user:password@host:993/INBOX`. */
  IMAP_URL: z.url({ protocol: /^imaps?$/, error: 'an address such as imaps://user:password@host:993' }).optional(),
  /** Language of messages. */
  DUBAN_LANGUAGE: z.enum(['zh', 'en'], 'zh or en').default('zh'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug'], 'fatal, error, warn, info or debug').default('info'),
  /** The address at which people find duban, `https://…`, without a path: in mails, for the provider, against forgeries. */
  DUBAN_URL: z
    .url({ protocol: /^https?$/, error: 'an address such as https://duban.example' })
    .refine(
      ofAddress(({ pathname }) => pathname === '/'),
      'an address without a path',
    )
    .transform((url) => (URL.canParse(url) ? new URL(url).origin : url))
    .optional(),
  /** Addresses of the proxies before duban, as a list of networks: what they say of a client's address counts. */
  DUBAN_TRUSTED_PROXIES: z
    .string()
    .refine((list) => list.split(',').every(isNetwork), 'networks such as 10.0.0.0/8, with commas between them')
    .optional(),
  /**
   * Networks inside which destinations (推送目的地) of webhooks may be, with commas between them: `10.0.0.0/8,::1`. Without
   * any, they are at public addresses alone, by https.
   */
  DUBAN_DESTINATION_NETWORKS: z
    .string()
    .transform((list) => list.split(',').map((network) => network.trim()))
    .refine(
      (list) => list.every((network) => /^[\d.:a-f]+(\/\d+)?$/i.test(network) && isNetwork(network)),
      'networks such as 10.0.0.0/8, with commas between them',
    )
    .optional(),
  /**
   * A file of the SHA-1 of passwords that were made public (泄露的口令), ordered by hash, as Have I Been Pwned lets one
   * download it; none of them is taken. Without it nobody is asked whether one was.
   */
  DUBAN_BREACHED_PASSWORDS: z.string().min(1).optional(),
  /** Encrypts second factors and what destinations need in the database; 32 characters at least, and the same in all processes. */
  DUBAN_SECRET: z.string().min(32, 'at least 32 characters').optional(),
  /**
   * Private keys of Ed25519 in PEM (PKCS8) that sign checkpoints (存证), the newest first: more than one while a key is
   * changed, so that the old one vouches for the new. Without any, history is hashed and not signed.
   */
  DUBAN_SIGNING_KEY: z
    .string()
    .refine(isSigningKey, 'a private key of Ed25519 in PEM, as `openssl genpkey -algorithm ed25519` makes it')
    .optional(),
  /** By what the tree over history hashes; one that has begun is changed by `duban history rehash`. */
  DUBAN_HISTORY_HASH: z.enum(['sha256', 'sm3'], 'sha256 or sm3').default('sha256'),
  /**
   * Places outside to which checkpoints (存证) are handed by themselves, with commas between them:
   * `mailto:audit@city.example` (once a day), `rfc3161:https://tsa.example/tsr` (a time-stamping authority, once an hour),
   * `file:///srv/checkpoints`, `s3://bucket/prefix?endpoint=…&lockDays=3650`,
   * which locks each object for so many days.
   */
  DUBAN_CHECKPOINTS_TO: z
    .string()
    .transform((places) => places.split(',').map((place) => place.trim()))
    .refine(
      (places) => places.every(isCheckpointPlace),
      'places such as mailto:audit@city.example, file:///srv/checkpoints or s3://bucket/prefix?endpoint=https://s3.example&lockDays=3650',
    )
    .optional(),
  /** Certificates in PEM by which time-stamping authorities are known; without any, whoever answers is believed. */
  DUBAN_TIMESTAMP_CA: z.string().includes('-----BEGIN CERTIFICATE-----', 'certificates in PEM').optional(),
  /** The identity provider (统一身份认证), an OpenID Connect issuer; without it there are passwords only. */
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'an address such as https://id.example' })
    .refine(ofAddress(isSafe), 'an address with https, or of this machine')
    .optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  /** Without it duban is a public client, which PKCE protects. */
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_SCOPE: z.string().default('openid profile email'),
  /**
   * The provider's names for a sign-in with two factors (`acr`), with spaces between, the most wanted first: it is asked
   * for them, and whoever comes back with one of them is asked for no second factor here.
   */
  OIDC_TWOFOLD_ACR: words.optional(),
  /** Its names for the methods (`amr`) of which one says the same; RFC 8176 has one for "several factors". */
  OIDC_TWOFOLD_AMR: words.default(['mfa']),
  /**
   * Where evidence files (佐证材料) are kept: `s3://bucket/prefix?endpoint=…&region=…`, or a folder that all processes
   * have; by default one in DUBAN_HOME. It belongs to one installation.
   */
  DUBAN_OBJECT_STORE: z
    .string()
    .refine(
      (place) => !/^[a-z][\w+.-]*:\/\//i.test(place) || isStoreAddress(place),
      'a folder, or an address such as s3://bucket/prefix?endpoint=https://s3.example&region=us-east-1',
    )
    .optional(),
  /** Who asks the S3 store; without them AWS's own ways are gone, such as a machine's role. */
  AWS_ACCESS_KEY_ID: z.string().min(1).optional(),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  /** Megabytes (MiB) that an evidence file may have. */
  DUBAN_EVIDENCE_MB: wholeNumber(1, 1024).default(50),
  /** clamd, which looks into evidence files for malware; without it they are marked as not scanned. */
  DUBAN_CLAMD: z
    .string()
    .refine(isClamdAddress, 'an address such as tcp://clamd:3310 or unix:///run/clamav/clamd.ctl')
    .optional(),
  /** Seconds between two sweeps (巡检) of what is due. */
  SWEEP_SECONDS: wholeNumber(1, 3600).default(30),
  /** Minutes of a process's running for which something due may wait before it is said that nothing is followed up. */
  DUBAN_ALARM_MINUTES: wholeNumber(1, 1440).default(10),
  /** Keys of the queue in Redis begin with this; in a cluster each queue adds its name within the braces. */
  QUEUE_PREFIX: z.string().min(1).default('{duban}'),
});

/** Settings that may stand in a file, which `<name>_FILE` names, so that they are in no list of processes. */
const SECRETS = [
  'DATABASE_URL',
  'DATABASE_READ_URL',
  'REDIS_URL',
  'SMTP_URL',
  'IMAP_URL',
  'SMS_URL',
  'SMS_REPORT_TOKEN',
  'WECOM_URL',
  'DINGTALK_URL',
  'FEISHU_URL',
  'DUBAN_SECRET',
  'DUBAN_SIGNING_KEY',
  'DUBAN_TIMESTAMP_CA',
  'OIDC_CLIENT_SECRET',
  'AWS_SECRET_ACCESS_KEY',
] as const;

export type Config = z.infer<typeof schema>;

/** Injection token of the process's configuration. */
export const CONFIG = Symbol('CONFIG');

/** @throws Error with one sentence that names each setting that is wrong. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  // An empty variable in a compose file means "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  for (const name of SECRETS) {
    const file = given[`${name}_FILE`];
    if (file !== undefined) given[name] = secretIn(`${name}_FILE`, file);
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw wrong(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const { OIDC_ISSUER, OIDC_CLIENT_ID, DUBAN_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = parsed.data;
  const { DUBAN_CHECKPOINTS_TO } = parsed.data;
  const { BOUNCE_ADDRESS, DUBAN_SECRET, IMAP_URL } = parsed.data;
  if (parsed.data.DATABASE_READ_URL && !parsed.data.DATABASE_URL)
    throw wrong(['DATABASE_READ_URL: it needs DATABASE_URL']);
  if (BOUNCE_ADDRESS && !DUBAN_SECRET) throw wrong(['BOUNCE_ADDRESS: it needs DUBAN_SECRET']);
  if (IMAP_URL && !BOUNCE_ADDRESS) throw wrong(['IMAP_URL: it needs BOUNCE_ADDRESS']);
  for (const name of ['WECOM_URL', 'DINGTALK_URL', 'FEISHU_URL'] as const) {
    if (parsed.data[name] && !DUBAN_SECRET) throw wrong([`${name}: it needs DUBAN_SECRET`]);
  }
  if ((AWS_ACCESS_KEY_ID === undefined) !== (AWS_SECRET_ACCESS_KEY === undefined)) {
    throw wrong(['AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: both or none']);
  }
  if (OIDC_ISSUER && !(OIDC_CLIENT_ID && DUBAN_URL)) {
    throw wrong(['OIDC_ISSUER: it needs OIDC_CLIENT_ID and DUBAN_URL']);
  }
  if (DUBAN_CHECKPOINTS_TO?.some((place) => place.startsWith('mailto:')) && !parsed.data.SMTP_URL) {
    throw wrong(['DUBAN_CHECKPOINTS_TO: mail needs SMTP_URL']);
  }
  return parsed.data;
}

function secretIn(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw wrong([`${name}: ${(error as Error).message}`]);
  }
}

const wrong = (faults: readonly string[]): Error =>
  new Error(
    `The configuration is wrong, expected is ${faults.join('; ')}. Set these environment variables so, or not at all.`,
  );
