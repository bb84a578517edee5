export * from './calendar';
export * from './clock';
export * from './config';
export * from './embedded/index';
export * from './log';
export * from './platform.module';
export * from './redis-address';
export * from './s3';
