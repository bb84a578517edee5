import type { KeyObject } from 'node:crypto';
import type { Certificate } from 'pkijs';
import { type BundleHeader, readLine } from './bundle-lines';
import {
  type Checkpoint,
  digestOf,
  isSignedBy,
  keyIdOf,
  parseNote,
  publicKeysIn,
  type SignedCheckpoint,
} from './checkpoint-note';
import { type BundledEvent, recordedAtIn, recordedSecond, SECONDS } from './event-line';
import type { EventRun } from './event-runs';
import { type LookedThrough, lookThrough } from './looking-through';
import { GrowingTree, leafHash, subtreesOf, type TreeHash } from './merkle';
import { type Stamp, StampError, verifyStamp } from './timestamp';
import { UnreadableBundle } from './unreadable-bundle';
import { cutLines, NOTHING } from './whole-lines';

/** What is wrong with a history. */
export type FaultCode =
  | 'event_changed'
  | 'event_missing'
  | 'event_inserted'
  | 'events_swapped'
  | 'tail_cut'
  | 'checkpoint_inconsistent'
  | 'checkpoint_missing'
  | 'checkpoint_changed'
  | 'signature_wrong'
  | 'key_unknown'
  | 'not_signed'
  | 'stamp_wrong'
  | 'authority_unknown'
  | 'not_stamped'
  | 'other_history';

export interface Fault {
  code: FaultCode;
  /** One sentence, for people. */
  message: string;
}

/** What was found sound. */
export interface SoundHistory {
  events: number;
  checkpoints: number;
  /** The first that was hashed by, and each that it was changed to. */
  hashes: TreeHash[];
  last: Checkpoint;
  keyIds: string[];
  /** The last checkpoint that an authority has stamped; null where none did. */
  stamped: ({ number: number } & Stamp) | null;
}

/** What the auditor has from outside of the bundle. */
export interface Outside {
  /** Checkpoints that were handed out earlier. */
  held?: readonly SignedCheckpoint[];
  /** Keys that the auditor trusts; without them the first checkpoint's own key is believed. */
  keys?: readonly KeyObject[];
  /** Certificates of time-stamping authorities that the auditor trusts; with any, some checkpoint must be stamped. */
  authorities?: readonly Certificate[];
  /** An event may be committed so much later than it says it was recorded. */
  lateMs?: number;
}

const LATE_MS = 3_600_000;

/** Ends the reading at the first fault. */
class Found extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

const found = (code: FaultCode, message: string): Found => new Found({ code, message });

/**
 * Verifies a bundle as it is read, in memory that does not grow with it: each event by its hash, the tree by each
 * checkpoint, each checkpoint by its signature and the one before, and all by what the auditor holds. Of a long one
 * several threads hash the events.
 *
 * @param pieces of its bytes, which end anywhere; each is handed over
 * @throws UnreadableBundle for what is no whole bundle
 */
export async function verifyBundle(
  pieces: AsyncIterable<Buffer>,
  outside: Outside = {},
): Promise<{ sound: SoundHistory } | { fault: Fault }> {
  const verifier = new BundleVerifier(outside);
  try {
    for await (const some of lookThrough(pieces, () => verifier.hash)) {
      verifier.take(some);
      await verifier.verifyStamps();
    }
    return { sound: verifier.end() };
  } catch (error) {
    if (error instanceof Found) return { fault: error.fault };
    throw error;
  }
}

/** Something about one event that the rest of the bundle tells more of: a changed one may stand elsewhere. */
type Suspicion =
  { kind: 'changed'; index: number; recorded: Buffer; words: string } | { kind: 'gap'; index: number; instead: number };

class BundleVerifier {
  private readonly held: SignedCheckpoint[];
  private readonly lateMs: number;
  private trusted: KeyObject[];
  private readonly wasTold: boolean;
  private known: KeyObject[] = [];
  private header: BundleHeader | null = null;
  /** By the hash in force, that of what is held, and each to which it is changed later: all over the same events. */
  private readonly trees = new Map<TreeHash, { tree: GrowingTree; until: number }>();
  private size = 0;
  private hashes: TreeHash[] = [];
  private last: SignedCheckpoint | null = null;
  private readonly keyIds = new Set<string>();
  private suspicion: Suspicion | null = null;
  private ended = false;
  /** An instant, to the second, before which no later event can have been recorded. */
  private lateBefore = '';
  private line = 0;
  private signed = 0;
  private stamps = 0;
  private readonly toVerify: { token: Buffer; signed: SignedCheckpoint }[] = [];
  private stamped: SoundHistory['stamped'] = null;
  private readonly authorities: readonly Certificate[];
  private read = 0;

