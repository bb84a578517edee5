import { z } from 'zod';

const wholeNumber = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int(error).min(least, error).max(most, error);
};

/** Everything that the environment decides; read once, here, and nowhere else. */
const schema = z.object({
  /** Postgres, as the schema's owner; the embedded size finds its own. */
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'an address such as postgres://user:password@host:5432/duban' })
    .optional(),
  /** Redis or Valkey for the queue; without it the queue lives on Postgres. */
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'an address such as redis://host:6379' }).optional(),
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
  SMTP_FROM: z.string().default('duban <duban@localhost>'),
  /** Language of messages. */
  DUBAN_LANGUAGE: z.enum(['zh', 'en'], 'zh or en').default('zh'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug'], 'fatal, error, warn, info or debug').default('info'),
  /** Seconds between two sweeps (巡检) of what is due. */
  SWEEP_SECONDS: wholeNumber(1, 3600).default(30),
  /** Keys of the queue in Redis begin with this; braces keep them in one slot of a cluster. */
  QUEUE_PREFIX: z.string().min(1).default('{duban}'),
});

export type Config = z.infer<typeof schema>;

/** Injection token of the process's configuration. */
export const CONFIG = Symbol('CONFIG');

/** @throws Error with one sentence that names each setting that is wrong. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  // An empty variable in a compose file means "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(
    `The configuration is wrong, expected is ${faults.join('; ')}. Set these environment variables so, or not at all.`,
  );
}
