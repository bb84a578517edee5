import type { Fault } from '@duban/kernel';
import { z } from 'zod';
import { type FileList, type FilePlaces, JSON_PLACES, type UnitFile } from './file-places';
import type { GroupRule } from './group-rules';
import { cleanCode, cleanText, nameKey, PRINTABLE } from './names';
import { kindOf } from './unit-kinds';

/** A unit as a file lists it. */
export interface ListedUnit {
  /** Its place in the file's list; counts from 1. */
  row: number;
  code: string;
  name: string;
  officialName: string;
  /** Without repetitions of the names above. */
  aliases: string[];
  kind: string;
  groupCodes: string[];
  /** The code of the unit above it (上级单位); null: none; undefined: the file does not say, and it stays as it is. */
  parentCode: string | null | undefined;
  /** Its place in the government's order: what the file says, else its row. */
  position: number;
}

export interface ListedGroup {
  row: number;
  code: string;
  name: string;
  /** Null: it has none; undefined: the file does not say, and it stays as it is. */
  rule: GroupRule | null | undefined;
}

/** What could be read: entries with a fault of their own are absent, the jurisdiction is null. */
export interface ReadDocument {
  jurisdiction: string | null;
  units: ListedUnit[];
  groups: ListedGroup[];
  /** Codes of all units that the file lists, of those with another fault too. */
  unitCodes: string[];
  /** Codes of all groups that the file lists, of those with another fault too. */
  groupCodes: string[];
  faults: Fault[];
}

const MOST_UNITS = 3_000;
const MOST_OF_A_UNIT = 50;
const MOST_EXCEPTIONS = 500;
const LAST_POSITION = 1_000_000;

// What is empty has no further fault.
const filled = z.string().min(1, { abort: true });
const text = (most: number) => z.string().transform(cleanText).pipe(filled.max(most).regex(PRINTABLE));
const name = text(100);
const officialName = text(200);
/** A code becomes part of a username, hence no blanks. */
const code = z
  .string()
  .transform(cleanCode)
  .pipe(filled.max(32).regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u));

const kind = text(40).transform(kindOf);

const unitSchema = z.strictObject({
  code,
  name,
  official: officialName.optional(),
  aliases: z.array(name).max(MOST_OF_A_UNIT).default([]),
  kind,
  groups: z.array(code).max(MOST_OF_A_UNIT).default([]),
  parent: code.nullable().optional(),
  position: z.int().min(1).max(LAST_POSITION).optional(),
});
const ruleSchema = z
  .strictObject({
    kinds: z.array(kind).max(MOST_OF_A_UNIT).default([]),
    under: code.nullable().default(null),
    except: z.array(code).max(MOST_EXCEPTIONS).default([]),
  })
  .refine(({ kinds, under }) => kinds.length > 0 || under !== null);
const groupSchema = z.strictObject({ code, name, rule: ruleSchema.nullable().optional() });
// Its parts are read one by one, so that a fault in one does not hide those of the others.
const documentSchema = z.strictObject({
  about: z.string().max(10_000).optional(),
  jurisdiction: z.unknown().optional(),
  units: z.unknown().optional(),
  groups: z.unknown().optional(),
});
const unitsSchema = z.array(z.unknown()).min(1).max(MOST_UNITS);
const groupsSchema = z.array(z.unknown()).max(MOST_UNITS).default([]);

/**
 * Reads the import file of a directory (单位名录): its shape, and that within it each code and each name stands for one
 * unit or group. It knows nothing of what is stored.
 *
 * @param places how faults tell people where they lie, where the document was made of another kind of file
 */
