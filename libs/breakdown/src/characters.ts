/**
 * A set of characters, asked by their place in a text. To take a character out of a text makes a new string, and a loop
 * over a long text would make millions of them.
 */
export class CharacterSet {
  private readonly codes = new Uint8Array(0x10000);

  /** @param characters each a UTF-16 code unit */
  constructor(characters: Iterable<string>) {
    for (const character of characters) this.codes[character.charCodeAt(0)] = 1;
  }

  /** Whether the character at `at` is one of the set; none stands outside of the text. */
  hasAt(text: string, at: number): boolean {
    return at >= 0 && at < text.length && this.codes[text.charCodeAt(at)] === 1;
  }

  /** The first place from `from` on, and before `end`, where one of the set stands, or -1. */
  next(text: string, from: number, end = text.length): number {
    for (let at = from; at < end; at++) if (this.codes[text.charCodeAt(at)] === 1) return at;
    return -1;
  }
}

/** Words by the character that they end with, in the order given. */
export class Endings {
  private readonly byLast = new Map<number, string[]>();

  constructor(words: readonly string[]) {
    for (const word of words) {
      const last = word.charCodeAt(word.length - 1);
      const same = this.byLast.get(last);
      if (same) same.push(word);
      else this.byLast.set(last, [word]);
    }
  }

  /** The first of them that the text ends with, up to `end`, and that passes, or undefined. */
  find(text: string, end: number = text.length, passes?: (word: string) => boolean): string | undefined {
    const same = end > 0 ? this.byLast.get(text.charCodeAt(end - 1)) : undefined;
    return same?.find((word) => text.endsWith(word, end) && (passes === undefined || passes(word)));
  }
}

/** Words by the character that they begin with, in the order given. */
export class Beginnings {
  private readonly starts: CharacterSet;
  private readonly byFirst = new Map<number, string[]>();

  constructor(words: readonly string[]) {
    this.starts = new CharacterSet(words);
    for (const word of words) {
      const first = word.charCodeAt(0);
      this.byFirst.set(first, [...(this.byFirst.get(first) ?? []), word]);
    }
  }

  /** The first of them that stands at `at` and ends at `end` at the latest, or undefined. */
  find(text: string, at = 0, end = text.length): string | undefined {
    if (!this.starts.hasAt(text, at)) return undefined;
    return this.byFirst.get(text.charCodeAt(at))?.find((word) => at + word.length <= end && text.startsWith(word, at));
  }

  /** The last place in a text at which one of them stands, or -1. */
  lastIn(text: string): number {
    for (let at = text.length - 1; at >= 0; at--) if (this.find(text, at) !== undefined) return at;
    return -1;
  }
}
