import type { Messages } from '../templates/messages';
import { fill } from '../templates/fill';

/** How much room a text takes: its bytes, or its characters. */
type Measure = (text: string) => number;

/**
 * A digest as plain text for which there is so much room: whole lines as far as they go, of the first at least its
 * beginning, and how many more there are. Plain, since whatever documents and people write must neither be a link nor call
 * anybody by name.
 */
export function briefText(
  { subject, items }: { subject: string; items: readonly { text: string }[] },
  room: number,
  m: Messages,
  measure: Measure = (text) => Buffer.byteLength(text),
): string {
  const lines = items.map(({ text }, i) => `${i + 1}. ${text}`);
  const whole = [subject, ...lines].join('\n');
  if (measure(whole) <= room) return whole;
  const more = (count: number): string => fill(m.moreLines, { count });
  const forLines = room - measure(`\n${more(items.length)}`);
  const said = [cut(subject, room / 4, measure)];
  for (const line of lines) {
    if (measure([...said, line].join('\n')) > forLines) break;
    said.push(line);
  }
  const [first] = lines;
  if (said.length === 1 && first !== undefined) said.push(cut(first, forLines - measure(`${said[0]}\n`), measure));
  const left = items.length - (said.length - 1);
  return [...said, ...(left === 0 ? [] : [more(left)])].join('\n');
}

/** As many whole characters as there is room for. */
function cut(text: string, room: number, measure: Measure): string {
  if (measure(text) <= room) return text;
  let kept = '';
  for (const character of text) {
    if (measure(`${kept}${character}…`) > room) break;
    kept += character;
  }
  return `${kept}…`;
}
