import type { ScanState } from './scanner';

/**
 * A file that was handed in as evidence (佐证材料). It belongs to a unit, and from the report on that refers to it to that
 * report, for good: what is disposed of (销毁) when its time is over are the bytes. Its state is what the scanner said when
 * it came, and does not change.
 */
export interface EvidenceFile {
  id: string;
  unitId: string;
  personId: string;
  name: string;
  mediaType: string;
  /** In bytes. */
  size: number;
  /** In hexadecimal. */
  sha256: string;
  state: ScanState;
  /** Null until a report refers to it. */
  reportId: string | null;
  uploadedAt: Date;
  /** When it was disposed of (销毁); its bytes leave the store after that. */
  disposedAt: Date | null;
}

/** What a report keeps of a file that it refers to. */
export interface CitedFile {
  fileId: string;
  fileName: string;
  mediaType: string;
  size: number;
  sha256: string;
}

const columns = (
  disposedAt: string,
): string => `f.id, f.unit_id as "unitId", f.person_id as "personId", f.name, f.media_type as "mediaType",
  f.size, f.sha256, f.state, f.report_id as "reportId", f.uploaded_at as "uploadedAt",
  ${disposedAt} as "disposedAt"`;
/** Of a row `f`. */
export const COLUMNS = columns('f.disposed_at');
/** The same for whoever reads it: what is decided to go is gone, also before its row says so. */
export const READ_COLUMNS = columns('coalesce(f.disposed_at, disposal_begun(f.id))');

export const citedFile = ({ id, name, mediaType, size, sha256 }: EvidenceFile): CitedFile => ({
  fileId: id,
  fileName: name,
  mediaType,
  size,
  sha256,
});

/** What history keeps of a file that no report refers to: not its name, since nobody can say yet whose sight it is for. */
export const unusedSnapshot = (file: EvidenceFile): Record<string, unknown> =>
  Object.fromEntries(Object.entries(file).filter(([column]) => column !== 'name'));
