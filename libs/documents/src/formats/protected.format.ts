import { protectedFile } from '../problems';
import type { DocumentFormat } from './format';

/** Files of office programs that are encrypted with a password, which nobody is asked for. */
export const protectedFormat: DocumentFormat = {
  name: 'protected',
  recognises: ({ isProtected }) => isProtected,
  read: () => {
    throw protectedFile();
  },
};
