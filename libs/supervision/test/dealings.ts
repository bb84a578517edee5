import { createWorkingCalendar, CHINA_HOLIDAYS, type LocalDate } from '@duban/kernel';

/*
 * A model, in plain rules, of what people do with each other around one task: action plans and their measures, reports
 * that wait for the head of a unit, contributions, disagreements, applications, supervision notices. It knows nothing of
 * the machines, nor of the services.
 */

export const UNITS = ['S03', 'S02', 'S04'] as const;
/** Contact and head of each unit, and of one that has no part; the government's people. */
export const PEOPLE = [
  ...[...UNITS, 'S01'].flatMap((code) => [`${code}.contact`, `${code}.head`]),
  'officer',
  'office',
  'leader',
  'auditor',
  'admin',
];
export const MEASURES = ['完成勘察', '完成施工'];

type Machine =
  | 'action_plan'
  | 'action_plan_measure'
  | 'report_confirmation'
  | 'contribution'
  | 'coordination'
  | 'application'
  | 'supervision_notice';

/** Which events a state is open to, by the relation that asks for them. What is not here is refused. */
const OPEN_TO: Record<Machine, Record<string, Record<string, readonly string[]>>> = {
  action_plan: { submitted: { approve: ['judge'], return: ['judge'] } },
  action_plan_measure: { open: { close: ['unit'] }, closed: { reopen: ['unit', 'judge'] } },
  report_confirmation: { submitted: { confirm: ['head'], send_back: ['head'] } },
  contribution: {
    asked: { submit: ['co_unit'], withdraw: ['lead'] },
    submitted: { return: ['lead'], accept: ['lead'], withdraw: ['lead'] },
    returned: { submit: ['co_unit'], withdraw: ['lead'] },
  },
  coordination: { raised: { settle: ['office'], withdraw: ['raiser'] } },
  application: { requested: { approve: ['approver'], deny: ['approver'], withdraw: ['applicant'] } },
  supervision_notice: {
    issued: { acknowledge: ['unit'], answer: ['unit'] },
    acknowledged: { answer: ['unit'] },
    answered: { accept: ['office'], reject: ['office'] },
  },
};

export interface Part {
  id: string;
  unit: string;
  state: 'assigned' | 'in_progress' | 'not_implemented';
}
export type OwedKind = 'sign_for' | 'action_plan' | 'progress_report' | 'completion';
export interface Owed {
  id: string;
  part: Part;
  kind: OwedKind;
  state: 'open' | 'discharged' | 'lapsed';
  dueOn: LocalDate;
}

/** Whatever has a state of its own beside the parts. */
export interface Item {
  machine: Machine;
  id: string;
  state: string;
  part: Part;
  /** Who handed it in, asked for it, raised it. */
  by: string;
  owed: Owed | null;
  /** Of a measure its plan, of a confirmation the plan that came with the report. */
  plan: Item | null;
  text: string;
  /** Of an application what for; of an extension the new date. */
  kind?: 'extension' | 'close_unimplemented';
  askedOn?: LocalDate;
}

export interface Asked {
  /** What is to be made, or which item is moved. */
  make?: 'plan' | 'revision' | 'progress' | 'contribution' | 'coordination' | 'extension' | 'end' | 'signature';
  item?: Item;
  event: string;
  part: Part;
  who: string;
  /** Whether what goes with it is said: a reason, an answer, a decision, a text. */
  isSaid: boolean;
  /** How many days more are asked for. */
  days: number;
}

export const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
export const unitOf = (who: string): string | null => (who.includes('.') ? who.split('.')[0]! : null);
const isOffice = (who: string): boolean => who === 'office' || who === 'officer';
const isHead = (who: string): boolean => who.endsWith('.head');
const daysBetween = (from: LocalDate, to: LocalDate): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

export class Dealings {
  readonly items: Item[] = [];
  /** Every step of a machine that was taken, `machine event from state`. */
  readonly taken = new Set<string>();

  constructor(
    readonly parts: Part[],
    readonly owed: Owed[],
    public today: LocalDate,
  ) {}

  get lead(): Part {
    return this.parts[0]!;
  }