  constructor({ held = [], keys = [], authorities = [], lateMs = LATE_MS }: Outside) {
    this.authorities = authorities;
    this.held = [...held].sort((one, other) => one.checkpoint.size - other.checkpoint.size);
    this.trusted = [...keys];
    this.wasTold = keys.length > 0;
    this.lateMs = lateMs;
  }

  take({ lines: { head, body }, stretches }: LookedThrough): void {
    for (const { start, end, run } of stretches) {
      if (run && this.takeRun(run)) continue;
      const lines = cutLines({ head: start === 0 ? head : NOTHING, body: body.subarray(start, end) });
      for (const { line } of lines) this.takeLine(line);
    }
  }

  /** False where one of the events, or what is to be compared with one of them, has to be looked at by itself. */
  private takeRun({ first, count, hash, roots, earliest }: EventRun): boolean {
    const end = first + count;
    const isNext = this.header !== null && !this.ended && !this.suspicion && first === this.size && hash === this.hash;
    if (!isNext || end > (this.nextChange?.from ?? Infinity) || earliest < this.lateBefore) return false;
    const [grows, ...others] = [...this.trees].filter(([, { tree, until }]) => tree.size < until);
    if (grows?.[0] !== hash || grows[1].until < end || others.length > 0) return false;
    if (this.held.some(({ checkpoint: { size } }) => size > first && size <= end)) return false;
    const { tree } = grows[1];
    subtreesOf({ start: first, end }).forEach(({ level }, at) => tree.graft(Buffer.from(roots[at]!), level));
    this.size = end;
    this.line += count;
    this.read += count;
    return true;
  }

  private takeLine(bytes: Buffer): void {
    this.line++;
    if (this.ended) throw new UnreadableBundle(`After the end of the bundle there is more, in line ${this.line}.`);
    const line = readLine(bytes, this.line);
    if ((line.kind === 'header') !== (this.header === null)) {
      throw new UnreadableBundle(
        this.header ? `Line ${this.line} begins another bundle.` : 'The file is no bundle of history.',
      );
    }
    if (line.kind === 'header') this.begin(line.header);
    else if (line.kind === 'event') this.event(line);
    else if (line.kind === 'checkpoint') this.checkpoint(line.note);
    else if (line.kind === 'stamp') this.stamp(line.token);
    else this.assertWhole(line);
  }

  /** @throws Found */
  end(): SoundHistory {
    if (this.line === 0) throw new UnreadableBundle('The file is empty.');
    if (!this.ended) throw new UnreadableBundle('The bundle breaks off: it was not received whole. Export it again.');
    if (this.suspicion) throw this.suspected(this.suspicion);
    for (const held of this.held) this.assertHeldAtEnd(held);
    if (!this.last) throw found('not_signed', 'The bundle has no checkpoint: nothing vouches for what is in it.');
    const { checkpoint } = this.last;
    if (this.nextChange) throw this.changeMissing(this.nextChange);
    if (checkpoint.size < this.size) {
      throw found(
        'not_signed',
        `The last checkpoint signs ${events(checkpoint.size)}, and the bundle has ${this.size}: nothing vouches for the rest.`,
      );
    }
    if (this.authorities.length > 0 && !this.stamped) {
      throw found('not_stamped', 'No checkpoint of the bundle was stamped by an authority, and you say that one does.');
    }
    return {
      events: this.size,
      checkpoints: this.signed,
      hashes: this.hashes,
      last: checkpoint,
      keyIds: [...this.keyIds],
      stamped: this.stamped,
    };
  }

  private begin(header: BundleHeader): void {
    this.header = header;
    this.hashes = [header.hash];
    this.plantTrees(header);
    this.known = header.keys.flatMap(({ publicKey }) => {
      try {
        return publicKeysIn(publicKey);
      } catch {
        return [];
      }
    });
    for (const { checkpoint } of this.held) {
      if (checkpoint.origin === header.origin) continue;
      throw found(
        'other_history',
        `The checkpoint that you hold is of ${checkpoint.origin}, the bundle of ${header.origin}: another installation, or one that was set up anew.`,
      );
    }
  }

