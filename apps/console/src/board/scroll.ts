/** Browsers draw nothing taller: beyond, a pixel of the scroll bar stands for more than a pixel of the list. */
export const MOST_PIXELS = 16_000_000;

export interface Window {
  /** Height of all that can be scrolled. */
  height: number;
  /** The first row to be drawn, and one after the last. */
  from: number;
  to: number;
  /** Where the first row stands, from the top of what can be scrolled. */
  top: number;
}

/** Which rows of a list stand in a view of `viewHeight` that was scrolled to `scrollTop`. */
export function windowAt(rows: number, rowHeight: number, viewHeight: number, scrollTop: number, beyond = 6): Window {
  const whole = rows * rowHeight;
  const height = Math.min(whole, MOST_PIXELS);
  const scrollable = Math.max(1, height - viewHeight);
  const place = Math.min(Math.max(scrollTop, 0), scrollable);
  // Up to the height that a browser can draw the two are the same.
  const offset = whole <= MOST_PIXELS ? place : (place / scrollable) * (whole - viewHeight);
  const first = Math.floor(offset / rowHeight);
  const from = Math.max(0, first - beyond);
  const to = Math.min(rows, Math.ceil((offset + viewHeight) / rowHeight) + beyond);
  return { height, from, to, top: place - (offset - from * rowHeight) };
}

/** How many pixels of the scroll bar stand for a pixel of the list: 1 where the browser can draw all of it. */
export function scaleOf(rows: number, rowHeight: number, viewHeight: number): number {
  const whole = rows * rowHeight;
  return whole <= MOST_PIXELS ? 1 : (MOST_PIXELS - viewHeight) / (whole - viewHeight);
}

/** How far to scroll for a row to be the first in view. */
export function scrollTo(row: number, rows: number, rowHeight: number, viewHeight: number): number {
  const place = row * rowHeight * scaleOf(rows, rowHeight, viewHeight);
  return rows * rowHeight <= MOST_PIXELS ? place : Math.min(MOST_PIXELS - viewHeight, place);
}
