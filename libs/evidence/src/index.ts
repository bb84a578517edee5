export type { CitedFile, EvidenceFile } from './evidence-file';
export { EvidenceModule } from './evidence.module';
export { type Download, type DownloadLink, EvidenceService } from './evidence.service';
export { EvidenceSweeper } from './evidence.sweeper';
export { EvidenceIntake, type StoredFile } from './intake';
export { tellKind } from './content/tell-kind';
export { CheckedStream } from './checked-stream';
export { Scanner } from './scanner';
export { ObjectStore } from './store/object-store';
