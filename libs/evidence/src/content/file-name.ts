/** More is of no use to anybody, and some file systems take 255 bytes. */
const MOST_CHARACTERS = 120;
/** What has a letter in it: the `5亿元` of a title is no ending. */
const ENDING = /\.((?=[0-9]*[a-z])[a-z0-9]{1,8})$/i;

export interface FileName {
  /** As it is kept and shown. */
  whole: string;
  /** In small letters, without the point; empty where there is none. */
  ending: string;
}

/**
 * The name of a file without what could mislead a person or a program: folders, characters that nobody sees or that turn
 * the direction of writing (`\u202e`), and those that file systems keep for themselves. What is left of it stays, in
 * whatever script.
 */
export function cleanName(given: string): FileName {
  const last = given.split(/[/\\]/).at(-1)!;
  const visible = last
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Surrogate}\p{Zl}\p{Zp}]/gu, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[<>:"|?*]/g, '_')
    .replaceAll(/^[ .]+|[ .]+$/g, '');
  const ending = ENDING.exec(visible)?.[1] ?? '';
  const stem = ending === '' ? visible : visible.slice(0, -ending.length - 1).trimEnd();
  const shortened = [...stem].slice(0, MOST_CHARACTERS).join('') || '佐证材料';
  return { whole: ending === '' ? shortened : `${shortened}.${ending}`, ending: ending.toLowerCase() };
}

/** With the ending of its kind, where it had none. */
export const withEnding = ({ whole, ending }: FileName, wanted: string): string =>
  ending === '' ? `${whole}.${wanted}` : whole;
