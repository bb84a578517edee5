import { createHash, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Scanner, tellKind } from '@duban/evidence';
import {
  canonicalJson,
  isIncluded,
  isNoteOf,
  isSignedBy,
  leafHash,
  parseNote,
  publicKeysIn,
  type SignedCheckpoint,
} from '@duban/history';
import { DomainError } from '@duban/kernel';
import type { Entry, ZipFile } from 'yauzl';
import { LASTING } from './archive-criteria';
import { type ArchiveVerdict, Findings } from './findings';
import { readMetadata, type ReadMetadata } from './metadata';
import { OpenedPackage, type Unpacked, UnreadablePackage } from './opened-package';
import { compareBundle, compareOutside, type Outside } from './outside';
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

/** Folders whose files are in formats that have to be looked into. */
const OF_FORMATS = [EVIDENCE, REVISIONS, NOTICES];

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
  private readonly findings = new Findings();
  private readonly content: OpenedPackage;
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
    zip: ZipFile,
    private readonly folder: string,
    private readonly outside: Outside,
  ) {
    this.scanner = new Scanner(outside.clamd);
    this.content = new OpenedPackage(zip, this.findings);
  }

  async run(): Promise<ArchiveVerdict> {
    await this.content.readNames();
    await this.readChecksums();
    await this.readMetadata();
    await this.readProof();
    this.compareNames();
    await this.readRecords();
    for (const [name, entry] of this.content.entries) {
      if (this.content.isSafe(name, entry)) await this.lookInto(name, entry);
    }
    this.compareEvidence();
    this.compareCounts();
    this.compareProcess();
    compareOutside(this.findings, this.outside, this.signed);
    const { signed, indexes } = this;
    await compareBundle(this.findings, this.outside, {
      planId: this.metadata.whole.planId ?? '',
      signed,
      indexes,
    });
    if (!this.scanner.isThere) {
      this.findings.skip(
        'malware',
        '没有指定病毒扫描服务（--clamd 或 DUBAN_CLAMD）',
        'no scanner was named (--clamd or DUBAN_CLAMD)',
      );
    }
    return this.findings.verdict(this.metadata.whole);
  }

  private async readChecksums(): Promise<void> {
    const list = await this.content.textOf(PLACES.checksums);
    const lines = list?.split('\n') ?? [];
    const wrong =
      list === null
        ? 0
        : lines.findIndex((line, i) => !/^[0-9a-f]{64} {2}\S/.test(line) && (line !== '' || i < lines.length - 1));
    if (list === null || wrong >= 0) {
      this.findings.fault(
        'checksums_unreadable',
        PLACES.checksums,
        list === null ? PLACES.checksums : `line ${wrong + 1}`,
      );
    }
    this.checksums = new Map(
      lines.flatMap((line) => {
        const [, sum, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
        return sum && name ? [[name, sum]] : [];
      }),
    );
  }

  private async readMetadata(): Promise<void> {
    const xml = await this.content.textOf(PLACES.metadata);
    if (xml === null) return;
    try {
      this.metadata = readMetadata(xml);
      this.isDescribed = true;
    } catch (error) {
      this.findings.fault('unreadable', PLACES.metadata, String((error as Error).message.split('\n')[0]));
      return;
    }
    const { version, whole, pieces, twice } = this.metadata;
    if (version !== FORMAT) this.findings.fault('metadata_missing', PLACES.metadata, `版本 ${FORMAT}`);
    for (const [key, name] of Object.entries(ELEMENTS) as [keyof typeof ELEMENTS, string][]) {
      if (whole[key] === undefined && MAY_BE_ABSENT.has(key)) continue;
      if (whole[key] === undefined || (whole[key] === '' && !MAY_BE_EMPTY.has(key))) {
        this.findings.fault('metadata_missing', PLACES.metadata, name);
      }
    }
    for (const { path, title, kind, mediaType, author, date, size, sha256 } of pieces.values()) {
      if ([title, kind, mediaType, author, date, sha256].includes('') || size < 0) {
        this.findings.fault('metadata_missing', path, `${path} 的著录项`);
      }
    }
    for (const path of twice) this.findings.fault('metadata_missing', path, `${path} 的唯一著录`);
  }

  private async readProof(): Promise<void> {
    const pem = await this.content.textOf(PLACES.keys);
    let own: KeyObject[] = [];
    try {
      own = pem === null ? [] : publicKeysIn(pem);
    } catch (error) {
      this.findings.fault('unreadable', PLACES.keys, (error as Error).message);
    }
    this.keys = this.outside.keys ?? own;
    const note = await this.content.textOf(PLACES.checkpoint);
    const parsed = note === null ? null : parseNote(note);
    const isSigned = parsed?.signatures.some((one) => this.keys.some((key) => isSignedBy(parsed, one, key)));
    if (parsed && isSigned) this.signed = parsed;
    else this.findings.fault('checkpoint_wrong', PLACES.checkpoint, parsed ? '签名 signature' : '格式 format');

    const signature = await this.content.textOf(PLACES.signature);
    const list = await this.content.bytesOf(PLACES.checksums);
    if (signature === null) this.findings.fault('signature_missing', PLACES.signature);
    else {
      const { planId = '', origin = '' } = this.metadata.whole;
      const text = signedText(
        planId,
        origin,
        createHash('sha256')
          .update(list ?? '')
          .digest('hex'),
      );
      if (!isNoteOf(signature, text, origin, this.keys)) this.findings.fault('signature_wrong', PLACES.signature);
    }
  }

  private compareNames(): void {
    const expected = new Set([
      ...this.checksums.keys(),
      ...this.metadata.pieces.keys(),
      ...NO_PIECE,
      ...Object.values(PLACES),
    ]);
    for (const name of expected) if (!this.content.entries.has(name)) this.findings.fault('file_missing', name);
    for (const name of this.content.entries.keys()) {
      const isListed = this.checksums.has(name) || UNLISTED.has(name);
      const isPiece = this.metadata.pieces.has(name) || NO_PIECE.has(name);
      if (!isListed && !isPiece) this.findings.fault('file_added', name);
      else if (!isListed) this.findings.fault('checksum_missing', name);
      else if (!isPiece && this.isDescribed) this.findings.fault('metadata_missing', name, `${name} 的著录项`);
    }
  }

  /** Before the other files: what history says of evidence is what those are held against. */
  private async readRecords(): Promise<void> {
    const entry = this.content.entries.get(PLACES.history);
    if (!entry || !this.content.isSafe(PLACES.history, entry)) return;
    const path = join(this.folder, 'records');
    if ((await this.content.unpack(PLACES.history, entry, path)) === null) return;
    let last = -1;
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      this.records++;
      try {
        last = this.record(JSON.parse(line) as ProvedRecord, last);
      } catch {
        this.findings.fault('record_changed', PLACES.history, String(this.records));
      }
    }
  }

  private record({ index, path, event }: ProvedRecord, last: number): number {
    if (!Number.isSafeInteger(index) || index <= last)
      this.findings.fault('records_disordered', PLACES.history, String(this.records));
    const { planId } = this.metadata.whole;
    if (planId !== undefined && event['planId'] !== planId)
      this.findings.fault('record_of_another', PLACES.history, String(this.records));
    if (this.signed) {
      const { hash, size, root } = this.signed.checkpoint;
      const leaf = leafHash(hash, Buffer.from(canonicalJson(event)));
      const way = path.map((one) => Buffer.from(one, 'base64'));
      if (!isIncluded(hash, { index, size, leaf, root }, way))
        this.findings.fault('record_changed', PLACES.history, String(this.records));
    }
    this.indexes.add(index);
    const { type, entityId, after } = event as { type?: string; entityId?: string; after?: { sha256?: string } };
    this.types.add(String(type));
    if (type === 'evidence_file.bound') this.bound.set(String(entityId), String(after?.sha256));
    return index;
  }

  private async lookInto(name: string, entry: Entry): Promise<void> {
    const path = join(this.folder, 'file');
    const found = await this.content.unpack(name, entry, path);
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
      if (other === undefined) this.findings.fault('file_changed', name);
      else this.findings.fault('file_swapped', name, other);
    }
    const piece = this.metadata.pieces.get(name);
    if (!piece) return;
    if (piece.size !== size) this.findings.fault('size_differs', name, `${piece.size} / ${size}`);
    // Where the list of checksums agrees with the content, it is the metadata that do not.
    if (piece.sha256 !== sha256 && (listed === sha256 || listed === undefined))
      this.findings.fault('digest_differs', name);
    this.compareWithHistory(piece, sha256);
  }

  private compareWithHistory({ path, kind, id }: Piece, sha256: string): void {
    if (!path.startsWith(EVIDENCE) && kind !== '佐证材料') return;
    const recorded = this.bound.get(id ?? '');
    if (recorded === undefined) this.findings.fault('evidence_unknown', path);
    else if (recorded !== sha256) this.findings.fault('evidence_altered', path);
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
      if (code === 'EXECUTABLE' || code === 'ACTIVE_CONTENT') this.findings.fault('program', name, error.message);
      else if (code === 'ZIP_BOMB') this.findings.fault('bomb', name);
      else if (code === 'PROTECTED') this.findings.fault('encrypted', name);
      else this.findings.fault('format_unknown', name, error.message);
      return;
    }
    const said = piece?.mediaType.split(';')[0]?.trim();
    if (said !== undefined && said !== told.mediaType)
      this.findings.fault('format_differs', name, `${said} / ${told.mediaType}`);
    if (!LASTING.has(told.mediaType)) this.findings.fault('format_passing', name, told.mediaType);
  }

  private async scan(name: string, path: string): Promise<void> {
    if (!this.scanner.isThere) return;
    try {
      await this.scanner.scan(path);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code === 'EVIDENCE.INFECTED') this.findings.fault('infected', name, String(error.details['signature']));
      else this.findings.fault('scanner_silent', name);
    }
  }

  private compareEvidence(): void {
    if (!this.isDescribed) return;
    const there = new Set(
      [...this.metadata.pieces.values()].filter(({ path }) => this.content.entries.has(path)).map(({ id }) => id),
    );
    for (const id of this.bound.keys()) if (!there.has(id)) this.findings.fault('evidence_missing', null, id);
  }

  private compareCounts(): void {
    const { whole } = this.metadata;
    if (whole.pieces === undefined) return;
    const names = [...this.content.entries.keys()].filter((name) => !NO_PIECE.has(name));
    const bytes = names.reduce((sum, name) => sum + this.content.entries.get(name)!.uncompressedSize, 0);
    const counted = { pieces: names.length, bytes, events: this.records };
    for (const [key, found] of Object.entries(counted) as ['pieces' | 'bytes' | 'events', number][]) {
      if (whole[key] !== String(found)) {
        this.findings.fault('count_differs', null, `${ELEMENTS[key]} ${whole[key]} / ${found}`);
      }
    }
  }

  /** A plan is drafted or a register begun; it is issued where it was drafted; it ends by being closed. */
  private compareProcess(): void {
    if (this.records === 0) {
      this.findings.fault('process_incomplete', PLACES.history, '办理');
      return;
    }
    const isDrafted = this.types.has('plan.drafted');
    if (!isDrafted && !this.types.has('plan.register_opened')) {
      this.findings.fault('process_incomplete', PLACES.history, '起草（或设立台账）');
    }
    if (isDrafted && !this.types.has('plan.issued')) this.findings.fault('process_incomplete', PLACES.history, '印发');
    if (!this.types.has('plan.closed')) this.findings.fault('process_incomplete', PLACES.history, '办结');
  }
}

interface ProvedRecord {
  index: number;
  path: string[];
  event: Record<string, unknown>;
}
