import type { LocalDate } from '@duban/kernel';
import { daysBetween, dayOf, type ReferenceDays } from './reference-days';
import { ReferencePart } from './reference-part';
import type { RefRecipient, RefRules } from './reference-rules';

/** A plan on paper: by which rules it goes now, and from which day it holds. */
export interface ReferencePlan {
  rules: RefRules;
  year: number;
  issuedOn: LocalDate;
  days: ReferenceDays;
}

/** One task on paper, with the parts that units have in it, in the order in which they came to have them. */
export class ReferenceTask {
  readonly parts: ReferencePart[] = [];
  readonly story: string[] = [];
  private dueOn: LocalDate | null = null;

  /** @param target what it promises to reach by its date, where it does */
  constructor(
    readonly plan: ReferencePlan,
    lead: string,
    other: string | null,
    private readonly target: number | null,
    at: Date,
  ) {
    this.parts.push(new ReferencePart(this, lead, 'lead', plan.issuedOn, at));
    if (other !== null) this.parts.push(new ReferencePart(this, other, 'responsible', plan.issuedOn, at));
    this.redate();
  }

  get hasTarget(): boolean {
    return this.target !== null;
  }

  /** Its date is the last by which a unit that leads it is to complete it. */
  redate(): void {
    const dates = this.parts
      .filter(({ role }) => role === 'lead')
      .flatMap(({ owed }) => owed.filter(({ kind, state }) => kind === 'completion' && state !== 'lapsed'))
      .map(({ recordedOn }) => recordedOn);
    this.dueOn = dates.toSorted().at(-1) ?? this.dueOn;
  }

  /** How far a part is with the target, in percent of it, and behind an even course: by its own figures, else the lead's. */
  progressOf(part: ReferencePart, on: LocalDate): { reached: number; behind: number } | null {
    if (this.target === null) return null;
    const leads = this.parts.filter(({ role }) => role === 'lead').flatMap(({ figures }) => figures);
    const figures = part.figures.length > 0 ? part.figures : leads;
    const newest = figures.toSorted((a, b) => a.at.getTime() - b.at.getTime()).at(-1);
    if (!newest) return null;
    const { issuedOn, year } = this.plan;
    const to = this.dueOn ?? (`${year}-12-31` as LocalDate);
    let course = (this.target * daysBetween(issuedOn, on)) / daysBetween(issuedOn, to);
    if (on <= issuedOn) course = 0;
    if (on >= to) course = this.target;
    const percent = (figure: number): number => Math.round((figure / this.target!) * 100 * 1e6) / 1e6;
    return {
      reached: percent(newest.value),
      behind: Math.max(0, percent(Math.round(course * 1e6) / 1e6 - newest.value)),
    };
  }

  /** The posts that a relation stands for. No unit here has deputies or handlers, and no task names a leader. */
  postsOf(unit: string, recipient: RefRecipient): string[] {
    const leads = this.parts.filter(({ role, state }) => role === 'lead' && state !== 'cancelled');
    const leading = leads.length > 0 ? leads.map((part) => part.unit) : [unit];
    switch (recipient) {
      case 'contact':
      case 'handler':
        return [`${unit}.contact`];
      case 'head':
      case 'deputy':
        return [`${unit}.head`];
      case 'lead_contact':
        return leading.map((one) => `${one}.contact`);
      case 'lead_head':
        return leading.map((one) => `${one}.head`);
      case 'leader_in_charge':
      case 'office':
        return ['office'];
    }
  }

  /**
   * Units give their parts to others (机构改革). A part goes on under the first unit that gets it, each other gets one of
   * its own; of two that a unit would have, the stronger goes on, of two equal ones the less advanced.
   *
   * @param units those that are concerned
   * @param goesTo the units that get a part; null: it stays
   */
  reorganise(units: readonly string[], goesTo: (part: ReferencePart) => string[] | null, at: Date): void {
    const open = this.parts.filter((part) => !part.hasEnded && units.includes(part.unit));
    const claims = new Map<string, { part: ReferencePart; isNew: boolean }[]>();
    const claim = (unit: string, part: ReferencePart, isNew: boolean): void => {
      claims.set(unit, [...(claims.get(unit) ?? []), { part, isNew }]);
    };
    for (const part of open) {
      const [first, ...others] = goesTo(part) ?? [part.unit];
      claim(first!, part, false);
      for (const unit of others) claim(unit, part, true);
    }
    const kept: (() => void)[] = [];
    for (const [unit, rivals] of claims) {
      const rank = ({ part, isNew }: (typeof rivals)[number]): number[] => [
        part.role === 'lead' ? 0 : 1,
        Number(isNew),
        ['assigned', 'in_progress', 'reported'].indexOf(part.state),
        Number(part.unit !== unit),
        this.parts.indexOf(part),
      ];
      const [stays, ...others] = rivals.toSorted((one, other) => {
        const [a, b] = [rank(one), rank(other)];
        return a.map((n, i) => n - b[i]!).find((n) => n !== 0) ?? 0;
      });
      for (const { part, isNew } of others) if (!isNew) part.end('cancelled');
      const { part, isNew } = stays!;
      if (isNew) kept.push(() => this.parts.push(new ReferencePart(this, unit, part.role, dayOf(at), at)));
      else part.unit = unit;
    }
    for (const add of kept) add();
  }
}
