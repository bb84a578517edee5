import { DomainError } from '@duban/kernel';

export type UnreadableTextCode = 'BREAKDOWN.EMPTY' | 'BREAKDOWN.NOT_TEXT' | 'BREAKDOWN.UNKNOWN_ENCODING';

/** The bytes are no text that can be read. `code` is stable; the message is one plain sentence for the person. */
export class UnreadableText extends DomainError {
  constructor(code: UnreadableTextCode, message: string) {
    super('invalid', code, message);
    this.name = 'UnreadableText';
  }
}
