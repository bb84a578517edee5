import { Transactor } from '@duban/database';
import { conflict, DomainError, forbidden, newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../actor';
import { HistoryService } from '../history.service';
import { isReadable, type MonthEvent, monthEvents, readMonth } from '../parts/month-file';
import { OUTSIDE } from '../parts/outside';
import { endLine, checkpointLine, headerLine, stampLine } from './bundle-lines';
import { eventLine } from './event-line';
import { CheckpointService, type ListedCheckpoint } from './checkpoint.service';
import { HistoryTree, type Leaf } from './history-tree';

/** A checkpoint for its lines in a bundle. */
interface SignedLines {
  size: number;
  note: string;
  /** Tokens of its time-stamps. */
  stamps: Buffer[];
}

/** Of each month that lies outside its events, read as their leaves come. */
type OutsideMonths = Map<string, { events: AsyncGenerator<MonthEvent>; next: MonthEvent | null }>;

/** Null where the file has no such event: then it is missing, and the verifier says so. */
async function takeFrom(outside: OutsideMonths, month: string, index: number): Promise<Buffer | null> {
  const file = outside.get(month);
  if (!file) throw new Error(`the history of ${month} was detached while it was exported: export it again`);
  while (file.next === null || file.next.index < index) {
    const { value, done } = await file.events.next();
    if (done) return null;
    file.next = value;
  }
  return file.next.index === index ? file.next.event : null;
}

/** Events that are held in memory at a time. */
const PAGE = 1_000;

/** Writes the whole history as a bundle that an auditor verifies offline; PROOF.md says its format. */
@Injectable()
export class HistoryBundle {
  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly tree: HistoryTree,
    private readonly checkpoints: CheckpointService,
  ) {}

  /**
   * A bundle has every event, or it proves nothing: those too of matters that are restricted (限知事项).
   * @throws DomainError forbidden `HISTORY.RESTRICTED_MATTERS` where the one who acts is not named for all of them
   */
  async assertSeesAll(tx: EntityManager): Promise<void> {
    // Nobody but the auditor looks at the tree, so nobody else has all that hangs on it.
    await tx.query(`select from history_tree limit 1`);
    const [{ isCut }]: [{ isCut: boolean }] = await tx.query(
      `select cardinality(hidden_plans()) + cardinality(hidden_tasks()) > 0 as "isCut"`,
    );
    if (!isCut) return;
    throw forbidden(
      'HISTORY.RESTRICTED_MATTERS',
      'The export has matters that are restricted to others. Be named for them, or have it made on the server by `duban history export`.',
    );
  }

  /**
   * Records that it is exported, signs what is committed by then, and gives the bundle's bytes up to that checkpoint.
   * @param files of months that lie outside; of others the file that they were detached into is looked for
   * @throws DomainError unavailable HISTORY.NO_CHECKPOINT, where nothing was ever signed and there is no key to do it;
   *   conflict HISTORY.MONTH_OUTSIDE, where the file of a month is not there
   */
  async export(
    actor: Actor,
    at: Date,
    files: readonly string[] = [],
  ): Promise<{ upTo: ListedCheckpoint; bytes: AsyncGenerator<Buffer> }> {
    await this.transactor.run((tx) =>
      this.history.append(tx, actor, at, [
        { type: 'history.exported', entity: 'history_export', entityId: newId(), after: { format: 'bundle' } },
      ]),
    );
    const upTo = this.checkpoints.isSigning ? await this.checkpoints.make() : await this.newest();
    if (!upTo) {
      throw new DomainError(
        'unavailable',
        'HISTORY.NO_CHECKPOINT',
        'Nothing of history has been signed yet. Whoever runs the installation sets DUBAN_SIGNING_KEY.',
      );
    }
    return { upTo, bytes: this.bytes(upTo, await this.outside(files)) };
  }

  /** The events of each month that lies outside, before anything is sent: a bundle without them proves nothing. */
  private async outside(files: readonly string[]): Promise<OutsideMonths> {
    const given = new Map<string, string>();
    for (const file of files) given.set((await readMonth(file)).header.month, file);
    const [origin, months] = await this.transactor.run(async (tx) => {
      const rows: { month: string; file: string }[] = await tx.query(
        `select to_char(o.month, 'YYYY-MM') as month, o.file from ${OUTSIDE} o order by o.month`,
      );
      return [(await this.tree.tree(tx))?.origin ?? '', rows] as const;
    });
    const outside: OutsideMonths = new Map();
    for (const { month, file: recorded } of months) {
      const file = given.get(month) ?? recorded;
      if (!(await isReadable(file))) {
        throw conflict(
          'HISTORY.MONTH_OUTSIDE',
          `The history of ${month} lies outside of the database, and its file ${file} is not here: name it by \`duban history export --with\`.`,
          { month, file },
        );
      }
      outside.set(month, { events: await monthEvents(file, month, origin), next: null });
    }
    return outside;
  }

  private async newest(): Promise<ListedCheckpoint | null> {
    const [newest] = await this.transactor.run((tx) => this.checkpoints.newest(tx, { before: null, limit: 1 }));
    return newest ?? null;
  }

  /**
   * What the tables say, sound or not: to judge it is the verifier's part. Read in short transactions, since rows that
   * are written once are the same in all of them.
   */
  private async *bytes(upTo: ListedCheckpoint, outside: OutsideMonths): AsyncGenerator<Buffer> {
    yield await this.header(upTo.number);
    const checkpoints = this.checkpointsUpTo(upTo.number);
    let checkpoint = (await checkpoints.next()).value;
    let [events, signed, stamped] = [0, 0, 0];
    const take = async (): Promise<Buffer[]> => {
      const { note, stamps } = checkpoint!;
      signed++;
      stamped += stamps.length;
      checkpoint = (await checkpoints.next()).value;
      return [checkpointLine(note), ...stamps.map(stampLine)];
    };
    for await (const page of this.leavesUpTo(upTo.size)) {
      const lines: Buffer[] = [];
      for (const { index, hash, event, month, isOutside } of page) {
        lines.push(eventLine(index, hash, isOutside ? await takeFrom(outside, month!, index) : event));
        events++;
        while (checkpoint && checkpoint.size <= index + 1) lines.push(...(await take()));
      }
      yield Buffer.concat(lines);
    }
    while (checkpoint) yield Buffer.concat(await take());
    yield endLine(events, signed, stamped);
  }

  private header(upTo: number): Promise<Buffer> {
    return this.transactor.run(async (tx) => {
      const tree = await this.tree.tree(tx);
      const [first, ...changes] = await this.tree.hashes(tx, upTo);
      const keys = await this.checkpoints.publicKeys(tx);
      const jurisdictions: { name: string }[] = await tx.query(`select name from jurisdiction order by created_at, id`);
      return headerLine({
        origin: tree?.origin ?? '',
        hash: first?.hash ?? 'sha256',
        changes,
        jurisdictions: jurisdictions.map(({ name }) => name),
        keys: keys.map(({ keyId, publicKey }) => ({ id: keyId, publicKey })),
      });
    });
  }

  private async *leavesUpTo(size: number): AsyncGenerator<Leaf[]> {
    for (let from = 0; from < size;) {
      const leaves = await this.transactor.run((tx) => this.tree.leaves(tx, { from, size, limit: PAGE }));
      if (leaves.length === 0) return;
      yield leaves;
      from = leaves.at(-1)!.index + 1;
    }
  }

  private async *checkpointsUpTo(number: number): AsyncGenerator<SignedLines, undefined> {
    for (let after = 0; ;) {
      const rows: { number: string; size: string; note: string; stamps: string[] }[] = await this.transactor.run((tx) =>
        tx.query(
          `select number::text, size::text, note, array(select encode(token, 'base64') from history_stamp
             where checkpoint = number order by stamped_at, authority) as stamps
           from history_checkpoint c where number > $1 and number <= $2 order by c.number limit $3`,
          [after, number, PAGE],
        ),
      );
      const last = rows.at(-1);
      if (!last) return undefined;
      yield* rows.map(({ size, note, stamps }) => ({
        size: Number(size),
        note,
        stamps: stamps.map((token) => Buffer.from(token, 'base64')),
      }));
      after = Number(last.number);
    }
  }
}
