import { ZH } from './zh';

/** What has happened, in the past tense: `entity.happened`. Each has its words in every language. */
export type EventType = keyof typeof ZH;

export const EVENT_TYPES = Object.keys(ZH) as [EventType, ...EventType[]];
