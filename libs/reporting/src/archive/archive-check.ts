import { createHash, type KeyObject } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Scanner, tellKind } from '@duban/evidence';
import {
  canonicalJson,
  isIncluded,
  isNoteOf,
  isSignedBy,
  leafHash,
  linesOf,
  parseNote,
  publicKeysIn,
  type SignedCheckpoint,
  UnreadableBundle,
  verifyBundle,
} from '@duban/history';
import { DomainError } from '@duban/kernel';
import type { Entry, ZipFile } from 'yauzl';
import {
  type Check,
  CHECKS,
  CRITERIA,
  type Criterion,
  DOUBTS,
  FAULTS,
  type FaultCode,
  LASTING,
} from './archive-criteria';
import { Measured } from './measured';
import { readMetadata, type ReadMetadata } from './metadata';
import {
  ELEMENTS,
  EVIDENCE,
  FORMAT,
  MAY_BE_ABSENT,
  MAY_BE_EMPTY,
  NO_PIECE,
  NOTICES,
  type Piece,
  PLACES,
  REVISIONS,
  signedText,
  UNLISTED,
} from './package-layout';

/** What the checker has from outside of the package, and what it may use. */
export interface Outside {
  /** A checkpoint that was handed out earlier. */
  checkpoint?: SignedCheckpoint;
  /** Keys that are trusted; without them the package's own are believed. */
  keys?: readonly KeyObject[];
  /** The bytes of a bundle of the whole history. */
  bundle?: () => AsyncIterable<Buffer>;
  /** Where clamd is, as `DUBAN_CLAMD` says it. */
  clamd?: string;
}

export interface FoundFault {
  code: FaultCode;
  file: string | null;
  zh: string;
  en: string;
}

export interface CriterionResult {
  criterion: Criterion;
  outcome: 'holds' | 'fails' | 'doubtful' | 'not_looked_at';
  faults: FoundFault[];
  /** Why nobody looked. */
  why: { zh: string; en: string } | null;
}

export interface ArchiveVerdict {
  planId: string | null;
  title: string | null;
  checks: { check: Check; outcome: 'holds' | 'fails' | 'doubtful'; criteria: CriterionResult[] }[];
  isSound: boolean;
}

/** Folders whose files are in formats that have to be looked into. */
const OF_FORMATS = [EVIDENCE, REVISIONS, NOTICES];

/** What is no package at all. */
export class UnreadablePackage extends Error {}

/** What is read into memory: the lists of a package, not its contents. */
const MOST_LIST_BYTES = 256 * 1024 * 1024;
const MOST_ENTRIES = 1_000_000;
/** Above so many bytes a file may be unpacked to so many times its size. */
const LARGE_BYTES = 64 * 1024 * 1024;
const MOST_RATIO = 250;
/** Faults of one code that are told one by one. */
const MOST_TOLD = 100;

const ENCRYPTED = 1;
const METHODS: ReadonlySet<number> = new Set([0, 8]);
const FILE_TYPE = 0o170_000;
const LINK = 0o120_000;

/**
 * Looks through an archive package by the four checks of DA/T 70 (四性检测): offline, one file at a time, in memory that
 * does not grow with what is in it.
 *
 * @throws UnreadablePackage for what is no zip
 */
export async function checkArchive(path: string, outside: Outside = {}): Promise<ArchiveVerdict> {
  const { openPromise } = await import('yauzl');
  let zip: ZipFile;
  try {
    // Names are judged by us, one by one, and not by the first that is wrong.
    zip = await openPromise(path, { lazyEntries: true, decodeStrings: false, autoClose: false });
  } catch (error) {
    throw new UnreadablePackage(`it is no archive package, or was cut off (${(error as Error).message}).`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'duban-archive-'));
  try {
    return await new PackageCheck(zip, folder, outside).run();
  } finally {
    zip.close();
    await rm(folder, { recursive: true, force: true });
  }
}

