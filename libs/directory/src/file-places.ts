import type { ErrorPlace, Fault } from '@duban/kernel';

/** How the places of a file of units are told to people: a JSON file has fields, a sheet has rows and columns. */
export interface FilePlaces {
  /** A field of the document (`units[3].code`), as a sentence names it. */
  named(field: string): string;
  /** Where people find the field in their file; `field` itself stands in every fault. */
  at(field: string): ErrorPlace;
  /** The row of an entry of a list, as people count. */
  row(list: FileList, index: number): number;
}

export type FileList = 'units' | 'groups';

/** The entry that a field is of: `units` and 3 of `units[3].aliases[1]`; null where it is of none. */
export function entryOf(field: string): { list: FileList; index: number; part: string } | null {
  const [, list, index, part = ''] = /^(units|groups)\[(\d+)\](?:\.(.*))?$/.exec(field) ?? [];
  return list === undefined ? null : { list: list as FileList, index: Number(index), part };
}

/** Of a JSON file: the rows are the places in its lists, from 1. */
export const JSON_PLACES: FilePlaces = {
  named: (field) => field,
  at: (field) => {
    const entry = entryOf(field);
    return entry ? { row: entry.index + 1 } : {};
  },
  row: (_, index) => index + 1,
};

/** A file of units, read as far as can be without knowing what is stored. */
export interface UnitFile {
  /** In the shape of the JSON file, whatever file it was. */
  document: unknown;
  places: FilePlaces;
  /** Of cells that could not be read, each with its field. */
  faults: Fault[];
}

/** What stands in a JSON file. */
export const unitFileOf = (document: unknown): UnitFile => ({ document, places: JSON_PLACES, faults: [] });
