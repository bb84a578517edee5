import type { NoticeWords } from './notice-words';
import { en } from './words.en';
import { zh } from './words.zh';

export const NOTICE_WORDS = { zh, en } satisfies Record<string, NoticeWords>;
export type NoticeLanguage = keyof typeof NOTICE_WORDS;