class PackageCheck {
  private readonly faults = new Map<Criterion, FoundFault[]>();
  private readonly skipped = new Map<Criterion, { zh: string; en: string }>();
  private readonly told = new Map<FaultCode, number>();
  private readonly entries = new Map<string, Entry>();
  private readonly scanner: Scanner;
  private checksums = new Map<string, string>();
  /** Whether there are metadata to hold anything against. */
  private isDescribed = false;
  private metadata: ReadMetadata = { version: null, whole: {}, pieces: new Map(), twice: [] };
  private signed: SignedCheckpoint | null = null;
  private keys: readonly KeyObject[] = [];
  /** What history says of evidence: id to checksum. */
  private readonly bound = new Map<string, string>();
  private readonly indexes = new Set<number>();
  private readonly types = new Set<string>();
  private records = 0;

  constructor(
    private readonly zip: ZipFile,
    private readonly folder: string,
    private readonly outside: Outside,
  ) {
    this.scanner = new Scanner(outside.clamd);
  }

  async run(): Promise<ArchiveVerdict> {
    await this.readNames();
    await this.readChecksums();
    await this.readMetadata();
    await this.readProof();
    this.compareNames();
    await this.readRecords();
    for (const [name, entry] of this.entries) {
      if (this.isSafe(name, entry)) await this.lookInto(name, entry);
    }
    this.compareEvidence();
    this.compareCounts();
    this.compareProcess();
    await this.compareOutside();
    await this.compareBundle();
    if (!this.scanner.isThere) {
      this.skip(
        'malware',
        '没有指定病毒扫描服务（--clamd 或 DUBAN_CLAMD）',
        'no scanner was named (--clamd or DUBAN_CLAMD)',
      );
    }
    return this.verdict();
  }

  private async readNames(): Promise<void> {
    if (this.zip.entryCount > MOST_ENTRIES) throw new UnreadablePackage(`it has more than ${MOST_ENTRIES} files.`);
    try {
      for await (const entry of this.zip.eachEntry()) {
        const name = entry.fileNameRaw.toString('utf8');
        if (!isPlainPath(name)) this.fault('path_unsafe', name);
        if (this.entries.has(name)) this.fault('name_twice', name);
        else this.entries.set(name, entry);
      }
    } catch (error) {
      throw new UnreadablePackage(`its list of files cannot be read (${(error as Error).message}).`);
    }
    if (!Object.values(PLACES).some((name) => this.entries.has(name))) {
      throw new UnreadablePackage('it is a zip, and no archive package of duban.');
    }
  }

