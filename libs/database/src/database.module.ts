import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Calendars } from './calendars';
import { applicationDataSource } from './data-source';
import { Transactor } from './transactor';

type Entities = Extract<DataSourceOptions, { type: 'postgres' }>['entities'];

/** Gives every library the data source and the transactor; the app names the entities of the libraries it loads. */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DataSource) private readonly source: DataSource) {}

  /** @param poolSize how many connections one process may hold */
  static forRoot(url: string, entities: Entities, poolSize?: number): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        { provide: DataSource, useFactory: () => applicationDataSource(url, entities, poolSize).initialize() },
        Transactor,
        Calendars,
      ],
      exports: [DataSource, Transactor, Calendars],
    };
  }

  // The last hook of all: workers and the server have finished with the database by then.
  async onApplicationShutdown(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }
}