  /** A tree a hash, from the first event on, and up to the last one for which it is asked. */
  private plantTrees({ hash, changes }: BundleHeader): void {
    const until = new Map<TreeHash, number>();
    const isAsked = (by: TreeHash, size: number): Map<TreeHash, number> =>
      until.set(by, Math.max(until.get(by) ?? 0, size));
    const epochs = [{ hash }, ...changes];
    epochs.forEach((epoch, at) => isAsked(epoch.hash, changes[at]?.from ?? Infinity));
    for (const { checkpoint } of this.held) isAsked(checkpoint.hash, checkpoint.size);
    for (const [by, size] of until) this.trees.set(by, { tree: new GrowingTree(by), until: size });
  }

  /** In force, as far as the bundle has been verified. */
  get hash(): TreeHash {
    return this.hashes.at(-1) ?? 'sha256';
  }

  private get nextChange(): BundleHeader['changes'][number] | undefined {
    return this.header!.changes[this.hashes.length - 1];
  }

  private changeMissing({ from, hash }: BundleHeader['changes'][number]): Found {
    return found(
      'checkpoint_missing',
      `From the event ${from} on history is hashed by ${hash}, and the checkpoint that changed it is missing.`,
    );
  }

  private event({ index, leaf, event }: BundledEvent): void {
    this.read++;
    const computed = event && leafHash(this.hash, event);
    if (this.suspicion) return this.lookOn(this.suspicion, index, computed);
    const expected = this.size;
    const change = this.nextChange;
    if (change && expected >= change.from) throw this.changeMissing(change);
    if (index < expected) {
      throw found(
        'event_inserted',
        `The event ${index} comes a second time, after the event ${expected - 1}: it was inserted.`,
      );
    }
    if (index > expected) {
      this.suspicion = { kind: 'gap', index: expected, instead: index };
      return;
    }
    if (!event || !computed) {
      throw found('event_missing', `The event ${index} is missing: its hash was recorded, and its row is gone.`);
    }
    if (!computed.equals(leaf)) {
      this.suspicion = { kind: 'changed', index, recorded: leaf, words: wordsOf(event) };
      return;
    }
    this.assertNotLate(index, event);
    this.push(event, computed);
    for (const held of this.held) if (held.checkpoint.size === this.size) this.assertHeldRoot(held.checkpoint);
  }

  private push(event: Buffer, leaf: Buffer): void {
    for (const [by, { tree, until }] of this.trees) {
      if (tree.size < until) tree.push(by === this.hash ? leaf : leafHash(by, event));
    }
    this.size++;
  }

  /** Reads on only to say what has become of the first event that is wrong. */
  private lookOn(suspicion: Suspicion, index: number, computed: Buffer | null): void {
    if (suspicion.kind === 'gap' && index === suspicion.index) {
      throw found(
        'events_swapped',
        `The event ${suspicion.instead} stands in the place of the event ${index}: they were swapped.`,
      );
    }
    if (suspicion.kind === 'changed' && computed?.equals(suspicion.recorded)) {
      throw found(
        'events_swapped',
        `What was the event ${suspicion.index} stands in the place of the event ${index}: they were swapped.`,
      );
    }
  }

  private suspected(suspicion: Suspicion): Found {
    return suspicion.kind === 'gap'
      ? found(
          'event_missing',
          `The event ${suspicion.index} is missing: the one after it is the event ${suspicion.instead}.`,
        )
      : found('event_changed', `The event ${suspicion.index}${suspicion.words} was changed after it was hashed.`);
  }

  /** An event that was put in later, and gives an earlier time of recording, lies behind a checkpoint without it. */
  private assertNotLate(index: number, event: Buffer): void {
    if (!this.last) return;
    if (recordedSecond(event) >= this.lateBefore) return;
    const at = recordedAtIn(event);
    const recordedAt = event.toString('latin1', at, event.indexOf('"', at));
    const { signedAt, number } = this.last.checkpoint;
    throw found(
      'event_inserted',
      `The event ${index}${wordsOf(event)} says that it was recorded at ${recordedAt}, and the checkpoint ${number}, signed at ${signedAt}, is without it: it was inserted later, or the database's clock was wrong.`,
    );
  }

