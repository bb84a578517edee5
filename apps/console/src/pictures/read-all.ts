/** More than this is no picture any more; what was read so far is drawn then. */
const MOST = 10_000;

/** A whole list, page by page: a picture is of all of it. */
export async function readAll<T>(
  read: (cursor: string | undefined) => Promise<{ items: T[]; next: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | undefined; all.length < MOST;) {
    const page = await read(cursor);
    all.push(...page.items);
    if (page.next === null) break;
    cursor = page.next;
  }
  return all;
}