  owedOf(part: Part, kind: OwedKind): Owed | undefined {
    return this.owed.find((one) => one.part === part && one.kind === kind);
  }

  of(machine: Machine, part?: Part): Item[] {
    return this.items.filter((one) => one.machine === machine && (part === undefined || one.part === part));
  }

  /** How a person stands to an item; nobody's business is empty. */
  private relations(who: string, item: Item): string[] {
    const unit = unitOf(who);
    const isOwn = unit === item.part.unit;
    const isLead = unit === this.lead.unit && this.lead.state !== 'not_implemented';
    switch (item.machine) {
      case 'action_plan':
        return isOwn || isOffice(who) || isLead ? ['judge'] : [];
      case 'action_plan_measure':
        return isOwn ? ['unit'] : isOffice(who) || isLead ? ['judge'] : [];
      case 'report_confirmation':
        return isOwn && isHead(who) ? ['head'] : [];
      case 'contribution':
        return isOwn ? ['co_unit'] : unit === this.lead.unit ? ['lead'] : [];
      case 'coordination':
        return isOffice(who) ? ['office'] : isOwn ? ['raiser'] : [];
      case 'supervision_notice':
        return isOffice(who) ? ['office'] : isOwn ? ['unit'] : [];
      case 'application': {
        const asked = unitOf(item.by) === null ? isOffice(who) : isOwn;
        const decides = item.kind === 'extension' ? isOffice(who) : who === 'office';
        return [...(asked ? ['applicant'] : []), ...(decides ? ['approver'] : [])];
      }
    }
  }

  /** What a state is open to for somebody, whatever else is asked of it. */
  openTo(who: string, item: Item): string[] {
    const relations = this.relations(who, item);
    return Object.entries(OPEN_TO[item.machine][item.state] ?? {})
      .filter(([, of]) => of.some((relation) => relations.includes(relation)))
      .map(([event]) => event)
      .toSorted();
  }

  /**
   * What must come of it: null where it is refused. The effect is given what was made with its id, if something was.
   */
  verdict(asked: Asked): ((made: readonly { machine: Machine; id: string }[]) => void) | null {
    if (asked.item) {
      const { item } = asked;
      if (!this.openTo(asked.who, item).includes(asked.event) || !this.isGranted(asked, item)) return null;
      return () => this.move(asked, item);
    }
    if (!this.mayMake(asked)) return null;
    return (made) => this.make(asked, made);
  }

  private isGranted({ who, event, isSaid }: Asked, item: Item): boolean {
    const { part } = item;
    const hasLead = this.lead.state !== 'not_implemented';
    switch (item.machine) {
      case 'action_plan': {
        const waits = this.of('report_confirmation').find(({ plan }) => plan === item);
        if (waits && waits.state !== 'confirmed') return false;
        if (unitOf(who) === part.unit || (event === 'return' && !isSaid) || part.state === 'not_implemented')
          return false;
        return (part === this.lead || !hasLead) === isOffice(who);
      }
      case 'action_plan_measure':
        return item.plan!.state === 'approved' && isSaid && part.state !== 'not_implemented';
      case 'report_confirmation':
        // What is of a part that has ended is past deciding.
        return part.state !== 'not_implemented' && (event === 'confirm' || isSaid);
      case 'contribution':
        return event === 'submit' ? isSaid && part.state !== 'not_implemented' : event !== 'return' || isSaid;
      case 'coordination':
        return event === 'withdraw' || isSaid;
      case 'supervision_notice':
        return event === 'acknowledge' || event === 'accept' || isSaid;
      case 'application': {
        if (event === 'withdraw') return true;
        if (item.by === who || (event === 'deny' && !isSaid)) return false;
        if (event === 'deny' || item.kind !== 'extension' || who === 'office') return true;
        const granted = this.items.some(
          (one) => one.kind === 'extension' && one.owed === item.owed && one.state === 'approved',
        );
        return !granted && daysBetween(item.owed!.dueOn, item.askedOn!) <= 30;
      }
    }
  }

