/** Where the words for a code stand: its own sentence, one for its ending with the thing’s name, or one for its family. */
export function wordsFor(code: string, has: (key: string) => boolean): { key: string; thing?: string } | null {
  const [family = '', ending = ''] = code.split('.');
  const own = `problems:${family}_${ending}`;
  if (has(own)) return { key: own };
  const thing = `problems:general.things.${family}`;
  const byEnding = `problems:general.endings.${ending}`;
  if (has(byEnding) && has(thing)) return { key: byEnding, thing };
  const byFamily = `problems:general.families.${family}`;
  return has(byFamily) ? { key: byFamily } : null;
}
