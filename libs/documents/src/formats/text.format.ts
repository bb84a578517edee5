import { decodeText } from '@duban/breakdown';
import type { DocumentFormat } from './format';

/** Plain text, in whatever encoding; and what is none of the other kinds, to say why it is no text. */
export const textFormat: DocumentFormat = {
  name: 'text',
  recognises: () => true,
  read: ({ bytes }) => ({ text: decodeText(bytes).text, tables: [], notes: [] }),
};
