export type { Progress } from './formats/format';
export { readPlanDocument } from './read-document';
