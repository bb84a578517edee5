import type { LocalDate } from '@duban/kernel';
import type { Policy } from './policy';

/** What asking for more time (延期) rests on. */
export interface ExtensionFacts {
  /** State of the obligation (应办事项). */
  state: 'open' | 'suspended' | 'discharged' | 'lapsed';
  isPastDue: boolean;
  /** The present date as it takes effect. */
  presentOn: LocalDate;
  askedOn: LocalDate;
  hasOpen: boolean;
}

export interface Refusal {
  code: string;
  message: string;
  field: string;
}

/** Why more time may not be asked for; null where it may. */
export function extensionRefusal(facts: ExtensionFacts): Refusal | null {
  if (facts.state !== 'open') {
    return {
      code: 'EXTENSION.NOT_OPEN',
      message: `The obligation is ${facts.state}; there is no date to extend.`,
      field: 'obligationId',
    };
  }
  if (facts.hasOpen) {
    return {
      code: 'EXTENSION.OPEN_ALREADY',
      message: 'An extension of it is asked for already; withdraw that one first.',
      field: 'obligationId',
    };
  }
  if (facts.isPastDue) {
    return {
      code: 'EXTENSION.AFTER_DUE',
      message: 'It was due already: an extension is asked for before the date.',
      field: 'obligationId',
    };
  }
  if (facts.askedOn <= facts.presentOn) {
    return {
      code: 'EXTENSION.NOT_LATER',
      message: `The new date lies after the present one, ${facts.presentOn}.`,
      field: 'dueOn',
    };
  }
  return null;
}

/** Whether granting an extension is left to the head of the office: it is longer, or not the first. */
export function isBeyondOfficer(
  { extension: { officers } }: Policy,
  extension: { grantedBefore: number; presentOn: LocalDate; grantedOn: LocalDate },
): boolean {
  const days = (Date.parse(extension.grantedOn) - Date.parse(extension.presentOn)) / 86_400_000;
  return extension.grantedBefore >= officers.times || days > officers.days;
}
