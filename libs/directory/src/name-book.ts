import { governedPlace, type Place, placeOf, placeWithoutLevel, shortened, spelling, withoutPlace } from './name-forms';
import { collectiveKey, membersOfCollective, readCollective } from './name-groups';
import { nameKey } from './names';
import type { UnitView } from './unit-view';

/** What a name in a document stands for: one unit, several of them, or the members of a group (集合单位). */
export interface ResolvedName {
  /** In the government's own order; empty for a group without members. */
  unitIds: string[];
  groupId: string | null;
}

/** A name that stands for nobody for certain; `candidates` are the ids of the units that it may stand for. */
export interface UncertainName {
  /** `ambiguous`: two or more units could be meant, and the directory cannot tell which. */
  reason: 'unknown' | 'ambiguous';
  candidates: string[];
}

export type NameReading = ResolvedName | UncertainName;

export const isResolved = (reading: NameReading | undefined): reading is ResolvedName =>
  reading !== undefined && 'unitIds' in reading;

/** A group (集合单位) that the directory lists. */
export interface BookedGroup {
  id: string;
  name: string;
}

/** What a person has said that a name means (名称认定). */
export interface SettledMeaning {
  name: string;
  unitIds: readonly string[];
  groupId: string | null;
}

/** The names of units that are gone, and what each of those became. */
export interface NamesOfTheGone {
  book: NameBook;
  successors: ReadonlyMap<string, readonly string[]>;
}

const UNKNOWN: UncertainName = { reason: 'unknown', candidates: [] };
const BRACKETED = /^(.{2,}?)\((.{2,})\)$/;
/** No list of names in one is longer. */
const LONGEST_LIST = 400;
const LIST_SEPARATORS = /[、,;]/;

/**
 * All names of one jurisdiction's directory, and what follows from them. Exact names come first: a unit's name before
 * other units' other names, those before what a person has settled, and listed groups last. Then come collective
 * names, and the forms of `name-forms.ts`, each only where it leaves one unit; then names that units had before
 * (曾用名), in the same forms, and those of units that are gone; then two names of one body, abbreviated lists.
 */
export class NameBook {
  private readonly exact = new Map<string, ResolvedName>();
  private readonly own = new Set<string>();
  private readonly groups = new Map<string, ResolvedName[]>();
  /** Made when a name is first not found as it stands. */
  private forms: Forms | null = null;
  private formerForms: Forms | null = null;
  private readonly place: Place;
  private readonly order: ReadonlyMap<string, number>;

  /** @param units of one jurisdiction that are active, in its own order */
  constructor(
    jurisdiction: string,
    private readonly units: readonly UnitView[],
    groups: readonly BookedGroup[],
    settled: readonly SettledMeaning[],
    private readonly gone: NamesOfTheGone | null = null,
  ) {
    this.place = placeOf(jurisdiction);
    this.order = new Map(units.map(({ id }, index) => [id, index]));
    const learn = (name: string, meaning: ResolvedName): void => {
      if (!this.exact.has(nameKey(name))) this.exact.set(nameKey(name), meaning);
    };
    const other = ({ officialName, aliases }: UnitView): string[] => [officialName, ...aliases];
    for (const { id, name } of units) learn(name, { unitIds: [id], groupId: null });
    for (const unit of units) {
      for (const name of other(unit)) learn(name, { unitIds: [unit.id], groupId: null });
    }
    const booked = groups.map(({ id, name }) => ({ name, meaning: this.membersOf(id) }));
    for (const key of [...this.exact.keys(), ...groups.map(({ name }) => nameKey(name))]) this.own.add(key);
    for (const { name, unitIds, groupId } of settled) {
      const meaning = groupId === null ? this.inOrder(unitIds) : this.membersOf(groupId);
      if (meaning.unitIds.length > 0 || groupId !== null) learn(name, meaning);
    }
    for (const { name, meaning } of booked) {
      learn(name, meaning);
      const collective = readCollective(name);
      if (!collective) continue;
      const key = collectiveKey(collective);
      this.groups.set(key, [...(this.groups.get(key) ?? []), meaning]);
    }
  }

  /** Whether the directory itself, and not only a person's answer, gives this name to somebody. */
  isOwnName(name: string): boolean {
    return this.own.has(nameKey(name));
  }

  read(name: string): NameReading {
    const exact = this.exact.get(nameKey(name));
    if (exact) return exact;
    // No name is longer, and what is may be hostile.
    if (name.length > LONGEST_LIST) return UNKNOWN;
    return (
      this.readCollective(name) ??
      this.readForms(name) ??
      this.readFormer(name) ??
      this.readTwoNames(name) ??
      this.readList(name) ??
      UNKNOWN
    );
  }

  private readForms(name: string): NameReading | null {
    this.forms ??= this.indexBy(FORMS, ({ name: own, officialName, aliases }) => [own, officialName, ...aliases]);
    return this.readBy(FORMS, this.forms, name);
  }

  /** What a unit was called before means it still, where nobody is called so now; then what the gone were called. */
  private readFormer(name: string): NameReading | null {
    this.formerForms ??= this.indexBy(FORMER_FORMS, ({ formerNames }) => formerNames);
    return this.readBy(FORMER_FORMS, this.formerForms, name) ?? this.readGone(name);
  }

  private readBy(forms: readonly Form[], index: Forms, name: string): NameReading | null {
    for (const [level, form] of forms.entries()) {
      const { unitIds } = this.inOrder([...(index[level]?.get(form.asked(name, this.place)) ?? [])]);
      if (unitIds.length === 1) return { unitIds, groupId: null };
      if (unitIds.length > 1) return { reason: 'ambiguous', candidates: unitIds };
    }
    return null;
  }