  private async readChecksums(): Promise<void> {
    const list = await this.textOf(PLACES.checksums);
    const lines = list?.split('\n') ?? [];
    const wrong =
      list === null
        ? 0
        : lines.findIndex((line, i) => !/^[0-9a-f]{64} {2}\S/.test(line) && (line !== '' || i < lines.length - 1));
    if (list === null || wrong >= 0) {
      this.fault('checksums_unreadable', PLACES.checksums, list === null ? PLACES.checksums : `line ${wrong + 1}`);
    }
    this.checksums = new Map(
      lines.flatMap((line) => {
        const [, sum, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
        return sum && name ? [[name, sum]] : [];
      }),
    );
  }

  private async readMetadata(): Promise<void> {
    const xml = await this.textOf(PLACES.metadata);
    if (xml === null) return;
    try {
      this.metadata = readMetadata(xml);
      this.isDescribed = true;
    } catch (error) {
      this.fault('unreadable', PLACES.metadata, String((error as Error).message.split('\n')[0]));
      return;
    }
    const { version, whole, pieces, twice } = this.metadata;
    if (version !== FORMAT) this.fault('metadata_missing', PLACES.metadata, `版本 ${FORMAT}`);
    for (const [key, name] of Object.entries(ELEMENTS) as [keyof typeof ELEMENTS, string][]) {
      if (whole[key] === undefined && MAY_BE_ABSENT.has(key)) continue;
      if (whole[key] === undefined || (whole[key] === '' && !MAY_BE_EMPTY.has(key))) {
        this.fault('metadata_missing', PLACES.metadata, name);
      }
    }
    for (const { path, title, kind, mediaType, author, date, size, sha256 } of pieces.values()) {
      if ([title, kind, mediaType, author, date, sha256].includes('') || size < 0) {
        this.fault('metadata_missing', path, `${path} 的著录项`);
      }
    }
    for (const path of twice) this.fault('metadata_missing', path, `${path} 的唯一著录`);
  }

  private async readProof(): Promise<void> {
    const pem = await this.textOf(PLACES.keys);
    let own: KeyObject[] = [];
    try {
      own = pem === null ? [] : publicKeysIn(pem);
    } catch (error) {
      this.fault('unreadable', PLACES.keys, (error as Error).message);
    }
    this.keys = this.outside.keys ?? own;
    const note = await this.textOf(PLACES.checkpoint);
    const parsed = note === null ? null : parseNote(note);
    const isSigned = parsed?.signatures.some((one) => this.keys.some((key) => isSignedBy(parsed, one, key)));
    if (parsed && isSigned) this.signed = parsed;
    else this.fault('checkpoint_wrong', PLACES.checkpoint, parsed ? '签名 signature' : '格式 format');

    const signature = await this.textOf(PLACES.signature);
    const list = await this.bytesOf(PLACES.checksums);
    if (signature === null) this.fault('signature_missing', PLACES.signature);
    else {
      const { planId = '', origin = '' } = this.metadata.whole;
      const text = signedText(
        planId,
        origin,
        createHash('sha256')
          .update(list ?? '')
          .digest('hex'),
      );
      if (!isNoteOf(signature, text, origin, this.keys)) this.fault('signature_wrong', PLACES.signature);
    }
  }

  private compareNames(): void {
    const expected = new Set([
      ...this.checksums.keys(),
      ...this.metadata.pieces.keys(),
      ...NO_PIECE,
      ...Object.values(PLACES),
    ]);
    for (const name of expected) if (!this.entries.has(name)) this.fault('file_missing', name);
    for (const name of this.entries.keys()) {
      const isListed = this.checksums.has(name) || UNLISTED.has(name);
      const isPiece = this.metadata.pieces.has(name) || NO_PIECE.has(name);
      if (!isListed && !isPiece) this.fault('file_added', name);
      else if (!isListed) this.fault('checksum_missing', name);
      else if (!isPiece && this.isDescribed) this.fault('metadata_missing', name, `${name} 的著录项`);
    }
  }

  /** Before the other files: what history says of evidence is what those are held against. */
  private async readRecords(): Promise<void> {
    const entry = this.entries.get(PLACES.history);
    if (!entry || !this.isSafe(PLACES.history, entry)) return;
    const path = join(this.folder, 'records');
    if ((await this.unpack(PLACES.history, entry, path)) === null) return;
    let last = -1;
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      this.records++;
      try {
        last = this.record(JSON.parse(line) as ProvedRecord, last);
      } catch {
        this.fault('record_changed', PLACES.history, String(this.records));
      }
    }
  }

  private record({ index, path, event }: ProvedRecord, last: number): number {
    if (!Number.isSafeInteger(index) || index <= last)
      this.fault('records_disordered', PLACES.history, String(this.records));
    const { planId } = this.metadata.whole;
    if (planId !== undefined && event['planId'] !== planId)
      this.fault('record_of_another', PLACES.history, String(this.records));
    if (this.signed) {
      const { hash, size, root } = this.signed.checkpoint;
      const leaf = leafHash(hash, Buffer.from(canonicalJson(event)));
      const way = path.map((one) => Buffer.from(one, 'base64'));
      if (!isIncluded(hash, { index, size, leaf, root }, way))
        this.fault('record_changed', PLACES.history, String(this.records));
    }
    this.indexes.add(index);
    const { type, entityId, after } = event as { type?: string; entityId?: string; after?: { sha256?: string } };
    this.types.add(String(type));
    if (type === 'evidence_file.bound') this.bound.set(String(entityId), String(after?.sha256));
    return index;
  }

