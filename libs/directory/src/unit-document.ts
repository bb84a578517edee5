import type { Fault } from '@duban/kernel';
import { z } from 'zod';
import { cleanCode, cleanText, nameKey, PRINTABLE } from './names';

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
}

export interface ListedGroup {
  row: number;
  code: string;
  name: string;
}

/** What could be read: entries with a fault of their own are absent, the jurisdiction is null. */
interface ReadDocument {
  jurisdiction: string | null;
  units: ListedUnit[];
  groups: ListedGroup[];
  /** Codes of all groups that the file lists, of those with another fault too. */
  groupCodes: string[];
  faults: Fault[];
}

const MOST_UNITS = 3_000;
const MOST_OF_A_UNIT = 50;

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

const unitSchema = z.strictObject({
  code,
  name,
  official: officialName.optional(),
  aliases: z.array(name).max(MOST_OF_A_UNIT).default([]),
  kind: text(40),
  groups: z.array(code).max(MOST_OF_A_UNIT).default([]),
});
const groupSchema = z.strictObject({ code, name });
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
 */
export function readUnitDocument(input: unknown): ReadDocument {
  const faults: Fault[] = [];
  const read = <T>(schema: z.ZodType<T>, value: unknown, field: string, row?: number): T | null => {
    const result = schema.safeParse(value, { reportInput: true });
    if (result.success) return result.data;
    faults.push(...result.error.issues.flatMap((issue) => faultsOf(issue, field, row)));
    return null;
  };

  read(documentSchema, input, '');
  if (!isObject(input)) return { jurisdiction: null, units: [], groups: [], groupCodes: [], faults };
  const jurisdiction = read(name, input['jurisdiction'], 'jurisdiction');
  const rawUnits = read(unitsSchema, input['units'], 'units') ?? [];
  const rawGroups = read(groupsSchema, input['groups'], 'groups') ?? [];
  const units = rawUnits.flatMap((value, index) => {
    const unit = read(unitSchema, value, `units[${index}]`, index + 1);
    return unit ? [toListedUnit(unit, index + 1)] : [];
  });
  const groups = rawGroups.flatMap((value, index) => {
    const group = read(groupSchema, value, `groups[${index}]`, index + 1);
    return group ? [{ row: index + 1, ...group }] : [];
  });

  // What is legible in an entry is compared with the others even where the rest of it is not.
  const legibleUnits = rawUnits.map((value, index) => readLegible('units', value, index));
  const legibleGroups = rawGroups.map((value, index) => readLegible('groups', value, index));
  faults.push(
    ...repeatedCodes(legibleUnits, 'UNIT.CODE_TWICE'),
    ...repeatedCodes(legibleGroups, 'UNIT.GROUP_CODE_TWICE'),
    ...repeatedNames([...legibleUnits, ...legibleGroups]),
  );
  const groupCodes = legibleGroups.flatMap((group) => group.code ?? []);
  return { jurisdiction, units, groups, groupCodes, faults };
}

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
  };
}

function faultsOf(issue: z.core.$ZodIssue, base: string, row: number | undefined): Fault[] {
  const place = { field: fieldOf(base, issue.path), ...(row === undefined ? {} : { row }) };
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const field = fieldOf(place.field, [key]);
      const message = `${field} is not a field of this file. Remove it, or correct its name.`;
      return { code: 'UNIT.UNKNOWN_FIELD', message, ...place, field };
    });
  }
  const where = place.field || 'The file';
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return [{ code: 'UNIT.MISSING_FIELD', message: `${where} is missing. Give it.`, ...place }];
  }
  if (issue.code === 'invalid_type') {
    const message = `${where} is of the wrong type. Give ${TYPES[issue.expected] ?? issue.expected}.`;
    return [{ code: 'UNIT.WRONG_TYPE', message, ...place }];
  }
  if (issue.code === 'too_small') {
    return [{ code: 'UNIT.EMPTY', message: `${where} is empty. Fill it in.`, ...place }];
  }
  if (issue.code === 'too_big') {
    const most = `at most ${issue.maximum} ${issue.origin === 'array' ? 'entries' : 'characters'}`;
    return [{ code: 'UNIT.TOO_LONG', message: `${where} is too long. Give ${most}.`, ...place }];
  }
  const message = `${where} has characters that cannot stand there. Remove control characters, and in a code blanks and signs other than . _ -.`;
  return [{ code: 'UNIT.BAD_CHARACTERS', message, ...place }];
}

const TYPES: Readonly<Record<string, string>> = { string: 'text', array: 'a list', object: 'an object' };

const fieldOf = (base: string, path: readonly PropertyKey[]): string =>
  path.reduce<string>((field, part) => {
    if (typeof part === 'number') return `${field}[${part}]`;
    return field === '' ? String(part) : `${field}.${String(part)}`;
  }, base);

/** What an entry could be mistaken for another by. */
interface Legible {
  /** Such as `units[3]`. */
  place: string;
  row: number;
  code: string | undefined;
  name: Named | undefined;
  /** The official name and aliases of a unit. */
  otherNames: Named[];
}

interface Named {
  field: string;
  name: string;
}

function readLegible(list: 'units' | 'groups', value: unknown, index: number): Legible {
  const place = `${list}[${index}]`;
  const entry = isObject(value) ? value : {};
  const named = (raw: unknown, field: string): Named[] => {
    const { data } = officialName.safeParse(raw);
    return data === undefined ? [] : [{ field: `${place}.${field}`, name: data }];
  };
  const aliases = Array.isArray(entry['aliases']) ? entry['aliases'].slice(0, MOST_OF_A_UNIT) : [];
  return {
    place,
    row: index + 1,
    code: code.safeParse(entry['code']).data,
    name: named(entry['name'], 'name')[0],
    otherNames: [
      ...named(entry['official'], 'official'),
      ...aliases.flatMap((alias, position) => named(alias, `aliases[${position}]`)),
    ],
  };
}

function repeatedCodes(entries: readonly Legible[], fault: string): Fault[] {
  const firstRows = new Map<string, number>();
  return entries.flatMap(({ place, row, code }) => {
    const first = code === undefined ? undefined : firstRows.get(code);
    if (code !== undefined && first === undefined) firstRows.set(code, row);
    if (first === undefined) return [];
    const message = `The code ${code} stands in row ${first} too. Give each its own.`;
    return [{ code: fault, message, field: `${place}.code`, row }];
  });
}

/** A name in a document must stand for one unit or one group, whichever kind of name it is. */
function repeatedNames(entries: readonly Legible[]): Fault[] {
  const firstUses = new Map<string, { place: string; field: string }>();
  const usedElsewhere = (code: string, { place, row }: Legible, { field, name }: Named): Fault[] => {
    const first = firstUses.get(nameKey(name));
    if (!first) firstUses.set(nameKey(name), { place, field });
    if (!first || first.place === place) return [];
    const message = `${name} is ${first.field} too. A name must stand for one only: change one of them.`;
    return [{ code, message, field, row }];
  };
  return [
    // Names before others: where an alias equals a name, it is the alias that is at fault.
    ...entries.flatMap((entry) => (entry.name ? usedElsewhere('UNIT.NAME_TWICE', entry, entry.name) : [])),
    ...entries.flatMap((entry) => entry.otherNames.flatMap((other) => usedElsewhere('UNIT.NAME_CLASH', entry, other))),
  ];
}
