import { createPostgresBackend, type Processor, runMigrations, withBackend } from 'bullmq';
import { Client } from 'pg';
import { listen } from './listen';
import {
  QueueBackend,
  type StoredQueue,
  type StoredWorker,
  type WorkerListeners,
  type WorkerSettings,
} from './queue.backend';
import type { QueueName } from './queue.registry';

const { Queue: PostgresQueue, Worker: PostgresWorker } = withBackend(createPostgresBackend);

/** A schema of its own, beside the application's. */
const SCHEMA = 'duban_queue';
const CONNECT_MS = 3_000;

/** Jobs in Postgres, for an installation without Redis. */
export class PostgresQueueBackend extends QueueBackend {
  readonly kind = 'postgres';
  private isMigrated = false;

  /** @param url as a role that may create the queue's schema */
  constructor(private readonly url: string) {
    super();
  }

  /** Brings the queue's schema up to date. Processes that start together wait for one another inside. */
  async prepare(): Promise<void> {
    if (this.isMigrated) return;
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: CONNECT_MS });
    await client.connect();
    try {
      await runMigrations(client, SCHEMA);
      this.isMigrated = true;
    } finally {
      await client.end();
    }
  }

  openQueue(name: QueueName, onError: (error: Error) => void): StoredQueue {
    const queue = new PostgresQueue(name, { connection: this.pool(2) });
    queue.on('error', onError);
    return queue;
  }

  openWorker(
    name: QueueName,
    processor: Processor,
    settings: WorkerSettings,
    listeners: WorkerListeners,
  ): StoredWorker {
    const worker = new PostgresWorker(name, processor, { ...settings, autorun: false, connection: this.pool(3) });
    listen(worker, listeners);
    // Its statements fail at once when the server is gone, so that it can always close in order.
    return Object.assign(worker, { isConnected: () => Promise.resolve(true) });
  }

  /** Each queue and worker has its own: a shared one hangs without a word once every connection listens. */
  private pool(max: number) {
    return {
      connectionString: this.url,
      schema: SCHEMA,
      max,
      application_name: 'duban-queue',
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: 30_000,
    };
  }
}