  private readCollective(name: string): NameReading | null {
    const collective = readCollective(name);
    if (!collective) return null;
    const listed = this.groups.get(collectiveKey(collective)) ?? [];
    const [only] = listed;
    if (only && listed.length === 1) return only;
    if (only) return UNKNOWN;
    const members = membersOfCollective(collective, this.units, this.place);
    return members.length > 0 ? { unitIds: members.map(({ id }) => id), groupId: null } : UNKNOWN;
  }

  /** 市发改委(市数据局), 市经信局市新经济委: one body under two names, or under one and what it is in brackets. */
  private readTwoNames(name: string): NameReading | null {
    const words = nameKey(name);
    const [, before, inside] = BRACKETED.exec(words) ?? [];
    if (before !== undefined && inside !== undefined) return this.readBracketed(before, inside);
    if (words.length > LONGEST_LIST / 4) return null;
    for (let cut = 2; cut <= words.length - 2; cut++) {
      // Each as it stands: there are too many ways to cut for anything less exact.
      const first = this.exact.get(words.slice(0, cut)) ?? null;
      const second = this.exact.get(words.slice(cut)) ?? null;
      if (isSingle(first) && isSingle(second) && first.unitIds[0] === second.unitIds[0]) return first;
    }
    return null;
  }

  private readBracketed(before: string, inside: string): NameReading | null {
    const first = this.readPlain(before);
    if (!isSingle(first)) return null;
    const second = this.readPlain(inside) ?? this.readCollective(inside) ?? this.readList(inside);
    // What is nobody's name says more of the body before it.
    if (second === null) return first;
    if (!isSingle(second)) return null;
    return first.unitIds[0] === second.unitIds[0]
      ? first
      : { reason: 'ambiguous', candidates: this.inOrder([...first.unitIds, ...second.unitIds]).unitIds };
  }

  private readPlain(name: string): NameReading | null {
    return this.exact.get(nameKey(name)) ?? this.readForms(name) ?? this.readFormer(name);
  }

  /** What a unit that is gone was called is what became of it (机构改革); of several nobody knows which. */
  private readGone(name: string): NameReading | null {
    const reading = this.gone?.book.readPlain(name) ?? null;
    if (!this.gone || reading === null) return null;
    const ended = isResolved(reading) ? reading.unitIds : reading.candidates;
    const { unitIds } = this.inOrder([...new Set(ended.flatMap((id) => this.gone!.successors.get(id) ?? []))]);
    if (unitIds.length === 1) return { unitIds, groupId: null };
    return unitIds.length === 0 ? null : { reason: 'ambiguous', candidates: unitIds };
  }

  /** 北岭、南湖区人民政府: what the last name ends in completes those before it. All of them, or none. */
  private readList(name: string): NameReading | null {
    const words = nameKey(name);
    const pieces = words.split(LIST_SEPARATORS);
    const last = pieces.at(-1)!;
    if (pieces.length < 2 || pieces.includes('')) return null;
    const found = new Set<string>();
    for (const piece of pieces) {
      const meaning = this.readPlain(piece);
      const completed = isSingle(meaning) ? meaning : this.complete(piece, last);
      if (!completed) return null;
      found.add(completed.unitIds[0]!);
    }
    return this.inOrder([...found]);
  }

  private complete(piece: string, last: string): ResolvedName | null {
    for (let cut = 1; cut < last.length; cut++) {
      const meaning = this.exact.get(piece + last.slice(cut));
      if (meaning && isSingle(meaning)) return meaning;
    }
    return null;
  }

  private indexBy(forms: readonly Form[], namesOf: (unit: UnitView) => readonly string[]): Forms {
    return forms.map((form) => {
      const index = new Map<string, Set<string>>();
      for (const unit of this.units) {
        for (const words of namesOf(unit).flatMap((one) => form.known(one, this.place))) {
          index.set(words, (index.get(words) ?? new Set()).add(unit.id));
        }
      }
      return index;
    });
  }

  private membersOf(groupId: string): ResolvedName {
    const members = this.units.filter((unit) => unit.groups.some((group) => group.id === groupId));
    return { unitIds: members.map(({ id }) => id), groupId };
  }

  private inOrder(unitIds: readonly string[]): ResolvedName {
    const known = unitIds.filter((id) => this.order.has(id));
    return { unitIds: known.sort((one, other) => this.order.get(one)! - this.order.get(other)!), groupId: null };
  }
}

/** What a unit's name counts as, and what a name in a document is looked up by. */
interface Form {
  known: (name: string, place: Place) => string[];
  asked: (name: string, place: Place) => string;
}

/** For each form, what a name comes to in it, and whose names come to that. */
type Forms = readonly ReadonlyMap<string, Set<string>>[];

const alike = (form: Form['asked']): Form => ({ known: (name, place) => [form(name, place)], asked: form });

/** From the most exact to the least. A place alone (北岭区, 北岭) is its government where it is nobody else's. */
const FORMS: readonly Form[] = [
  alike(spelling),
  alike(withoutPlace),
  alike(shortened),
  { known: (name, place) => governedPlace(name, place).map(({ name: governed }) => governed), asked: withoutPlace },
  {
    known: (name, place) =>
      governedPlace(name, place).flatMap(({ name: governed, organ }) =>
        placeWithoutLevel(governed).flatMap((bare) => [bare, bare + organ]),
      ),
    asked: withoutPlace,
  },
];

/** A former name means its unit as it was written and with or without its place, and no less exactly. */
const FORMER_FORMS = FORMS.slice(0, 2);

const isSingle = (reading: NameReading | null): reading is ResolvedName =>
  reading !== null && isResolved(reading) && reading.groupId === null && reading.unitIds.length === 1;
