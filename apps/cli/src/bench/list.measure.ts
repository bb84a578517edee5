import { applicationDataSource } from '@duban/database';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Client } from 'pg';
import { ask, benchConfig, openApi, signIn } from './api-at-work';
import { inventBoard } from './invented-board';
import { type Measure, scaled } from './measure';
import { importUnits, ownDatabase, ownPostgres } from './office-at-work';
import { recordStatements, type Statement } from './recorded-statements';

const TASKS = 1_000_000;
const QUICK_TASKS = 400;
/** Pages in one run, each of another unit. */
const PAGES = 40;
const LINES = 50;

interface Page {
  items: unknown[];
  next: string | null;
}

/**
 * Pages of a board of 1,000,000 tasks over HTTP, as the office asks for them: of a unit, under way, the soonest due
 * first; against the statements that read them, sent through `pg` by a connection like ours.
 */
export const listMeasure: Measure = {
  name: 'list',
  goal: 2,
  prepare: async (isQuick, scale = 1) => {
    const server = await ownPostgres();
    const url = await ownDatabase(server, 'list');
    const app = await openApi(url, benchConfig());
    await app.listen(0, '127.0.0.1');
    const [base, token] = [await app.getUrl(), await preparedToken(app)];
    const units = await inventBoard(url, isQuick ? QUICK_TASKS : scaled(TASKS, scale));
    const paths = Array.from({ length: PAGES }, (_, n) => {
      const unitId = units[(n * 3) % units.length]!;
      return `/api/v1/tasks?unitId=${unitId}&state=in_progress&sort=due&limit=${LINES}`;
    });
    let lines = 0;
    const recorded = await recordStatements(
      paths.map((path) => async () => {
        const page = await ask<Page>(app, 'GET', path, token);
        lines += page.items.length;
      }),
    );
    if (lines === 0) throw new Error('The pages have no lines: the times would say nothing.');
    const bare = await BareReader.open(url, recorded.map(lastTransaction));
    return {
      ours: async () => {
        let read = 0;
        for (const path of paths) {
          const answer = await fetch(base + path, { headers: { authorization: `Bearer ${token}` } });
          const { items } = (await answer.json()) as Page;
          read += items.length;
        }
        if (read !== lines) throw new Error(`Of ${lines} lines ${read} were read: the times would say nothing.`);
      },
      other: () => bare.read(),
      runs: 7,
      warmUps: isQuick ? 0 : 2,
      close: async () => {
        await bare.end();
        await app.close();
        await server.stop();
      },
    };
  },
};

async function preparedToken(app: NestFastifyApplication): Promise<string> {
  await importUnits(app);
  return signIn(app, 'office');
}

/** What reads the page; who asks was looked up before, in a transaction of its own. */
function lastTransaction(statements: readonly Statement[]): Statement[] {
  return statements.slice(statements.findLastIndex(({ text }) => /^start transaction/i.test(text)));
}

/** The same statements, without anything of ours around them. */
class BareReader {
  private constructor(
    private readonly client: Client,
    private readonly pages: readonly Statement[][],
  ) {}

  static async open(url: string, pages: readonly Statement[][]): Promise<BareReader> {
    const { extra } = applicationDataSource(url, []).options as unknown as {
      extra: { Client: typeof Client; options: string };
    };
    const client = new extra.Client({ connectionString: url, options: extra.options });
    await client.connect();
    return new BareReader(client, pages);
  }

  async read(): Promise<void> {
    for (const statements of this.pages)
      for (const { text, values } of statements)
        await (values.length > 0 ? this.client.query(text, values) : this.client.query(text));
  }

  async end(): Promise<void> {
    await this.client.end();
  }
}
