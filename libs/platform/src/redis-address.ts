/** Where the queue's Redis or Valkey is: one server, sentinels that know which one leads, or a cluster. */
export type RedisAddress =
  | { kind: 'single'; url: string }
  | ({ kind: 'sentinel'; master: string; db: number } & Servers)
  | ({ kind: 'cluster' } & Servers);

interface Servers {
  nodes: { host: string; port: number }[];
  username?: string;
  password?: string;
  isTls: boolean;
}

const SEVERAL =
  /^(?<scheme>rediss?)\+(?<kind>sentinel|cluster):\/\/(?:(?<user>[^@/]*)@)?(?<hosts>[^@/]+)(?:\/(?<master>[\w.-]+)(?:\/(?<db>\d{1,5}))?)?$/;
const HOST = /^(?<host>\[[\da-f:.]+\]|[\w.-]+)(?::(?<port>\d{1,5}))?$/i;
const USUAL_PORT = { sentinel: 26_379, cluster: 6_379 };

/**
 * Reads `redis://host:6379`, `redis+sentinel://host:26379,host:26379/mymaster` or `redis+cluster://host:6379,host:6379`,
 * each with `rediss` for TLS and `user:password@` where the servers ask for it.
 *
 * @returns null where it is none of them
 */
export function redisAddress(text: string): RedisAddress | null {
  if (/^rediss?:\/\//.test(text)) return URL.canParse(text) ? { kind: 'single', url: text } : null;
  const found = SEVERAL.exec(text)?.groups;
  if (!found) return null;
  const kind = found.kind as 'sentinel' | 'cluster';
  const nodes = found.hosts!.split(',').map((one) => HOST.exec(one)?.groups);
  if (nodes.some((one) => one === undefined || Number(one.port ?? 1) > 65_535)) return null;
  const servers: Servers = {
    nodes: nodes.map((one) => ({
      host: one!.host!.replace(/^\[|\]$/g, ''),
      port: Number(one!.port ?? USUAL_PORT[kind]),
    })),
    isTls: found.scheme === 'rediss',
    ...credentials(found.user),
  };
  if (kind === 'cluster') return found.master === undefined ? { kind, ...servers } : null;
  return found.master === undefined ? null : { kind, master: found.master, db: Number(found.db ?? 0), ...servers };
}

function credentials(user: string | undefined): Pick<Servers, 'username' | 'password'> {
  if (!user) return {};
  const [username = '', ...password] = user.split(':');
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password.length === 0 ? {} : { password: decodeURIComponent(password.join(':')) }),
  };
}
