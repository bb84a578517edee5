import { DatabaseModule, Transactor } from '@duban/database';
import { AccountService, DIRECTORY_ENTITIES, DirectoryModule } from '@duban/directory';
import { MACHINES } from '@duban/domain';
import { EvidenceModule } from '@duban/evidence';
import { HistoryModule } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { NotificationsModule } from '@duban/notifications';
import { CLOCK, type Config, PlatformModule } from '@duban/platform';
import { QueueModule } from '@duban/queue';
import { assertSound } from '@duban/state-machine';
import { CalendarPapers, SUPERVISION_ENTITIES, SupervisionModule } from '@duban/supervision';
import { PolicyService, TASKS_ENTITIES, TasksModule } from '@duban/tasks';
import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';

/** What any process of an installation stands on. */
export interface Ground {
  config: Config;
  clock: Clock;
  /** As the schema's owner. */
  databaseUrl: string;
}

/** The libraries, wired to one configuration, one clock and one database: the same for the api and the worker. */
@Module({})
export class GroundModule implements OnModuleInit {
  constructor(
    private readonly transactor: Transactor,
    private readonly policies: PolicyService,
    private readonly papers: CalendarPapers,
    private readonly accounts: AccountService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  static forRoot({ config, clock, databaseUrl }: Ground): DynamicModule {
    return {
      module: GroundModule,
      imports: [
        PlatformModule.forRoot(config, clock),
        DatabaseModule.forRoot(
          databaseUrl,
          [...DIRECTORY_ENTITIES, ...TASKS_ENTITIES, ...SUPERVISION_ENTITIES],
          config.DATABASE_CONNECTIONS,
          config.DATABASE_READ_URL,
        ),
        QueueModule.forRoot({ databaseUrl }),
        HistoryModule,
        DirectoryModule,
        EvidenceModule,
        TasksModule,
        SupervisionModule,
        NotificationsModule.forRoot(),
      ],
    };
  }

  /** What every installation has from its first start: sound machines, the presets, the shipped
   * holiday papers, the government's own accounts. */
  async onModuleInit(): Promise<void> {
    assertSound(MACHINES);
    await this.transactor.run(async (tx) => {
      await this.policies.ensurePresets(tx);
      await this.papers.ensureShipped(tx);
      await this.accounts.ensureGovernmentAccounts(tx, this.clock.now());
    });
  }
}
