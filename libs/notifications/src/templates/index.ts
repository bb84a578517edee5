import { en } from './en';
import type { Messages } from './messages';
import { zh } from './zh';

/** The languages in which messages can be written, Chinese first. */
export const LANGUAGES = { zh, en } satisfies Record<string, Messages>;
export type Language = keyof typeof LANGUAGES;