  private checkpoint(note: string): void {
    this.signed++;
    if (this.suspicion) return;
    const previous = this.last;
    const number = (previous?.checkpoint.number ?? 0) + 1;
    const signed = parseNote(note);
    if (!signed || signed.checkpoint.origin !== this.header!.origin) {
      throw found('checkpoint_changed', `The checkpoint ${number} was changed: it is none of ${this.header!.origin}.`);
    }
    const { checkpoint } = signed;
    if (checkpoint.number !== number) {
      throw found(
        'checkpoint_missing',
        `The checkpoint ${number} is missing: the checkpoint ${checkpoint.number} stands in its place.`,
      );
    }
    this.assertSigned(signed, `The checkpoint ${number}`);
    if (checkpoint.hash !== this.hash || checkpoint.from) this.assertChanges(checkpoint, previous);
    this.assertFollows(checkpoint, previous);
    for (const held of this.held) {
      if (held.checkpoint.number === number && held.text !== signed.text) {
        this.assertSigned(held, 'The checkpoint that you hold');
        throw found(
          'checkpoint_changed',
          `The checkpoint ${number} is not the one that you hold: it was rolled back, or an older state was restored, and another one signed in its place.`,
        );
      }
    }
    this.last = signed;
    this.lateBefore = new Date(Date.parse(checkpoint.signedAt) - this.lateMs).toISOString().slice(0, SECONDS);
  }

  private stamp(token: Buffer): void {
    this.stamps++;
    if (this.suspicion) return;
    if (!this.last) throw new UnreadableBundle(`Line ${this.line} is a time-stamp of no checkpoint.`);
    this.toVerify.push({ token, signed: this.last });
  }

  /** Those that were read since it was last called. @throws Found */
  async verifyStamps(): Promise<void> {
    for (const { token, signed } of this.toVerify.splice(0)) {
      const { number, signedAt } = signed.checkpoint;
      try {
        const stamp = await verifyStamp(token, signed.text, this.authorities);
        if (Date.parse(stamp.at) < Date.parse(signedAt) - this.lateMs) {
          throw new StampError(`it is of ${stamp.at}, and the checkpoint says that it was signed at ${signedAt}`);
        }
        this.stamped = { number, ...stamp };
      } catch (error) {
        if (!(error instanceof StampError)) throw error;
        const code = error.isUnknown ? 'authority_unknown' : 'stamp_wrong';
        throw found(code, `The time-stamp of the checkpoint ${number} proves nothing: ${error.message}.`);
      }
    }
  }

  /** From one hash to another: as the bundle says, over the same events, and naming the last one of the hash before. */
  private assertChanges({ number, hash, size, from }: Checkpoint, previous: SignedCheckpoint | null): void {
    const change = this.nextChange;
    if (hash === this.hash || hash !== change?.hash || size !== change.from || !from) {
      throw found(
        'checkpoint_changed',
        `The checkpoint ${number} is by ${hash}, and there history is hashed by ${this.hash}${change ? `, and from the event ${change.from} on by ${change.hash}` : ''}: it was changed, or its hash was.`,
      );
    }
    if (!previous || from.hash !== this.hash || from.note !== digestOf(hash, previous.note)) {
      throw found(
        'checkpoint_changed',
        `The checkpoint ${number} changed the hash from ${from.hash} to ${hash} after another checkpoint than the checkpoint ${number - 1} that is here.`,
      );
    }
    if (previous.checkpoint.size !== size) {
      throw found(
        'checkpoint_inconsistent',
        `The checkpoint ${number} of ${events(size)} changed the hash, and the last one by ${this.hash} signs ${previous.checkpoint.size}.`,
      );
    }
    this.hashes.push(hash);
  }

  private assertFollows(checkpoint: Checkpoint, previous: SignedCheckpoint | null): void {
    const { number, size, root } = checkpoint;
    const expected = previous && digestOf(checkpoint.hash, previous.text);
    if (checkpoint.previous !== expected) {
      throw found(
        'checkpoint_changed',
        `The checkpoint ${number} was signed after another one than the checkpoint ${number - 1} that is here.`,
      );
    }
    if (size > this.size) throw tailCut(this.size, size, `the checkpoint ${number}`);
    if (size < this.size) {
      throw found(
        'checkpoint_inconsistent',
        `The checkpoint ${number} of ${events(size)} stands after ${events(this.size)}.`,
      );
    }
    if (!root.equals(this.rootBy(checkpoint.hash))) throw this.inconsistent(`the checkpoint ${number}`, checkpoint);
  }