  private mayMake({ make, who, part, days }: Asked): boolean {
    const unit = unitOf(who);
    const isOwn = unit === part.unit;
    const isOpen = part.state !== 'not_implemented';
    switch (make) {
      case 'signature':
        return isOwn && part.state === 'assigned';
      case 'plan':
      case 'progress': {
        const owed = this.owedOf(part, make === 'plan' ? 'action_plan' : 'progress_report');
        if (!owed || !isOwn || part.state !== 'in_progress' || owed.state !== 'open') return false;
        const stands = this.standing(owed);
        return stands === null || (stands.state === 'submitted' ? isHead(who) : make === 'plan');
      }
      case 'revision': {
        const last = this.of('action_plan', part).at(-1);
        if (!isOwn || part.state !== 'in_progress' || !last) return false;
        return last.owed!.state !== 'open' || last.state === 'submitted' || last.state === 'approved';
      }
      case 'contribution':
        return unit === this.lead.unit && this.lead.state === 'in_progress' && part !== this.lead && isOpen;
      case 'coordination':
        // With the lead, or by the lead with the first of the others.
        return isOwn && isOpen && (part === this.lead ? this.parts[1]! : this.lead).state !== 'not_implemented';
      case 'extension': {
        const owed = this.owedOf(part, 'completion')!;
        const isAsked = this.of('application').some((one) => one.owed === owed && one.state === 'requested');
        return isOwn && isOpen && owed.state === 'open' && !isAsked && this.today <= owed.dueOn && days > 0;
      }
      default: {
        const isAsked = this.of('application', part).some(
          (one) => one.kind === 'close_unimplemented' && one.state === 'requested',
        );
        return (isOffice(who) || (isOwn && isHead(who))) && isOpen && !isAsked;
      }
    }
  }

  /** The last report for what is owed that was not sent back, nor given way: waiting, or counting. */
  private standing(owed: Owed): Item | { state: 'counts' } | null {
    return (
      this.reports.findLast((one) => one.owed === owed && isStanding(one.confirmation))?.confirmation ??
      (this.reports.some((one) => one.owed === owed && one.confirmation === null) ? { state: 'counts' } : null)
    );
  }

  private readonly reports: { owed: Owed; confirmation: Item | null }[] = [];

  private make({ make, who, part, days }: Asked, made: readonly { machine: Machine; id: string }[]): void {
    const idOf = (machine: Machine): string => made.find((one) => one.machine === machine)!.id;
    const add = (machine: Machine, state: string, more: Partial<Item> = {}): Item => {
      const item = { machine, id: idOf(machine), state, part, by: who, owed: null, plan: null, text: '', ...more };
      this.items.push(item);
      return item;
    };
    switch (make) {
      case 'signature':
        part.state = 'in_progress';
        this.settle(this.owedOf(part, 'sign_for')!, 'discharged');
        break;
      case 'plan':
      case 'revision':
      case 'progress': {
        const owed = this.owedOf(part, make === 'progress' ? 'progress_report' : 'action_plan')!;
        const last = make === 'progress' ? undefined : this.of('action_plan', part).at(-1);
        for (const one of this.of('report_confirmation', part))
          if (one.state === 'submitted' && one.owed === owed) this.set(one, 'supersede', 'superseded');
        let plan: Item | null = null;
        if (make !== 'progress') {
          if (last?.state === 'submitted') this.set(last, 'supersede', 'superseded');
          plan = add('action_plan', 'submitted', { owed });
          const before = this.of('action_plan_measure', part).filter((one) => one.plan === last);
          const ids = made.filter((one) => one.machine === 'action_plan_measure');
          MEASURES.forEach((text, i) => {
            const was = before.find((one) => one.text === text);
            this.items.push({
              machine: 'action_plan_measure',
              id: ids[i]!.id,
              state: was?.state ?? 'open',
              part,
              by: who,
              owed: null,
              plan,
              text,
            });
          });
        }
        const confirmation = isHead(who) ? null : add('report_confirmation', 'submitted', { owed, plan });
        this.reports.push({ owed, confirmation });
        if (make === 'progress' && !confirmation) this.settle(owed, 'discharged');
        break;
      }
      case 'contribution':
        add('contribution', 'asked');
        break;
      case 'coordination':
        add('coordination', 'raised');
        break;
      case 'extension': {
        const owed = this.owedOf(part, 'completion')!;
        add('application', 'requested', { kind: 'extension', owed, askedOn: later(owed.dueOn, days) });
        break;
      }
      default:
        add('application', 'requested', { kind: 'close_unimplemented' });
    }
  }