export function readUnitDocument(input: unknown, places: FilePlaces = JSON_PLACES): ReadDocument {
  const faults: Fault[] = [];
  const read = <T>(schema: z.ZodType<T>, value: unknown, field: string): T | null => {
    const result = schema.safeParse(value, { reportInput: true });
    if (result.success) return result.data;
    faults.push(...result.error.issues.flatMap((issue) => faultsOf(issue, field, places)));
    return null;
  };

  read(documentSchema, input, '');
  if (!isObject(input)) return { jurisdiction: null, units: [], groups: [], unitCodes: [], groupCodes: [], faults };
  const jurisdiction = read(name, input['jurisdiction'], 'jurisdiction');
  const rawUnits = read(unitsSchema, input['units'], 'units') ?? [];
  const rawGroups = read(groupsSchema, input['groups'], 'groups') ?? [];
  const units = rawUnits.flatMap((value, index) => {
    const unit = read(unitSchema, value, `units[${index}]`);
    return unit ? [toListedUnit(unit, index + 1)] : [];
  });
  const groups = rawGroups.flatMap((value, index) => {
    const group = read(groupSchema, value, `groups[${index}]`);
    return group ? [{ row: index + 1, ...group, rule: group.rule && withoutRepetitions(group.rule) }] : [];
  });

  // What is legible in an entry is compared with the others even where the rest of it is not.
  const legibleUnits = rawUnits.map((value, index) => readLegible('units', value, index));
  const legibleGroups = rawGroups.map((value, index) => readLegible('groups', value, index));
  faults.push(
    ...repeatedCodes(legibleUnits, 'UNIT.CODE_TWICE', places),
    ...repeatedCodes(legibleGroups, 'UNIT.GROUP_CODE_TWICE', places),
    ...repeatedNames([...legibleUnits, ...legibleGroups], places),
  );
  const unitCodes = legibleUnits.flatMap((unit) => unit.code ?? []);
  const groupCodes = legibleGroups.flatMap((group) => group.code ?? []);
  return { jurisdiction, units, groups, unitCodes, groupCodes, faults };
}

/** As {@link readUnitDocument}, with the faults of what could not be read in the file: that is not missing as well. */
export function readUnitFileDocument({ document, places, faults }: UnitFile): ReadDocument {
  const read = readUnitDocument(document, places);
  const unread = new Set(faults.map(({ field }) => field));
  return { ...read, faults: [...faults, ...read.faults.filter(({ field }) => !unread.has(field))] };
}

const withoutRepetitions = ({ kinds, under, except }: GroupRule): GroupRule => ({
  kinds: [...new Set(kinds)],
  under,
  except: [...new Set(except)],
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function toListedUnit(unit: z.output<typeof unitSchema>, row: number): ListedUnit {
  const officialName = unit.official ?? unit.name;
  const aliases = new Map(unit.aliases.map((alias) => [nameKey(alias), alias]));
  aliases.delete(nameKey(unit.name));
  aliases.delete(nameKey(officialName));
  return {
    row,
    code: unit.code,
    name: unit.name,
    officialName,
    aliases: [...aliases.values()],
    kind: unit.kind,
    groupCodes: [...new Set(unit.groups)],
    parentCode: unit.parent,
    position: unit.position ?? row,
  };
}

function faultsOf(issue: z.core.$ZodIssue, base: string, places: FilePlaces): Fault[] {
  const field = fieldOf(base, issue.path);
  const fault = (code: string, says: string, at = field): Fault[] => [faultAt(code, at, says, places)];
  const where = field === '' ? 'The file' : places.named(field);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.flatMap((key) => {
      const unknown = fieldOf(field, [key]);
      const says = `${places.named(unknown)} is not a field of this file. Remove it, or correct its name.`;
      return fault('UNIT.UNKNOWN_FIELD', says, unknown);
    });
  }
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return fault('UNIT.MISSING_FIELD', `${where} is missing. Give it.`);
  }
  if (issue.code === 'invalid_type') {
    const wanted = TYPES[issue.expected] ?? issue.expected;
    return fault('UNIT.WRONG_TYPE', `${where} is of the wrong type. Give ${wanted}.`);
  }
  if ((issue.code === 'too_small' || issue.code === 'too_big') && NUMBERS.has(issue.origin)) {
    return fault('UNIT.OUT_OF_RANGE', `${where} is out of range. Give a whole number from 1 to ${LAST_POSITION}.`);
  }
  if (issue.code === 'too_small') return fault('UNIT.EMPTY', `${where} is empty. Fill it in.`);
  if (issue.code === 'too_big') {
    const most = `at most ${issue.maximum} ${issue.origin === 'array' ? 'entries' : 'characters'}`;
    return fault('UNIT.TOO_LONG', `${where} is too long. Give ${most}.`);
  }
  if (issue.code === 'custom') {
    return fault('UNIT.EMPTY_RULE', `${where} says of nobody that they are members. Give kinds, or the unit above.`);
  }
  return fault(
    'UNIT.BAD_CHARACTERS',
    `${where} has characters that cannot stand there. Remove control characters, and in a code blanks and signs other than . _ -.`,
  );
}

