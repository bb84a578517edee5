import { resolve } from 'node:path';

/** The checkout that this was built from. */
export const ROOT = resolve(__dirname, '../../../../..');
