import { z } from 'zod';

/** Everything that the environment decides; read once, here, and nowhere else. */
const schema = z.object({
  /** Postgres, as the schema's owner; the embedded size finds its own. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Redis or Valkey for the queue; without it the queue lives on Postgres. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Address to listen on. */
  HOST: z.string().default('127.0.0.1'),
  /** The embedded size keeps its database, passwords and logs here. */
  DUBAN_HOME: z.string().min(1).default('.duban'),
  /** Password of the demonstration accounts, those of imported units among them. */
  DUBAN_DEMO_PASSWORD: z.string().min(8).optional(),
  /** Starts a clock that stands at this instant and that an admin moves forwards. */
  DUBAN_CLOCK: z.iso.datetime({ offset: true }).optional(),
  /** `smtp://user:password@host:port`; without it mail is not a channel. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  SMTP_FROM: z.string().default('duban <duban@localhost>'),
  /** Language of messages. */
  DUBAN_LANGUAGE: z.enum(['zh', 'en']).default('zh'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug']).default('info'),
  /** Seconds between two sweeps (巡检) of what is due. */
  SWEEP_SECONDS: z.coerce.number().int().min(1).max(3600).default(30),
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
    `The configuration is wrong: ${faults.join('; ')}. Set these environment variables otherwise, or not at all.`,
  );
}
