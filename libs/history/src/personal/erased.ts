/** What stands where something of a person stood who was erased (依法删除). */
export const ERASED = { zh: '〔已依法删除〕', en: '[erased]' } as const;
/** Where there is no key, though nobody was erased, or another key than before. */
export const UNREADABLE = { zh: '〔无法读取〕', en: '[unreadable]' } as const;

/** Marks in the words of a language; data have the Chinese ones. */
export const inEnglish = (text: string): string =>
  text.replaceAll(ERASED.zh, ERASED.en).replaceAll(UNREADABLE.zh, UNREADABLE.en);
