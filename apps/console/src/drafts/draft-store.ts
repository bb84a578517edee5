/** What somebody has filled in and not sent yet, with the day on which they did. */
export interface Draft<T> {
  values: T;
  keptAt: string;
}

const PREFIX = 'duban.draft';
/** What nobody has come back to for so long is forgotten. */
const KEPT_DAYS = 60;
const DAY_MS = 86_400_000;

/** A draft belongs to a person and a form: whoever signs in at the same machine finds their own alone. */
const keyOf = (personId: string, form: string): string => `${PREFIX}.${personId}.${form}`;

export function readDraft<T>(personId: string, form: string): Draft<T> | null {
  try {
    const kept = localStorage.getItem(keyOf(personId, form));
    return kept === null ? null : (JSON.parse(kept) as Draft<T>);
  } catch {
    return null;
  }
}

/** @returns whether the browser keeps it: it may be full, or forbidden to */
export function keepDraft(personId: string, form: string, values: object, at = new Date()): boolean {
  try {
    localStorage.setItem(keyOf(personId, form), JSON.stringify({ values, keptAt: at.toISOString() }));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(personId: string, form: string): void {
  localStorage.removeItem(keyOf(personId, form));
}

/** Forgets what has lain for long, and what cannot be read. */
export function dropOldDrafts(at = new Date()): void {
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(`${PREFIX}.`))) {
    if (!(at.getTime() - keptAtOf(localStorage.getItem(key)) < KEPT_DAYS * DAY_MS)) localStorage.removeItem(key);
  }
}

function keptAtOf(kept: string | null): number {
  try {
    return Date.parse((JSON.parse(kept ?? '') as Draft<unknown>).keptAt);
  } catch {
    return NaN;
  }
}
