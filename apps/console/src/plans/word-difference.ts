interface Stretch {
  kind: 'same' | 'gone' | 'new';
  text: string;
}
/** Beyond this the table would be large, and a reader takes both as wholes anyway. */
const MOST = 1500;

const piecesOf = (text: string): readonly string[] => text.match(/[0-9A-Za-z.%]+|[\s\S]/g) ?? [];

/** What of one text the other keeps, drops and adds, by characters and whole numbers (longest common subsequence). */
export function wordDifference(before: string, after: string): Stretch[] {
  const one = piecesOf(before);
  const other = piecesOf(after);
  if (one.length > MOST || other.length > MOST) {
    return [
      { kind: 'gone' as const, text: before },
      { kind: 'new' as const, text: after },
    ].filter(({ text }) => text !== '');
  }
  const width = other.length + 1;
  const lengths = new Uint16Array((one.length + 1) * width);
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        one[i] === other[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const stretches: Stretch[] = [];
  const add = (kind: Stretch['kind'], text: string): void => {
    const last = stretches.at(-1);
    if (last?.kind === kind) last.text += text;
    else stretches.push({ kind, text });
  };
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      add('same', one[i]!);
      i++;
      j++;
    } else if (i < one.length && (j === other.length || lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)) {
      add('gone', one[i++]!);
    } else add('new', other[j++]!);
  }
  return stretches;
}
