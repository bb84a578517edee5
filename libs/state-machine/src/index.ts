export * from './machine';
export * from './validate';
export * from './draw';
