export * from './breakdown.types';
export { decodeText, type Encoding } from './decode-text';
export { readBreakdown } from './read-breakdown';
export { UnreadableText, type UnreadableTextCode } from './unreadable-text';
