/** A kind of file that is taken as evidence. */
export interface Kind {
  /** What people call it. */
  name: string;
  /** What names of such files end in, the usual first. */
  endings: readonly string[];
  mediaType: string;
}

const kind = (name: string, mediaType: string, ...endings: string[]): Kind => ({ name, mediaType, endings });
const OPEN_XML = 'application/vnd.openxmlformats-officedocument';
const OPEN_DOCUMENT = 'application/vnd.oasis.opendocument';

/**
 * What units hand in: documents, pictures, recordings. No archives: what is in one could neither be told nor scanned with
 * certainty, and whoever verifies a report should see each piece by itself.
 */
export const KINDS = {
  pdf: kind('PDF', 'application/pdf', 'pdf'),
  ofd: kind('OFD', 'application/ofd', 'ofd'),
  doc: kind('Word or WPS document', 'application/msword', 'doc', 'wps', 'dot', 'wpt'),
  xls: kind('Excel or WPS sheet', 'application/vnd.ms-excel', 'xls', 'et', 'xlt', 'ett'),
  ppt: kind('PowerPoint or WPS slides', 'application/vnd.ms-powerpoint', 'ppt', 'dps', 'pps', 'pot', 'dpt'),
  docx: kind('Word document', `${OPEN_XML}.wordprocessingml.document`, 'docx', 'wps'),
  xlsx: kind('Excel sheet', `${OPEN_XML}.spreadsheetml.sheet`, 'xlsx', 'et'),
  pptx: kind('PowerPoint slides', `${OPEN_XML}.presentationml.presentation`, 'pptx', 'dps'),
  odt: kind('OpenDocument text', `${OPEN_DOCUMENT}.text`, 'odt'),
  ods: kind('OpenDocument sheet', `${OPEN_DOCUMENT}.spreadsheet`, 'ods'),
  odp: kind('OpenDocument slides', `${OPEN_DOCUMENT}.presentation`, 'odp'),
  rtf: kind('rich text', 'application/rtf', 'rtf', 'doc', 'wps'),
  txt: kind('text', 'text/plain', 'txt', 'csv', 'log', 'md'),
  jpg: kind('JPEG picture', 'image/jpeg', 'jpg', 'jpeg', 'jfif'),
  png: kind('PNG picture', 'image/png', 'png'),
  gif: kind('GIF picture', 'image/gif', 'gif'),
  webp: kind('WebP picture', 'image/webp', 'webp'),
  tif: kind('TIFF picture', 'image/tiff', 'tif', 'tiff'),
  bmp: kind('BMP picture', 'image/bmp', 'bmp', 'dib'),
  heic: kind('HEIC picture', 'image/heic', 'heic', 'heif'),
  mp4: kind('MP4 film', 'video/mp4', 'mp4', 'm4v'),
  mov: kind('QuickTime film', 'video/quicktime', 'mov'),
  mp3: kind('MP3 recording', 'audio/mpeg', 'mp3'),
  m4a: kind('MPEG-4 recording', 'audio/mp4', 'm4a'),
  wav: kind('WAV recording', 'audio/wav', 'wav'),
} as const satisfies Record<string, Kind>;
export type KindId = keyof typeof KINDS;

export const isKind = (id: string): id is KindId => Object.hasOwn(KINDS, id);

/** What of a file's kind a program runs, by the name that `file-type` gives it. */
export const PROGRAMS: ReadonlySet<string> = new Set(
  'exe elf macho class jar apk dex lnk wasm swf crx xpi deb rpm msi cab dmg pyc script'.split(' '),
);
/** Names of files that a double click runs, or that hold scripts, whatever is in them. */
export const PROGRAM_ENDINGS: ReadonlySet<string> = new Set(
  (
    'exe com scr pif bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh hta msi msp msc cpl dll sys jar apk app sh bash csh run ' +
    'bin elf so py pyw rb pl php phar lnk url reg inf scf gadget application chm iqy settingcontent-ms'
  ).split(' '),
);
/** What a program that shows it may act upon: scripts of pages, macros. */
export const ACTIVE: ReadonlySet<string> = new Set(
  'html svg mht docm dotm xlsm xltm xlam pptm potm ppsm ppam'.split(' '),
);
