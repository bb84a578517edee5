import { toEpochDay } from './local-date';

/** One line of a holiday paper: a run of days, both ends included, that are all off, or all worked. */
export interface HolidayEntry {
  /** First day, `YYYY-MM-DD`. */
  readonly from: string;
  /** Last day, included; the first day where absent. */
  readonly to?: string;
  /** True for days off (放假), false for make-up working days (调休上班). */
  readonly off: boolean;
  /** The holiday as the paper names it, such as 春节 or 国庆节、中秋节. */
  readonly holiday: string;
}

/** A paper that fixes days off and make-up working days (放假安排通知). */
export interface HolidayPaper {
  /** Document number (文号), such as 国办发明电〔2019〕16号; unique in the table. */
  readonly number: string;
  readonly title: string;
  /** Date at the foot of the paper (成文日期), `YYYY-MM-DD`. */
  readonly issuedOn: string;
  /** Where the paper was published. */
  readonly url: string;
  /** The year that the paper arranges; it may name days of the December before. */
  readonly year: number;
  readonly days: readonly HolidayEntry[];
}

/** A law that gives days off every year, whatever the year's paper adds to them. */
export interface HolidayLaw {
  /** Document number of the decree, such as 国务院令第795号. */
  readonly number: string;
  readonly title: string;
  readonly issuedOn: string;
  /** Days of the solar calendar as `MM-DD`; those of the lunar one are known by the papers only. */
  readonly days: readonly { readonly on: string; readonly holiday: string }[];
}

/** A table of holiday papers. A deadline records its `version`, so any change of a day needs a new one. */
export interface HolidayCalendarData {
  readonly version: string;
  /** Where the version stands among all; where it is left out, how many papers there are. */
  readonly position?: number;
  /** In any order: for a day that several papers name, the one issued last holds; of one date, the one listed last. */
  readonly papers: readonly HolidayPaper[];
  /** Holds for the years whose paper is not out yet. */
  readonly law?: HolidayLaw;
}

/** What holds for one day that a paper names. */
export interface NamedDay {
  readonly off: boolean;
  readonly holiday: string;
  /** Document number of the paper that holds. */
  readonly paper: string;
}

/** The days that the papers name, keyed by epoch day, and the years that they arrange. */
interface NamedDays {
  readonly days: ReadonlyMap<number, NamedDay>;
  readonly years: ReadonlySet<number>;
}

/**
 * Validates a table and resolves it to one answer a day.
 *
 * @throws RangeError that names the table, the paper and the line: a date that does not exist, a run that ends before
 *   it starts or lies outside the paper's year, a day named twice by one paper, a document number used twice
 */
export function resolveHolidayData(data: HolidayCalendarData): NamedDays {
  if (data.version === '') throw new RangeError('a holiday table needs a version');
  const days = new Map<number, NamedDay>();
  const years = new Set<number>();
  const numbers = new Set<string>();

  const papers = data.papers.map((paper) => {
    const where = `holiday table ${data.version}, paper ${paper.number}`;
    if (paper.number === '' || numbers.has(paper.number)) {
      throw new RangeError(`${where}: the document number is empty or used twice`);
    }
    numbers.add(paper.number);
    if (!Number.isInteger(paper.year) || paper.year < 1949 || paper.year > 9999) {
      throw new RangeError(`${where}: ${paper.year} is not a year from 1949 to 9999`);
    }
    return { paper, issued: located(where, () => toEpochDay(paper.issuedOn)), named: expandPaper(paper, where) };
  });

  papers.sort((a, b) => a.issued - b.issued);
  for (const { paper, named } of papers) {
    years.add(paper.year);
    for (const [day, value] of named) days.set(day, value);
  }
  if (data.law) addLaw(data.law, years, days, `holiday table ${data.version}, law ${data.law.number}`);
  return { days, years };
}

/** For how many years after the newest paper the law's own days are known. */
const LAW_YEARS = 20;

function addLaw(
  { number, days: lawful }: HolidayLaw,
  years: ReadonlySet<number>,
  days: Map<number, NamedDay>,
  where: string,
): void {
  const newest = Math.max(...years);
  for (let year = newest + 1; year <= newest + LAW_YEARS; year++) {
    for (const { on, holiday } of lawful) {
      const day = located(where, () => toEpochDay(`${year}-${on}`));
      // A paper may have named a day of the December before its year.
      if (!days.has(day)) days.set(day, { off: true, holiday, paper: number });
    }
  }
}

function expandPaper(paper: HolidayPaper, where: string): Map<number, NamedDay> {
  // No paper so far reaches further than this; the bound catches a mistyped year, which would shut an office for years.
  const earliest = toEpochDay(`${paper.year - 1}-12-01`);
  const latest = toEpochDay(`${paper.year}-12-31`);
  const named = new Map<number, NamedDay>();
  for (const entry of paper.days) {
    const last = entry.to ?? entry.from;
    const line = `${where}, ${entry.holiday} ${entry.from} to ${last}`;
    const [from, to] = located(line, () => [toEpochDay(entry.from), toEpochDay(last)] as const);
    if (from > to) throw new RangeError(`${line}: the run ends before it starts`);
    if (from < earliest || to > latest) {
      throw new RangeError(`${line}: outside the year ${paper.year} and the December before`);
    }
    for (let day = from; day <= to; day++) {
      if (named.has(day)) throw new RangeError(`${line}: the paper names one of these days twice`);
      named.set(day, { off: entry.off, holiday: entry.holiday, paper: paper.number });
    }
  }
  return named;
}

function located<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new RangeError(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
