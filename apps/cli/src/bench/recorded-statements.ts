import { AsyncLocalStorage } from 'node:async_hooks';
import { Client } from 'pg';

/** A statement as it went to Postgres. */
export interface Statement {
  text: string;
  values: unknown[];
}

/** Does one piece of work after another. @returns what each sent to Postgres, statement by statement */
export async function recordStatements(works: readonly (() => Promise<unknown>)[]): Promise<Statement[][]> {
  const sent = new AsyncLocalStorage<Statement[]>();
  // eslint-disable-next-line typescript/unbound-method
  const plain = Client.prototype.query;
  Client.prototype.query = function query(this: Client, ...call: unknown[]) {
    // By its name where the server keeps it: then it stands in an object.
    const [first, second] = call;
    const { text, values } =
      typeof first === 'string' ? { text: first, values: second } : (first as Partial<Statement>);
    if (typeof text === 'string') sent.getStore()?.push({ text, values: Array.isArray(values) ? values : [] });
    return Reflect.apply(plain, this, call) as unknown;
  } as typeof plain;
  try {
    const recorded: Statement[][] = [];
    for (const work of works) {
      const statements: Statement[] = [];
      await sent.run(statements, work);
      recorded.push(statements);
    }
    return recorded;
  } finally {
    Client.prototype.query = plain;
  }
}
