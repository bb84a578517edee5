import { fold } from './folded-text';
import { readUnitList } from './unit-list';

/** What a rule about all later tasks says: who gets them besides the units that they name, and as what. */
export interface StandingUnitsRule {
  /** Names as written, one unit or group each. */
  units: string[];
  role: 'responsible' | 'cooperating';
}

/** Bounded, so that a hostile text is not scanned again and again. */
const LONGEST_SENTENCE = 300;
const RULE =
  /(?:以下|以上|上述|各项)[^。;]{0,40}?(?:均|都)(?:需|须|要|应)?由?([^。;]{2,120}?)(?:共同|分别|具体|认真|组织|按职责)*(配合|参与|协助|落实|负责|实施|推进|抓好)/d;

/** Reads who is meant by a rule such as 以下均需各县政府、园区管委会落实, anywhere in a sentence; null where it names nobody. */
export function readStandingUnits(sentence: string): StandingUnitsRule | null {
  const folded = fold(sentence).slice(0, LONGEST_SENTENCE);
  const found = RULE.exec(folded);
  if (!found) return null;
  const units = readUnitList(sentence.slice(...found.indices![1]!)).units.map(({ name }) => name);
  if (units.length === 0) return null;
  return { units, role: /配合|参与|协助/.test(found[2]!) ? 'cooperating' : 'responsible' };
}