/** A fault at a field of the file, with where people find it. */
export const faultAt = (code: string, field: string, message: string, places: FilePlaces): Fault => ({
  code,
  message,
  field,
  ...places.at(field),
});

const NUMBERS: ReadonlySet<string> = new Set(['number', 'int']);
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'an object',
  int: 'a whole number',
  number: 'a whole number',
};

const fieldOf = (base: string, path: readonly PropertyKey[]): string =>
  path.reduce<string>((field, part) => {
    if (typeof part === 'number') return `${field}[${part}]`;
    return field === '' ? String(part) : `${field}.${String(part)}`;
  }, base);

/** What an entry could be mistaken for another by. */
interface Legible {
  list: FileList;
  index: number;
  /** Such as `units[3]`. */
  place: string;
  code: string | undefined;
  name: Named | undefined;
  /** The official name and aliases of a unit. */
  otherNames: Named[];
}

interface Named {
  field: string;
  name: string;
}

function readLegible(list: FileList, value: unknown, index: number): Legible {
  const place = `${list}[${index}]`;
  const entry = isObject(value) ? value : {};
  const named = (raw: unknown, field: string): Named[] => {
    const { data } = officialName.safeParse(raw);
    return data === undefined ? [] : [{ field: `${place}.${field}`, name: data }];
  };
  const aliases = Array.isArray(entry['aliases']) ? entry['aliases'].slice(0, MOST_OF_A_UNIT) : [];
  return {
    list,
    index,
    place,
    code: code.safeParse(entry['code']).data,
    name: named(entry['name'], 'name')[0],
    otherNames: [
      ...named(entry['official'], 'official'),
      ...aliases.flatMap((alias, position) => named(alias, `aliases[${position}]`)),
    ],
  };
}

function repeatedCodes(entries: readonly Legible[], fault: string, places: FilePlaces): Fault[] {
  const firstRows = new Map<string, number>();
  return entries.flatMap(({ list, index, place, code }) => {
    const first = code === undefined ? undefined : firstRows.get(code);
    if (code !== undefined && first === undefined) firstRows.set(code, places.row(list, index));
    if (first === undefined) return [];
    const message = `The code ${code} stands in row ${first} too. Give each its own.`;
    return [faultAt(fault, `${place}.code`, message, places)];
  });
}

/** A name in a document must stand for one unit or one group, whichever kind of name it is. */
function repeatedNames(entries: readonly Legible[], places: FilePlaces): Fault[] {
  const firstUses = new Map<string, { place: string; field: string }>();
  const usedElsewhere = (code: string, { place }: Legible, { field, name }: Named): Fault[] => {
    const first = firstUses.get(nameKey(name));
    if (!first) firstUses.set(nameKey(name), { place, field });
    if (!first || first.place === place) return [];
    const message = `${name} is ${places.named(first.field)} too. A name must stand for one only: change one of them.`;
    return [faultAt(code, field, message, places)];
  };
  return [
    // Names before others: where an alias equals a name, it is the alias that is at fault.
    ...entries.flatMap((entry) => (entry.name ? usedElsewhere('UNIT.NAME_TWICE', entry, entry.name) : [])),
    ...entries.flatMap((entry) => entry.otherNames.flatMap((other) => usedElsewhere('UNIT.NAME_CLASH', entry, other))),
  ];
}
