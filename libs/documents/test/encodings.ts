let codes: Map<string, readonly number[]> | null = null;

/** The code of each character that has two bytes in GB18030, which no encoder of the platform writes. */
function codesOf(): Map<string, readonly number[]> {
  const found = new Map<string, readonly number[]>();
  const decoder = new TextDecoder('gb18030');
  for (let lead = 0x81; lead <= 0xfe; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if ([...character].length === 1 && character !== '\ufffd') found.set(character, [lead, trail]);
    }
  return found;
}

/** @throws Error at a character that GB18030 writes in four bytes */
export function gb18030(text: string): Uint8Array {
  codes ??= codesOf();
  const bytes: number[] = [];
  for (const character of text) {
    const code = character < '\u0080' ? [character.charCodeAt(0)] : codes.get(character);
    if (!code) throw new Error(`no two bytes for ${character}`);
    bytes.push(...code);
  }
  return Uint8Array.from(bytes);
}

export const utf8 = (text: string): Uint8Array => Buffer.from(text);
export const utf8Marked = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`);
export const utf16 = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le');
export const utf16Big = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
