/** Where things lie in an archive package (归档信息包). Names are plain, so that every system unpacks them alike. */
export const PLACES = {
  readme: 'readme.txt',
  plan: 'documents/plan.txt',
  notices: 'documents/notices.jsonl',
  tasks: 'records/tasks.csv',
  handling: 'records/handling.csv',
  history: 'records/history.jsonl',
  checkpoint: 'proof/checkpoint.txt',
  keys: 'proof/keys.pem',
  metadata: 'metadata.xml',
  checksums: 'checksums.sha256',
  signature: 'signature.txt',
} as const;

export const REVISIONS = 'documents/revisions/';
export const NOTICES = 'documents/notices/';
export const EVIDENCE = 'evidence/';

/** What no checksum is listed of: the list itself, and what signs it. */
export const UNLISTED: ReadonlySet<string> = new Set([PLACES.checksums, PLACES.signature]);
/** What is no piece (件) of the archive, but says of the pieces what they are. */
export const NO_PIECE: ReadonlySet<string> = new Set([...UNLISTED, PLACES.metadata]);

/** Kinds of pieces, by what they are in an archive of documents. */
export type PieceKind = '说明文件' | '文件材料' | '佐证材料' | '办理记录' | '存证';

/** One piece (件) as the metadata say it. */
export interface Piece {
  path: string;
  title: string;
  kind: PieceKind;
  mediaType: string;
  size: number;
  /** SHA-256 in hexadecimal. */
  sha256: string;
  /** The unit (责任者) whose it is; the jurisdiction's where it is none's. */
  author: string;
  date: string;
  /** The evidence file's id in history. */
  id: string | null;
}

export const FORMAT = '1';

/** The archive as a whole (案卷) as the metadata say it. */
export interface ArchiveDescription {
  jurisdiction: string;
  system: string;
  /** Of history: `duban.history/<uuid>`. */
  origin: string;
  planId: string;
  title: string;
  documentNumber: string;
  year: string;
  issuedOn: string;
  closedAt: string;
  madeAt: string;
  author: string;
  retention: string;
  pieces: number;
  bytes: number;
  events: number;
  checkpoint: number;
  /** Whether its notices (督办单) are there as PDF, too, or why not; in words. */
  noticesAsPdf: string;
}

/** Elements of the metadata, named as DA/T 46 and DA/T 48 name what they say; all of them have to be there. */
export const ELEMENTS: Readonly<Record<keyof ArchiveDescription, string>> = {
  jurisdiction: '立档单位名称',
  system: '形成系统',
  origin: '存证来源',
  planId: '标识',
  title: '题名',
  documentNumber: '文件编号',
  year: '年度',
  issuedOn: '印发日期',
  closedAt: '办结日期',
  madeAt: '归档日期',
  author: '责任者',
  retention: '保管期限',
  pieces: '件数',
  bytes: '字节数',
  events: '办理记录数',
  checkpoint: '存证编号',
  noticesAsPdf: '督办单版式文件',
};
/** What packages of before did not say. */
export const MAY_BE_ABSENT: ReadonlySet<keyof ArchiveDescription> = new Set(['noticesAsPdf']);
/** What a plan need not have. */
export const MAY_BE_EMPTY: ReadonlySet<keyof ArchiveDescription> = new Set(['documentNumber', 'year', 'issuedOn']);

/** What is signed: which plan's archive it is, and the checksum of the list of checksums. */
export const signedText = (planId: string, origin: string, checksums: string): string =>
  `duban.archive/${FORMAT}\nhistory ${origin}\nplan ${planId}\nchecksums sha256 ${checksums}\n`;
