export * from './actor';
export * from './history.service';
export * from './history.module';
