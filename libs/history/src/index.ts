export * from './actor';
export * from './history.service';
export * from './history.module';
export { ERASED, inEnglish } from './personal/erased';
export { openStates } from './personal/person-boxes';
export { HistoryParts, type ListedPart } from './parts/history-parts';
export { type SavedSearch, SavedSearchService, type Searched, type SharedSearch } from './saved-search.service';
export { checkpointLine, endLine, headerLine } from './proof/bundle-lines';
export { type Fault, type Outside, type SoundHistory, verifyBundle } from './proof/bundle-verifier';
export { canonicalJson } from './proof/canonical-event';
export {
  digestOf,
  isNoteOf,
  isSignedBy,
  keyIdOf,
  parseNote,
  pemOf,
  publicKeysIn,
  type SignedCheckpoint,
  signNote,
  textOf,
} from './proof/checkpoint-note';
export { CheckpointService, type ListedCheckpoint, type ListedKey } from './proof/checkpoint.service';
export { HistoryBundle } from './proof/history-bundle';
export { eventLine } from './proof/event-line';
export { UnreadableBundle } from './proof/unreadable-bundle';
export { cutLines, wholeLinesOf } from './proof/whole-lines';
export { type ConsistencyProof, HistoryTree, type InclusionProof } from './proof/history-tree';
export { certificatesIn } from './proof/timestamp';
export { GrowingTree, isIncluded, leafHash, TREE_HASHES, type TreeHash } from './proof/merkle';
export { CheckpointHandout } from './proof/handing-out/checkpoint-handout';
export { CheckpointMail } from './proof/handing-out/checkpoint-place';
export { EVENT_TYPES, type EventType } from './words/event-types';
export { type EventWords, wordsOf } from './words/event-words';
