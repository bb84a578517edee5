import { keepDraft, readDraft } from '../drafts/draft-store';

export const MATTER_FORM = 'matter';
/** Where drafts of everybody lay, with the petitioner in them. */
const LAY_BEFORE = 'duban.matter';

export interface Petitioner {
  name?: string;
  phone?: string;
}

/**
 * Keeps what somebody has filled in of a matter, but who the petitioner (信访人) is: only whoever has the right to may
 * read that, and a browser's storage is read by whoever uses the machine next.
 */
export function keepMatterDraft(personId: string, values: { petitioner?: Petitioner }): void {
  keepDraft(personId, MATTER_FORM, { ...values, petitioner: undefined });
}

export function readMatterDraft<T extends object>(personId: string): Partial<T> {
  localStorage.removeItem(LAY_BEFORE);
  return readDraft<T>(personId, MATTER_FORM)?.values ?? {};
}
