import { zipSync } from 'fflate';
import { unzip } from './zip';

const SHEET = /^xl\/worksheets\/[^/]+\.xml$/i;
/** A row that has a number of its own, and cells of formats alone. */
const BLANK_ROW =
  /<((?:\w+:)?)row\s[^>]*?\br="\d+"[^>]*(?:\/>|>\s*(?:<\1c\b[^>]*(?:\/>|>\s*<\/\1c>)\s*)*<\/\1row>)\s*/g;
/** So many bytes are looked through at once. */
const STRETCH = 1024 * 1024;
/** Fewer than this the reader of sheets may read itself. */
const FEWEST_BLANK = 10_000;

/**
 * An .xlsx file without the rows that hold formats alone, of which a sheet may have a million; other rows keep their
 * numbers. A file that has few of them comes back as it is. What is unpacked is counted.
 * @throws DomainError DOCUMENT.BROKEN, DOCUMENT.ZIP_BOMB
 */
export function withoutBlankRows(bytes: Uint8Array): Uint8Array {
  let dropped = 0;
  const parts = unzip(bytes, () => true, {
    through: (name) => {
      if (!SHEET.test(name)) return undefined;
      const sheet = new SheetFilter(() => dropped++);
      return (piece, isLast) => sheet.push(piece, isLast);
    },
  });
  if (dropped < FEWEST_BLANK) return bytes;
  return zipSync(Object.fromEntries(parts), { level: 0 });
}

/** Takes the blank rows out of a sheet that comes in pieces. Names of elements are ASCII, so bytes serve as characters. */
class SheetFilter {
  private waiting: Uint8Array[] = [];
  private size = 0;

  constructor(private readonly onBlank: () => void) {}

  push(piece: Uint8Array, isLast: boolean): Uint8Array {
    this.waiting.push(piece);
    this.size += piece.length;
    if (this.size < STRETCH && !isLast) return new Uint8Array();
    const text = Buffer.concat(this.waiting).toString('latin1');
    const end = isLast ? text.length : lastRowIn(text);
    const rest = Buffer.from(text.slice(end), 'latin1');
    this.waiting = [rest];
    this.size = rest.length;
    return Buffer.from(this.filtered(text.slice(0, end)), 'latin1');
  }

  private filtered(text: string): string {
    return text.replace(BLANK_ROW, () => {
      this.onBlank();
      return '';
    });
  }
}

/** Where the last row begins, which may not be whole and waits for what comes; one longer than a stretch does not. */
function lastRowIn(text: string): number {
  const at = Math.max(text.lastIndexOf('<row '), text.lastIndexOf('<', text.lastIndexOf(':row ')));
  return at > 0 ? at : text.length;
}
