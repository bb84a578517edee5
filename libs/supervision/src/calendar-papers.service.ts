import { consequences, lockCalendar, recordedPapers } from '@duban/database';
import { type Actor, HistoryService, systemActor } from '@duban/history';
import {
  addDays,
  calendarOfPapers,
  calendarVersion,
  checkPaper,
  CHINA_HOLIDAYS,
  conflict,
  type DayDifference,
  dayDifferences,
  type DayKind,
  type HolidayPaper,
  invalid,
  isSamePaper,
  type LocalDate,
  newId,
  parseLocalDate,
  type RecordedPaper,
  type WorkingCalendar,
} from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DayRecount } from './day-recount';

/** A paper with the version of the calendar that it makes. */
export interface CalendarPaperView extends RecordedPaper {
  id: string;
  /** Of the calendar, from 1 on. */
  position: number;
  version: string;
  url: string;
  /** Null for those that were shipped. */
  importedBy: { personId: string; name: string } | null;
  recordedAt: Date;
}

/** What a paper does to the calendar. */
export interface CalendarChange {
  /** Of the calendar with the paper. */
  version: string;
  position: number;
  /** False where the same paper was recorded already: nothing is done then. */
  isNew: boolean;
  /** The days that are not what they were. */
  differences: DayDifference[];
}

/** The days of a year that are not as their weekday says. */
export interface CalendarYear {
  year: number;
  version: string;
  position: number;
  /** Whether its paper is not out yet, so that only weekends and what the law itself fixes are known. */
  isProvisional: boolean;
  days: ({ date: LocalDate } & DayKind)[];
}

