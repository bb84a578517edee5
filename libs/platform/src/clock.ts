/** Injection token of the clock by which the supervision acts. */
export const CLOCK = Symbol('CLOCK');

/** Injection token of the working calendar (工作日历). */
export const CALENDAR = Symbol('CALENDAR');
