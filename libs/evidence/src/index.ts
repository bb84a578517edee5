export type { CitedFile, EvidenceFile } from './evidence-file';
export { EvidenceModule } from './evidence.module';
export { type Download, type DownloadLink, EvidenceService } from './evidence.service';
export { EvidenceSweeper } from './evidence.sweeper';
export { EvidenceIntake, type StoredFile } from './intake';
