import { INBOX_CHANGED } from '@duban/notifications';
import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { Client } from 'pg';
import { FORMS } from './presence';

const CONNECT_MS = 5_000;
/** Before it is tried again to listen. */
const PAUSE_MS = 1_000;

interface Hearing {
  /** Called with whose inbox has changed; with null where anybody's may have. */
  inboxes: (personIds: readonly string[] | null) => void;
  /** Called with who has opened or closed a form. */
  forms: (said: string) => void;
}

/**
 * Hears, by a connection of its own (LISTEN), of inboxes that have changed and of forms that are open, whichever process
 * says so. What is said while the connection is down is not heard: whoever depends on it looks at the rows by themselves,
 * too.
 */
export class InboxListener implements OnModuleDestroy {
  private readonly logger = new Logger('inbox');
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private hearing: Hearing = { inboxes: () => undefined, forms: () => undefined };

  constructor(private readonly databaseUrl: string) {}

  start(hearing: Hearing): void {
    this.hearing = hearing;
    if (!this.client && !this.timer && !this.isClosed) void this.connect();
  }

  async onModuleDestroy(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  /** A connection that is lost may not even be ended. */
  private async leave(client: Client): Promise<void> {
    try {
      await client.end();
    } catch {
      // It is gone, which is what was wanted.
    }
  }

  private async connect(): Promise<void> {
    this.timer = undefined;
    const client = new Client({
      connectionString: this.databaseUrl,
      application_name: 'duban-inbox',
      options: '-c role=duban_app',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    });
    this.client = client;
    const lost = (error?: Error): void => {
      if (this.client !== client) return;
      this.client = undefined;
      client.removeAllListeners('notification');
      void this.leave(client);
      if (this.isClosed) return;
      if (error) this.logger.warn(`inboxes are looked at by the clock alone until Postgres answers: ${error.message}`);
      this.timer = setTimeout(() => void this.connect(), PAUSE_MS);
      this.timer.unref();
    };
    client.on('error', lost).on('end', () => lost());
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === FORMS) this.hearing.forms(payload);
      else this.hearing.inboxes(payload.split(' '));
    });
    try {
      await client.connect();
      await client.query(`listen ${INBOX_CHANGED}`);
      await client.query(`listen ${FORMS}`);
      // Something may have come before it was listened for; who has a form open says so again.
      this.hearing.inboxes(null);
    } catch (error) {
      lost(error as Error);
    }
  }
}
