import { DomainError } from '@duban/kernel';

export type DocumentProblemCode =
  | 'PLAN.SECRET'
  | 'DOCUMENT.TOO_LARGE'
  | 'DOCUMENT.NOT_A_DOCUMENT'
  | 'DOCUMENT.NOT_A_TABLE'
  | 'DOCUMENT.PROTECTED'
  | 'DOCUMENT.BROKEN'
  | 'DOCUMENT.ZIP_BOMB'
  | 'DOCUMENT.NO_TEXT'
  | 'DOCUMENT.SCANNED'
  | 'DOCUMENT.NEEDS_LIBREOFFICE'
  | 'DOCUMENT.TOO_HARD'
  | 'DOCUMENT.STOPPED';

/** A file that cannot be read. `code` is stable; the message is one plain sentence for the person who sent it. */
export const problem = (
  code: DocumentProblemCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): DomainError => new DomainError('invalid', code, message, details);

export const protectedFile = (): DomainError =>
  problem('DOCUMENT.PROTECTED', 'The file is protected by a password: save it without one.');
