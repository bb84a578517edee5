import type { ListedCheckpoint } from '../checkpoint.service';
import { parseNote } from '../checkpoint-note';

/** Somewhere outside of duban, where a checkpoint (存证) is out of reach of whoever has the database. */
export interface CheckpointPlace {
  /** As it is listed: without passwords. */
  readonly name: string;
  /** No more often than this: people are not to be written to every five minutes. Milliseconds. */
  readonly everyMs: number;
  /**
   * Hands it over; the same one may come twice.
   * @throws Error in one sentence where it was not taken, or where another one of its number is there
   */
  hand(checkpoint: ListedCheckpoint): Promise<void>;
}

/** Sends checkpoints by mail, which is the business of those who know how to. */
export abstract class CheckpointMail {
  abstract send(address: string, checkpoint: ListedCheckpoint): Promise<void>;
}

/** What a checkpoint is called in a folder or a bucket: one name for one number of one installation. */
export function fileNameOf({ number, note }: ListedCheckpoint): string {
  const parsed = parseNote(note);
  if (!parsed) throw new Error(`the checkpoint ${number} cannot be read`);
  return `${parsed.checkpoint.origin.replace('/', '-')}-${String(number).padStart(8, '0')}.txt`;
}

/** What stands outside is not written over: it is the one that counts. */
export const contradicts = (name: string, file: string): Error =>
  new Error(
    `${name} has another checkpoint in ${file}: history was rewritten, or an older state restored, after that one was handed out. Nothing is written over it`,
  );
