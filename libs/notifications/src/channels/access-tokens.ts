import { setTimeout as delay } from 'node:timers/promises';
import { Transactor } from '@duban/database';
import { SecretBox } from '@duban/directory';
import { DomainError } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import { ChannelError } from './channel';

/** A token that ends sooner is renewed. */
const SPARE_SECONDS = 120;
/** For how long nobody else asks for the same token: longer than a vendor takes to give one. */
const RENEWING_SECONDS = 15;
/** How long is waited for a token that somebody else asks for, and how often it is looked. */
const WAIT_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** A token by which a vendor knows us, for so many seconds. */
export interface FreshToken {
  token: string;
  seconds: number;
}

/** Whoever has the tokens of vendors. */
export interface TokenKeeper {
  /**
   * @param fetch asks the vendor for a new one
   * @param stale one that the vendor does not know any more
   * @throws ChannelError where there is none
   */
  of(name: string, fetch: () => Promise<FreshToken>, stale?: string): Promise<string>;
}

/**
 * The tokens by which vendors know the installation (access_token): sealed rows, since all workers share them. Vendors
 * count how often one asks for them, so that one worker asks while the others wait.
 */
@Injectable()
export class AccessTokens implements TokenKeeper {
  constructor(
    private readonly transactor: Transactor,
    private readonly box: SecretBox,
  ) {}

  /** @throws ChannelError where there is none, by what `fetch` says or since another worker got none */
  async of(name: string, fetch: () => Promise<FreshToken>, stale: string | null = null): Promise<string> {
    for (const end = Date.now() + WAIT_MS; ; await delay(LOOK_EVERY_MS)) {
      const held = await this.held(name);
      if (held !== null && held !== stale) return held;
      if (await this.mayRenew(name)) return this.renew(name, fetch, stale);
      if (Date.now() > end) {
        throw new ChannelError(`another worker asks for the token of ${name}`, true, null, { isLineDown: true });
      }
    }
  }

  private async renew(name: string, fetch: () => Promise<FreshToken>, stale: string | null): Promise<string> {
    let fresh: FreshToken | null = null;
    try {
      // Somebody may have got one between the look and the claim.
      const held = await this.held(name);
      if (held !== null && held !== stale) return held;
      fresh = await fetch();
      return fresh.token;
    } finally {
      await this.settle(name, fresh);
    }
  }

  private async held(name: string): Promise<string | null> {
    const [row]: { sealed: Buffer }[] = await this.transactor.run((tx) =>
      tx.query(
        `select sealed_token as sealed from access_token
         where name = $1 and sealed_token is not null and ends_at > clock_timestamp() + $2 * interval '1 second'`,
        [name, SPARE_SECONDS],
      ),
    );
    if (!row) return null;
    try {
      return this.box.open(row.sealed, `access_token ${name}`).toString();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // Sealed by a former key: another one is asked for.
      return null;
    }
  }

  private async mayRenew(name: string): Promise<boolean> {
    const claimed: { name: string }[] = await this.transactor.run((tx) =>
      tx.query(
        `insert into access_token as t (name, renewing_until) values ($1, clock_timestamp() + $2 * interval '1 second')
         on conflict (name) do update set renewing_until = excluded.renewing_until
           where t.renewing_until is null or t.renewing_until < clock_timestamp()
         returning name`,
        [name, RENEWING_SECONDS],
      ),
    );
    return claimed.length > 0;
  }

  private async settle(name: string, fresh: FreshToken | null): Promise<void> {
    await this.transactor.run((tx) =>
      tx.query(
        `update access_token set renewing_until = null, sealed_token = coalesce($2, sealed_token),
           ends_at = coalesce(clock_timestamp() + $3::float8 * interval '1 second', ends_at)
         where name = $1`,
        [name, fresh && this.box.seal(Buffer.from(fresh.token), `access_token ${name}`), fresh?.seconds ?? null],
      ),
    );
  }
}