  private assertHeldRoot(held: Checkpoint): void {
    if (!held.root.equals(this.rootBy(held.hash))) throw this.inconsistent('the checkpoint that you hold', held);
  }

  private rootBy = (hash: TreeHash): Buffer => this.trees.get(hash)!.tree.root();

  private inconsistent(name: string, { size, signedAt }: Checkpoint): Found {
    const from = this.last?.checkpoint.size ?? 0;
    const where = from < size ? `among the events ${from} to ${size - 1}` : `before the event ${size}`;
    return found(
      'checkpoint_inconsistent',
      `The first ${events(size)} are not those that ${name} signed at ${signedAt}: ${where}, some were changed, inserted, removed or swapped, or an older state was restored and went on.`,
    );
  }

  private assertHeldAtEnd(signed: SignedCheckpoint): void {
    const held = signed.checkpoint;
    if (held.size > this.size) throw tailCut(this.size, held.size, 'the checkpoint that you hold');
    this.assertSigned(signed, 'The checkpoint that you hold');
    if (held.number > (this.last?.checkpoint.number ?? 0)) {
      throw found(
        'checkpoint_missing',
        `The checkpoint ${held.number} that you hold is not in the bundle, which ends with ${this.last ? `the checkpoint ${this.last.checkpoint.number}` : 'none'}: checkpoints were rolled back.`,
      );
    }
  }

  /** By a key that is trusted; a key that signed beside one is trusted from then on, which is how keys are changed. */
  private assertSigned(signed: SignedCheckpoint, name: string): void {
    const { origin } = signed.checkpoint;
    const signers: KeyObject[] = [];
    for (const signature of signed.signatures) {
      const candidates = [...this.trusted, ...this.known].filter((key) => keyIdOf(origin, key) === signature.keyId);
      const signer = candidates.find((key) => isSignedBy(signed, signature, key));
      if (candidates.length > 0 && !signer) {
        throw found(
          'signature_wrong',
          `${name} was not signed by the key ${signature.keyId} that it names: its signature is wrong.`,
        );
      }
      if (signer) signers.push(signer);
    }
    const isFirst = this.trusted.length === 0;
    if (signers.length === 0 || !(isFirst || signers.some((signer) => this.trusts(signer)))) {
      const ids = signed.signatures.map(({ keyId }) => keyId).join(', ');
      const why = this.wasTold
        ? 'that is none of yours, and no key of yours vouches for it'
        : 'for which no earlier key vouches';
      throw found(
        'key_unknown',
        `${name} is signed by the key ${ids}, ${why}. If it is a rightful one, give its public key by --key.`,
      );
    }
    for (const signer of signers) {
      if (!this.trusts(signer)) this.trusted.push(signer);
      this.keyIds.add(keyIdOf(origin, signer));
    }
  }

  private trusts = (key: KeyObject): boolean => this.trusted.some((trusted) => trusted.equals(key));

  private assertWhole({
    events: count,
    checkpoints,
    stamps,
  }: {
    events: number;
    checkpoints: number;
    stamps: number;
  }): void {
    this.ended = true;
    if (count !== this.read || checkpoints !== this.signed || stamps !== this.stamps) {
      // The count is not signed, so this proves nothing; but lines were lost on the way, or taken out.
      if (this.suspicion) throw this.suspected(this.suspicion);
      for (const held of this.held) this.assertHeldAtEnd(held);
      throw new UnreadableBundle(
        `The bundle says that it has ${events(count)}, ${checkpoints} checkpoints and ${stamps} time-stamps; here are ${this.read}, ${this.signed} and ${this.stamps}.`,
      );
    }
  }
}

const tailCut = (has: number, signed: number, name: string): Found =>
  found('tail_cut', `The tail is cut off: ${name} signs ${events(signed)}, and here are ${has}.`);

const events = (count: number): string => (count === 1 ? '1 event' : `${count} events`);

/** What sort of event it says it is, where that can be read. */
function wordsOf(event: Buffer): string {
  try {
    const { type, id } = JSON.parse(event.toString()) as { type?: string; id?: string };
    return ` (${String(type)}, ${String(id)})`;
  } catch {
    return '';
  }
}
