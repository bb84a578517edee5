import { type DynamicModule, Inject, Module, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Calendars } from './calendars';
import { applicationDataSource, standbyDataSource } from './data-source';
import { Standby } from './standby';
import { Transactor } from './transactor';

type Entities = Extract<DataSourceOptions, { type: 'postgres' }>['entities'];

/** Gives every library the data source and the transactor; the app names the entities of the libraries it loads. */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    @Inject(DataSource) private readonly source: DataSource,
    @Optional() private readonly standby?: Standby,
  ) {}

  /**
   * @param poolSize how many connections one process may hold to each server
   * @param readUrl a standby (热备) of the database that answers reads, where there is one
   */
  static forRoot(url: string, entities: Entities, poolSize?: number, readUrl?: string): DynamicModule {
    const standby = {
      provide: Standby,
      useFactory: () => new Standby(standbyDataSource(readUrl!, entities, poolSize)),
    };
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        { provide: DataSource, useFactory: () => applicationDataSource(url, entities, poolSize).initialize() },
        Transactor,
        Calendars,
        ...(readUrl ? [standby] : []),
      ],
      exports: [DataSource, Transactor, Calendars, ...(readUrl ? [Standby] : [])],
    };
  }

  // The last hook of all: workers and the server have finished with the database by then.
  async onApplicationShutdown(): Promise<void> {
    await this.standby?.close();
    if (this.source.isInitialized) await this.source.destroy();
  }
}
