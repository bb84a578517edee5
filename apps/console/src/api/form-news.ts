import type { Schemas } from './client';

/** Somebody has opened or closed a form that one has open. */
export interface FormNews {
  taskId: string;
  form: string;
  others: Schemas['AlsoOpenDto']['others'];
}

const listeners = new Set<(news: FormNews) => void>();

export function tellForm(news: FormNews): void {
  for (const hear of listeners) hear(news);
}

/** @returns what ends it */
export function hearOfForms(hear: (news: FormNews) => void): () => void {
  listeners.add(hear);
  return () => listeners.delete(hear);
}
