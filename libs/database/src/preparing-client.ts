import { Client } from 'pg';

/** From here on it pays to keep a statement: the server reads it, applies the policies to it and plans it no more. */
const OFTEN = 3;
/** Of one connection; each costs the server some tens of kilobytes. */
const MOST_KEPT = 300;
const MOST_COUNTED = 2_000;

const CAN_BE_KEPT = /^\s*(select|insert|update|delete|with)\b/i;

/** "cached plan must not change result type": a migration changed a table under a statement that was kept. */
export const isOfAnEarlierSchema = (error: unknown): boolean =>
  (error as { code?: string }).code === '0A000' && (error as Error).message.includes('cached plan');

/**
 * A connection that has the server keep (prepare) the statements that come often. Under row policies most of what a short
 * statement costs is its reading and planning.
 *
 * A kept statement belongs to the role that runs it: under another one Postgres would plan it anew each time it changes.
 */
export class PreparingClient extends Client {
  /** The role that the transaction has taken up. */
  role = '';
  private readonly counts = new Map<string, number>();
  private readonly names = new Map<string, string>();
  private named = 0;

  override query(...args: unknown[]): never {
    const [text, values] = args;
    const name =
      args.length === 2 && typeof text === 'string' && Array.isArray(values) && values.length > 0
        ? this.nameOf(text)
        : undefined;
    // All else as it was given: the driver tells its own objects, callbacks and texts apart.
    if (!name) return super.query(...(args as [string, unknown[]])) as never;
    const answer = super.query({ name, text: text as string, values: values as unknown[] });
    return answer.catch((error: unknown) => {
      if (isOfAnEarlierSchema(error)) this.names.clear();
      throw error;
    }) as never;
  }

  private nameOf(text: string): string | undefined {
    const key = `${this.role} ${text}`;
    const name = this.names.get(key);
    if (name) return name;
    if (this.names.size >= MOST_KEPT || !CAN_BE_KEPT.test(text)) return undefined;
    const count = (this.counts.get(key) ?? 0) + 1;
    if (count < OFTEN) {
      if (this.counts.size >= MOST_COUNTED) this.counts.clear();
      this.counts.set(key, count);
      return undefined;
    }
    this.counts.delete(key);
    const given = `kept_${++this.named}`;
    this.names.set(key, given);
    return given;
  }
}