  private move({ event }: Asked, item: Item): void {
    const next: Record<string, string> = {
      approve: 'approved',
      return: 'returned',
      close: 'closed',
      reopen: 'open',
      confirm: 'confirmed',
      send_back: 'sent_back',
      submit: 'submitted',
      accept: item.machine === 'supervision_notice' ? 'closed' : 'accepted',
      withdraw: 'withdrawn',
      settle: 'settled',
      deny: 'denied',
      acknowledge: 'acknowledged',
      answer: 'answered',
      reject: 'acknowledged',
    };
    this.set(item, event, next[event]!);
    const { owed, part } = item;
    const holds = (): boolean => this.of('action_plan', part).some((one) => one !== item && one.state === 'approved');
    if (item.machine === 'action_plan' && event === 'approve') {
      const before = this.of('action_plan', part).find((one) => one !== item && one.state === 'approved');
      if (before) this.set(before, 'supersede', 'superseded');
      for (const one of this.of('action_plan_measure', part).filter(({ plan }) => plan === item)) {
        const was = this.items.find(
          (it) => it.plan === before && before !== undefined && it.machine === one.machine && it.text === one.text,
        );
        if (was?.state === 'closed') one.state = 'closed';
      }
      if (owed!.state === 'open') this.settle(owed!, 'discharged');
    }
    if (item.machine === 'action_plan' && event === 'return' && !holds()) owed!.state = 'open';
    if (item.machine === 'report_confirmation') {
      if (event === 'confirm' && item.plan === null) this.settle(owed!, 'discharged');
      if (event === 'send_back' && item.plan !== null) {
        if (item.plan.state === 'submitted') this.set(item.plan, 'supersede', 'superseded');
        if (!holds()) owed!.state = 'open';
      }
    }
    if (item.machine === 'application' && event === 'approve') {
      if (item.kind === 'extension') {
        owed!.dueOn = calendar.effectiveDate(item.askedOn!);
        this.closeNotices(owed!);
      } else this.end(part);
    }
  }

  private end(part: Part): void {
    part.state = 'not_implemented';
    for (const one of this.owed) if (one.part === part && one.state === 'open') this.settle(one, 'lapsed');
    for (const one of this.of('application', part))
      if (one.state === 'requested') this.set(one, 'withdraw', 'withdrawn');
  }

  private settle(owed: Owed, state: 'discharged' | 'lapsed'): void {
    owed.state = state;
    this.closeNotices(owed);
    for (const one of this.of('application'))
      if (one.owed === owed && one.state === 'requested') this.set(one, 'withdraw', 'withdrawn');
  }

  private closeNotices(owed: Owed): void {
    for (const one of this.of('supervision_notice'))
      if (one.owed === owed && ['issued', 'acknowledged', 'answered'].includes(one.state))
        this.set(one, 'close', 'closed');
  }

  /** A notice has come about something that is owed: the one before is raised; an answer that waits would have held it. */
  notice(id: string, owedId: string): string | null {
    const owed = this.owed.find((one) => one.id === owedId);
    if (!owed) return null;
    for (const one of this.of('supervision_notice').filter((it) => it.owed === owed)) {
      if (one.state === 'answered') return `a notice came though an answer to ${one.id} waits`;
      if (one.state === 'issued' || one.state === 'acknowledged') this.set(one, 'raise', 'raised');
    }
    this.items.push({
      machine: 'supervision_notice',
      id,
      state: 'issued',
      part: owed.part,
      by: 'system',
      owed,
      plan: null,
      text: '',
    });
    return owed.state === 'open' ? null : `a notice came about a ${owed.kind} that is ${owed.state}`;
  }

  private set(item: Item, event: string, state: string): void {
    this.taken.add(`${item.machine} ${event} from ${item.state}`);
    item.state = state;
  }
}

const isStanding = (confirmation: Item | null): boolean =>
  confirmation !== null && (confirmation.state === 'submitted' || confirmation.state === 'confirmed');

export const later = (day: LocalDate, days: number): LocalDate =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10) as LocalDate;