/** The papers that arrange days off and make-up days (放假安排通知): recorded once, each makes the next calendar. */
@Injectable()
export class CalendarPapers {
  constructor(
    private readonly history: HistoryService,
    private readonly days: DayRecount,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /** Records the shipped papers that the database does not have yet; what the office imported before stays. */
  async ensureShipped(tx: EntityManager): Promise<void> {
    await lockCalendar(tx);
    const known = await recordedPapers(tx);
    const before = [...known];
    const at = new Date();
    for (const paper of CHINA_HOLIDAYS.papers) {
      if (known.some(({ number }) => number === paper.number)) continue;
      known.push({ ...paper, supersedes: [] });
      await insert(tx, known, null, at);
    }
    if (before.length > 0) await this.recountDays(tx, systemActor(`calendar-${newId()}`), at, before, known);
  }

  /** What a paper would change. @throws DomainError as {@link import} */
  async preview(tx: EntityManager, paper: RecordedPaper): Promise<CalendarChange> {
    return this.changeBy(paper, await recordedPapers(tx)).change;
  }

  /**
   * Records a paper, after which all dates are computed by the next calendar; those of what is owed are counted anew.
   * The same paper again changes nothing.
   *
   * @throws DomainError invalid CALENDAR.PAPER_INVALID with a fault for each field, conflict CALENDAR.PAPER_RECORDED
   *   where another text is recorded under its number
   */
  async import(tx: EntityManager, actor: Actor, at: Date, paper: RecordedPaper): Promise<CalendarChange> {
    await lockCalendar(tx);
    const known = await recordedPapers(tx);
    const { change, papers } = this.changeBy(paper, known);
    if (!change.isNew) return change;
    const id = await insert(tx, papers, actor.personId, at);
    await this.history.append(tx, actor, at, [
      {
        type: 'calendar_paper.imported',
        entity: 'calendar_paper',
        entityId: id,
        after: { id, position: change.position, version: change.version, ...paper },
      },
    ]);
    const system = systemActor(`calendar-${id}`);
    await consequences(tx, () => this.recountDays(tx, system, at, known, papers));
    return change;
  }

  /** All but the deadlines of obligations, which are many, and counted anew in rounds. */
  private async recountDays(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    before: readonly RecordedPaper[],
    after: readonly RecordedPaper[],
  ): Promise<void> {
    if (after.length === before.length) return;
    const reason = papersInWords(after.slice(before.length));
    await this.days.run(tx, actor, at, { from: calendarOf(before), to: calendarOf(after), reason });
  }

  async list(tx: EntityManager): Promise<CalendarPaperView[]> {
    const rows: (Omit<CalendarPaperView, 'importedBy'> & { personId: string | null; name: string | null })[] =
      await tx.query(
        `select c.id, c.position, c.version, c.number, c.title, c.issued_on::text as "issuedOn", c.url, c.year, c.days,
           c.supersedes, c.imported_by as "personId", p.display_name as name, c.recorded_at as "recordedAt"
         from calendar_paper c left join person p on p.id = c.imported_by order by c.position`,
      );
    return rows.map(({ personId, name, ...paper }) => ({
      ...paper,
      importedBy: personId === null ? null : { personId, name: name ?? '' },
    }));
  }

  /** A year as the newest calendar has it. */
  year(year: number): CalendarYear {
    const { version, position } = this.calendar;
    const first = parseLocalDate(`${year}-01-01`);
    const days: CalendarYear['days'] = [];
    for (let date = first; date <= `${year}-12-31`; date = addDays(date, 1)) {
      const kind = this.calendar.dayKind(date);
      if (kind.holiday !== undefined) days.push({ date, ...kind });
    }
    return { year, version, position, isProvisional: this.calendar.isProvisional(first), days };
  }

  private changeBy(
    paper: RecordedPaper,
    known: readonly RecordedPaper[],
  ): { change: CalendarChange; papers: RecordedPaper[] } {
    if (known.length === 0) throw new Error('the shipped papers are not recorded: they are written at start');
    const same = known.findLast(({ number }) => number === paper.number);
    if (same && isSamePaper(same, paper)) {
      return { change: { ...this.stands(known), isNew: false, differences: [] }, papers: [...known] };
    }
    if (same && !paper.supersedes.includes(paper.number)) {
      throw conflict(
        'CALENDAR.PAPER_RECORDED',
        `${paper.number} is recorded with another text. Where that was a wrong transcription, name its number in "supersedes".`,
        { field: 'number', differs: dayDifferences(calendarOf(known), calendarOf([...known, paper]), paper.year) },
      );
    }
    const faults = checkPaper(paper, known).map(({ field, code, message }) => ({
      field,
      code: `CALENDAR.${code.toUpperCase()}`,
      message,
    }));
    if (faults.length > 0) {
      throw invalid('CALENDAR.PAPER_INVALID', 'The paper was not recorded: see what is wrong with it.', {
        field: faults[0]!.field,
        faults,
      });
    }
    const papers = [...known, paper];
    const differences = dayDifferences(calendarOf(known), calendarOf(papers), paper.year);
    return { change: { ...this.stands(papers), isNew: true, differences }, papers };
  }

  private stands(papers: readonly RecordedPaper[]): { version: string; position: number } {
    return { version: calendarVersion(papers), position: papers.length };
  }
}

/** Several, as Chinese documents list them. */
export const papersInWords = (papers: readonly RecordedPaper[]): string =>
  papers.map(({ number, title }) => `${number} ${title}`).join('、');

const calendarOf = (papers: readonly RecordedPaper[]): WorkingCalendar => calendarOfPapers(papers, CHINA_HOLIDAYS.law);

/** Records the last of the papers. */
async function insert(
  tx: EntityManager,
  papers: readonly RecordedPaper[],
  importedBy: string | null,
  at: Date,
): Promise<string> {
  const id = newId();
  const { number, title, issuedOn, url, year, days, supersedes } = papers.at(-1)! satisfies HolidayPaper;
  await tx.query(
    `insert into calendar_paper (id, position, version, number, title, issued_on, url, year, days, supersedes,
       imported_by, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      id,
      papers.length,
      calendarVersion(papers),
      number,
      title,
      issuedOn,
      url,
      year,
      JSON.stringify(days),
      supersedes,
      importedBy,
      at,
    ],
  );
  return id;
}
