import { Global, Module } from '@nestjs/common';
import { HistoryService } from './history.service';
import { SavedSearchService } from './saved-search.service';
import { CheckpointService } from './proof/checkpoint.service';
import { HistoryBundle } from './proof/history-bundle';
import { HistoryTree } from './proof/history-tree';

const SERVICES = [HistoryService, SavedSearchService, HistoryTree, CheckpointService, HistoryBundle];

@Global()
@Module({ providers: SERVICES, exports: SERVICES })
export class HistoryModule {}
