/** How JSON.parse says that it came to the end of the text, or to a position in it. */
const ENDS_EARLY = /end of JSON input|position (\d+)/;

/**
 * The line, from 1, on which a text stops being JSON. JSON.parse tells the position of some faults only, but the
 * beginning of a JSON text can be told from anything else: nothing is wrong with it before its end.
 */
export function lineOfFault(text: string): number {
  let sound = 0;
  let faulty = text.length + 1;
  while (faulty - sound > 1) {
    const middle = (sound + faulty) >>> 1;
    if (isBeginning(text.slice(0, middle))) sound = middle;
    else faulty = middle;
  }
  return text.slice(0, sound).split('\n').length;
}

function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const found = ENDS_EARLY.exec((error as Error).message);
    return found !== null && (found[1] === undefined || Number(found[1]) >= text.length);
  }
}