  private async lookInto(name: string, entry: Entry): Promise<void> {
    const path = join(this.folder, 'file');
    const found = await this.unpack(name, entry, path);
    if (found === null) return;
    this.compareContent(name, found);
    await this.tellFormat(name, path, found.size);
    await this.scan(name, path);
    await rm(path, { force: true });
  }

  private compareContent(name: string, { size, sha256 }: Unpacked): void {
    const listed = this.checksums.get(name);
    if (listed !== undefined && listed !== sha256) {
      const [other] = [...this.checksums].find(([path, sum]) => path !== name && sum === sha256) ?? [];
      if (other === undefined) this.fault('file_changed', name);
      else this.fault('file_swapped', name, other);
    }
    const piece = this.metadata.pieces.get(name);
    if (!piece) return;
    if (piece.size !== size) this.fault('size_differs', name, `${piece.size} / ${size}`);
    // Where the list of checksums agrees with the content, it is the metadata that do not.
    if (piece.sha256 !== sha256 && (listed === sha256 || listed === undefined)) this.fault('digest_differs', name);
    this.compareWithHistory(piece, sha256);
  }

  private compareWithHistory({ path, kind, id }: Piece, sha256: string): void {
    if (!path.startsWith(EVIDENCE) && kind !== '佐证材料') return;
    const recorded = this.bound.get(id ?? '');
    if (recorded === undefined) this.fault('evidence_unknown', path);
    else if (recorded !== sha256) this.fault('evidence_altered', path);
  }

  private async tellFormat(name: string, path: string, size: number): Promise<void> {
    const isAdded = this.isDescribed && !this.metadata.pieces.has(name) && !NO_PIECE.has(name);
    if (size === 0 || !(isAdded || OF_FORMATS.some((folder) => name.startsWith(folder)))) return;
    const piece = this.metadata.pieces.get(name);
    let told: { mediaType: string };
    try {
      told = await tellKind(path, size, basename(name));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const code = error.code.replace('EVIDENCE.', '');
      if (code === 'EXECUTABLE' || code === 'ACTIVE_CONTENT') this.fault('program', name, error.message);
      else if (code === 'ZIP_BOMB') this.fault('bomb', name);
      else if (code === 'PROTECTED') this.fault('encrypted', name);
      else this.fault('format_unknown', name, error.message);
      return;
    }
    const said = piece?.mediaType.split(';')[0]?.trim();
    if (said !== undefined && said !== told.mediaType)
      this.fault('format_differs', name, `${said} / ${told.mediaType}`);
    if (!LASTING.has(told.mediaType)) this.fault('format_passing', name, told.mediaType);
  }

