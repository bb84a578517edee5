import { Global, Module } from '@nestjs/common';
import { HistoryService } from './history.service';
import { SavedSearchService } from './saved-search.service';
import { HistoryParts } from './parts/history-parts';
import { CheckpointService } from './proof/checkpoint.service';
import { HistoryBundle } from './proof/history-bundle';
import { HistoryTree } from './proof/history-tree';

const SERVICES = [HistoryService, SavedSearchService, HistoryTree, CheckpointService, HistoryBundle, HistoryParts];

@Global()
@Module({ providers: SERVICES, exports: SERVICES })
export class HistoryModule {}
