import type { SourceDocument } from '@duban/breakdown';

export interface DocumentFile {
  /** Shown to people; it says nothing about what the file is. */
  name: string;
  bytes: Uint8Array;
}

/** A file with what is needed to tell what it is. */
export interface KnownFile extends DocumentFile {
  /** The first bytes as characters, one each. */
  beginning: string;
  /** The names of the entries where the file is a zip, else none. */
  entries: ReadonlySet<string>;
  /** What an OpenDocument zip says that it is, else empty. */
  type: string;
  /** The names of the streams where the file is an OLE container (.doc, .xls, .wps, protected files), else none. */
  streams: ReadonlySet<string>;
  /** Whether it says that it is encrypted; old sheets say so only to those who read them. */
  isProtected: boolean;
}

/** How far the reading is: `done` of `total` pages, sheets or other steps. */
export type Progress = (done: number, total: number) => void;

/** One kind of file. Whether a file is of that kind is seen from its content. */
export interface DocumentFormat {
  name: string;
  recognises(file: KnownFile): boolean;
  /** Makes a file of another kind of it first, by a program beside ours. */
  prepare?(file: KnownFile, signal?: AbortSignal): Promise<Uint8Array>;
  /** @throws DomainError DOCUMENT.* or BREAKDOWN.* */
  read(file: KnownFile, progress: Progress): SourceDocument | Promise<SourceDocument>;
}
