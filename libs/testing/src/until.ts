const LOOK_EVERY_MS = 25;

/**
 * Waits until the condition gives something true, and gives that back.
 * @throws Error after `withinMs`, naming what was waited for
 */
export async function until<T>(condition: () => T | Promise<T>, withinMs = 60_000, what = 'a condition'): Promise<T> {
  for (const end = Date.now() + withinMs; ;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms for ${what}, in vain`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