  private async scan(name: string, path: string): Promise<void> {
    if (!this.scanner.isThere) return;
    try {
      await this.scanner.scan(path);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code === 'EVIDENCE.INFECTED') this.fault('infected', name, String(error.details['signature']));
      else this.fault('scanner_silent', name);
    }
  }

  private compareEvidence(): void {
    if (!this.isDescribed) return;
    const there = new Set(
      [...this.metadata.pieces.values()].filter(({ path }) => this.entries.has(path)).map(({ id }) => id),
    );
    for (const id of this.bound.keys()) if (!there.has(id)) this.fault('evidence_missing', null, id);
  }

  private compareCounts(): void {
    const { whole } = this.metadata;
    if (whole.pieces === undefined) return;
    const names = [...this.entries.keys()].filter((name) => !NO_PIECE.has(name));
    const bytes = names.reduce((sum, name) => sum + this.entries.get(name)!.uncompressedSize, 0);
    const counted = { pieces: names.length, bytes, events: this.records };
    for (const [key, found] of Object.entries(counted) as ['pieces' | 'bytes' | 'events', number][]) {
      if (whole[key] !== String(found)) {
        this.fault('count_differs', null, `${ELEMENTS[key]} ${whole[key]} / ${found}`);
      }
    }
  }

  /** A plan is drafted or a register begun; it is issued where it was drafted; it ends by being closed. */
  private compareProcess(): void {
    if (this.records === 0) {
      this.fault('process_incomplete', PLACES.history, '办理');
      return;
    }
    const isDrafted = this.types.has('plan.drafted');
    if (!isDrafted && !this.types.has('plan.register_opened')) {
      this.fault('process_incomplete', PLACES.history, '起草（或设立台账）');
    }
    if (isDrafted && !this.types.has('plan.issued')) this.fault('process_incomplete', PLACES.history, '印发');
    if (!this.types.has('plan.closed')) this.fault('process_incomplete', PLACES.history, '办结');
  }

  private async compareOutside(): Promise<void> {
    const { checkpoint, keys } = this.outside;
    if (!checkpoint && !keys) {
      this.skip(
        'compared_outside',
        '没有与外部比对：请用 --checkpoint 和 --key 给出所持有的存证和公钥',
        'nothing from outside was compared: give the checkpoint and the keys that you hold by --checkpoint and --key',
      );
      return;
    }
    const own = this.signed?.checkpoint;
    const held = checkpoint?.checkpoint;
    if (!held || !own) return;
    const isOfSameTree = held.size === own.size && held.hash === own.hash;
    if (held.origin !== own.origin) this.fault('outside_differs', PLACES.checkpoint, `${held.origin} / ${own.origin}`);
    else if (isOfSameTree && !held.root.equals(own.root)) {
      this.fault('outside_differs', PLACES.checkpoint, `根不同 another root, ${own.size}`);
    } else if (!isOfSameTree && !this.outside.bundle) {
      this.skip(
        'compared_outside',
        `所持有的存证（第 ${held.number} 号）不是包内的（第 ${own.number} 号），请用 --history 给出留痕包以便比对`,
        `the checkpoint that you hold (${held.number}) is another than the package’s (${own.number}): give a bundle by --history to compare them`,
      );
    }
  }

  private async compareBundle(): Promise<void> {
    const { bundle, checkpoint, keys } = this.outside;
    if (!bundle) {
      this.skip(
        'records_of_bundle',
        '没有给出留痕包（--history），只能证明包内的记录属实，不能证明没有遗漏',
        'no bundle of history was given (--history): the records are proved, and not that none is left out',
      );
      return;
    }
    const planId = this.metadata.whole.planId ?? '';
    const size = this.signed?.checkpoint.size ?? 0;
    const missing = new Set(this.indexes);
    const left: number[] = [];
    const mark = Buffer.from(`"planId":${JSON.stringify(planId)}`);
    const watched = async function* (lines: AsyncIterable<readonly Buffer[]>): AsyncGenerator<readonly Buffer[]> {
      for await (const some of lines) {
        for (const line of some) {
          if (!line.includes(mark)) continue;
          const { index, event } = JSON.parse(line.toString()) as { index: number; event: { planId?: string } | null };
          if (event?.planId === planId && index < size && !missing.delete(index)) left.push(index);
        }
        yield some;
      }
    };
    try {
      const held = [this.signed, checkpoint].flatMap((one) => one ?? []);
      const verdict = await verifyBundle(watched(linesOf(bundle())), { held, ...(keys ? { keys } : {}) });
      if ('fault' in verdict) this.fault('bundle_differs', null, `${verdict.fault.message} (${verdict.fault.code})`);
    } catch (error) {
      if (!(error instanceof UnreadableBundle)) throw error;
      this.fault('bundle_differs', null, error.message);
      return;
    }
    if (left.length > 0)
      this.fault('bundle_differs', PLACES.history, `缺 missing ${left.slice(0, 5).join(', ')} (${left.length})`);
    if (missing.size > 0) {
      this.fault('bundle_differs', PLACES.history, `多 added ${[...missing].slice(0, 5).join(', ')} (${missing.size})`);
    }
  }

  /** What of a file cannot be unpacked, or should not be. */
  private isSafe(name: string, entry: Entry): boolean {
    const code = unsafe(entry);
    if (code !== null) this.fault(code, name);
    return code === null && isPlainPath(name);
  }

  /** @returns null, and a fault, where it cannot be read */
  private async unpack(name: string, entry: Entry, path: string): Promise<Unpacked | null> {
    const counting = new Measured();
    try {
      await pipeline(await this.zip.openReadStreamPromise(entry), counting, createWriteStream(path));
      return { size: counting.size, sha256: counting.digest() };
    } catch (error) {
      this.fault('unreadable', name, (error as Error).message);
      return null;
    }
  }

  private async bytesOf(name: string): Promise<Buffer | null> {
    const entry = this.entries.get(name);
    if (!entry || entry.uncompressedSize > MOST_LIST_BYTES || (entry.generalPurposeBitFlag & ENCRYPTED) !== 0)
      return null;
    // What is wrong with it is told when the file itself is looked into.
    return buffer(await this.zip.openReadStreamPromise(entry)).catch(() => null);
  }

  private async textOf(name: string): Promise<string | null> {
    const bytes = await this.bytesOf(name).catch(() => null);
    if (bytes === null) return null;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      this.fault('unreadable', name, 'UTF-8');
      return null;
    }
  }

  private fault(code: FaultCode, file: string | null, detail = ''): void {
    const told = (this.told.get(code) ?? 0) + 1;
    this.told.set(code, told);
    if (told > MOST_TOLD) return;
    const { criterion, zh, en } = FAULTS[code];
    const fill = (words: string): string => words.replace('{file}', () => file ?? '').replace('{detail}', () => detail);
    const list = this.faults.get(criterion) ?? [];
    const found = { code, file, zh: fill(zh), en: fill(en) };
    if (!list.some((one) => one.zh === found.zh)) list.push(found);
    this.faults.set(criterion, list);
  }

  private skip(criterion: Criterion, zh: string, en: string): void {
    this.skipped.set(criterion, { zh, en });
  }

  private verdict(): ArchiveVerdict {
    const criteria = (Object.keys(CRITERIA) as Criterion[]).map((criterion): CriterionResult => {
      const faults = this.faults.get(criterion) ?? [];
      const why = this.skipped.get(criterion) ?? null;
      const outcome = faults.some(({ code }) => !DOUBTS.has(code))
        ? 'fails'
        : faults.length > 0
          ? 'doubtful'
          : why
            ? 'not_looked_at'
            : 'holds';
      return { criterion, outcome, faults, why: outcome === 'not_looked_at' ? why : null };
    });
    const checks = (Object.keys(CHECKS) as Check[]).map((check) => {
      const own = criteria.filter(({ criterion }) => CRITERIA[criterion].check === check);
      const has = (outcome: CriterionResult['outcome']): boolean => own.some((one) => one.outcome === outcome);
      return {
        check,
        outcome: has('fails') ? 'fails' : has('doubtful') ? 'doubtful' : 'holds',
        criteria: own,
      } as const;
    });
    const { planId = null, title = null } = this.metadata.whole;
    return { planId, title, checks, isSound: checks.every(({ outcome }) => outcome !== 'fails') };
  }
}

interface ProvedRecord {
  index: number;
  path: string[];
  event: Record<string, unknown>;
}

interface Unpacked {
  size: number;
  sha256: string;
}

function unsafe({
  generalPurposeBitFlag,
  compressionMethod,
  externalFileAttributes,
  uncompressedSize,
  compressedSize,
}: Entry): FaultCode | null {
  if ((generalPurposeBitFlag & ENCRYPTED) !== 0) return 'encrypted';
  if (!METHODS.has(compressionMethod)) return 'packed_differently';
  if (((externalFileAttributes >>> 16) & FILE_TYPE) === LINK) return 'link';
  return uncompressedSize > LARGE_BYTES && uncompressedSize > MOST_RATIO * compressedSize ? 'bomb' : null;
}

/** Below the package, in letters that every system has. */
const isPlainPath = (name: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(name) && name.length <= 240;
