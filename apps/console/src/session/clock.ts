/** How far the server's clock is ahead of the browser's: a demonstration lives on another day. */
let aheadMs = 0;
let timeZone = 'Asia/Shanghai';

export function setServerTime({ now, timeZone: given }: { now: string; timeZone: string }): void {
  aheadMs = Date.parse(now) - Date.now();
  timeZone = given;
}

/** The present, by the server's clock. */
export const now = (): Date => new Date(Date.now() + aheadMs);

/** The jurisdiction's: its days begin and end by it, wherever the browser is. */
export const zone = (): string => timeZone;
