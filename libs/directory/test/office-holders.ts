import { addDays, type LocalDate } from '@duban/kernel';

/*
 * A model, in plain rules, of who holds which post and who stands in for whom (授权、代行). It knows nothing of the
 * machines, nor of the services.
 */

export interface Post {
  id: string;
  kind: string;
  unit: string | null;
}
export interface Person {
  id: string;
  username: string;
}
/** From a day to another, that one not included. */
export interface Term {
  person: Person;
  post: Post;
  from: LocalDate;
  to: LocalDate | null;
}
export interface Proposal {
  id: string;
  kind: 'grant' | 'take';
  person: Person;
  post: Post;
  from: LocalDate;
  to: LocalDate | null;
  succeeds: boolean;
  by: Person;
  state: 'proposed' | 'confirmed' | 'refused' | 'withdrawn';
  told: string[];
}
/** From a day to another, both included. */
export interface Delegation {
  id: string;
  post: Post;
  holder: Person;
  delegate: Person;
  from: LocalDate;
  until: LocalDate;
  by: Person;
  state: 'standing' | 'ended';
}
/** Somebody in a post, their own or another's for whom they stand in. */
export interface Acting {
  person: Person;
  post: Post;
}
export type Command = Acting &
  (
    | { do: 'propose'; what: Pick<Proposal, 'kind' | 'person' | 'post' | 'from' | 'to' | 'succeeds'> }
    | { do: 'confirm' | 'refuse' | 'withdraw'; proposal: Proposal }
    | { do: 'delegate'; what: Pick<Delegation, 'post' | 'holder' | 'delegate' | 'from' | 'until'> }
    | { do: 'end'; delegation: Delegation }
  );

const ADMINISTRATORS = ['admin', 'security', 'auditor'];
/** Posts that one person holds at a time. */
const SINGLE = ['office', 'head', 'contact'];
/** Whose holders stand in for one another in the government's posts. */
const STAND_INS = ['office', 'officer', 'leader'];
const LONGEST_DAYS = 92;

const isAdministrator = ({ kind }: Post): boolean => ADMINISTRATORS.includes(kind);
const isSingle = ({ kind }: Post): boolean => SINGLE.includes(kind);
const later = (a: LocalDate, b: LocalDate): LocalDate => (a > b ? a : b);
const isOn = ({ from, to }: Term, day: LocalDate): boolean => from <= day && (to === null || to > day);
/** From a day on, now or later. */
const lasts = ({ to }: Term, day: LocalDate): boolean => to === null || to > day;

export class OfficeHolders {
  readonly proposals: Proposal[] = [];
  readonly delegations: Delegation[] = [];

  constructor(
    public terms: Term[],
    public today: LocalDate,
  ) {}

  /** In which posts somebody may act today: their own, those of others. */
  actingOf(person: Person): { own: Post[]; others: Delegation[] } {
    return {
      own: this.terms.filter((term) => term.person === person && isOn(term, this.today)).map(({ post }) => post),
      others: this.delegations.filter((one) => one.delegate === person && this.isInForce(one)),
    };
  }

  /** Over with its last day, with the term in which it was made, and when the other may stand in no more. */
  isInForce({ state, from, until, holder, delegate, post }: Delegation): boolean {
    const { today } = this;
    return (
      state === 'standing' &&
      from <= today &&
      today <= until &&
      this.terms.some((one) => one.person === holder && one.post === post && one.from <= from && lasts(one, today)) &&
      this.mayStandIn(delegate, post, today)
    );
  }

  /** Whether one is told of it: it concerns them, or they watch over it. */
  mayKnow({ person, post }: Acting, { holder, delegate, by, post: of }: Delegation): boolean {
    if ([holder, delegate, by].includes(person)) return true;
    return (
      ['office', 'officer', ...ADMINISTRATORS].includes(post.kind) || (post.kind === 'head' && post.unit === of.unit)
    );
  }

  /** Why it is refused; null where it is done. */
  verdict(command: Command): string | null {
    const { own, others } = this.actingOf(command.person);
    const isOwn = own.includes(command.post);
    if (!isOwn && !others.some(({ post }) => post === command.post)) return 'SESSION.NOT_YOUR_POST';
    switch (command.do) {
      case 'propose':
        return this.proposing(command, command.what);
      case 'delegate':
        return this.delegating(command, command.what, isOwn);
      case 'end':
        return this.ending(command, command.delegation, isOwn);
      default:
        return this.deciding(command, command.do, command.proposal);
    }
  }

  /** Does what the verdict allows; what is made gets its id. */
  apply(command: Command, id: string): void {
    switch (command.do) {
      case 'propose': {
        const proposal: Proposal = { ...command.what, id, by: command.person, state: 'proposed', told: ['proposed'] };
        this.proposals.push(proposal);
        if (command.post.kind === 'security') this.decide(proposal, 'confirmed');
        return;
      }
      case 'delegate':
        this.delegations.push({ ...command.what, id, by: command.person, state: 'standing' });
        return;
      case 'end':
        command.delegation.state = 'ended';
        return;
      default:
        this.decide(
          command.proposal,
          ({ confirm: 'confirmed', refuse: 'refused', withdraw: 'withdrawn' } as const)[command.do],
        );
    }
  }

  private proposing(
    { person: who, post: as }: Acting,
    { kind, person, post, from, to, succeeds }: (Command & { do: 'propose' })['what'],
  ): string | null {
    if (as.kind !== 'admin' && as.kind !== 'security') return 'RIGHTS.NOT_ALLOWED';
    if (person === who) return 'RIGHTS.OWN_ACCOUNT';
    if (from < this.today) return 'POST_CHANGE.IN_THE_PAST';
    if (to !== null && to <= from) return 'POST_CHANGE.TERM_EMPTY';
    if (kind === 'grant') {
      if (succeeds && !isSingle(post)) return 'POST_CHANGE.SEVERAL_HOLDERS';
      const refusal = this.holding(person, post, from, to, succeeds);
      if (refusal !== null) return refusal;
    }
    const isThere = (one: Proposal): boolean => one.state === 'proposed' && one.person === person && one.post === post;
    if (this.proposals.some((one) => isThere(one) && one.kind === kind)) return 'POST_CHANGE.PROPOSED_ALREADY';
    // Who may decide it, too, has decided it thereby.
    return as.kind === 'security' ? this.effect(who, { kind, person, post, from, to, succeeds }) : null;
  }

  private deciding(
    { person: who, post: as }: Acting,
    event: 'confirm' | 'refuse' | 'withdraw',
    proposal: Proposal,
  ): string | null {
    const may = as.kind === 'security' || (event === 'withdraw' && as.kind === 'admin');
    if (!may) return 'RIGHTS.NOT_ALLOWED';
    if (event !== 'withdraw' && proposal.person === who) return 'RIGHTS.OWN_ACCOUNT';
    if (proposal.state !== 'proposed') return 'POST_CHANGE.EVENT_NOT_ALLOWED';
    if (event === 'withdraw') return proposal.by === who ? null : 'POST_CHANGE.NOT_YOURS';
    return event === 'confirm' ? this.effect(who, proposal) : null;
  }

  /** Why a change cannot take effect today. */
  private effect(
    who: Person,
    { kind, person, post, from: wanted, to, succeeds }: (Command & { do: 'propose' })['what'],
  ): string | null {
    const from = later(wanted, this.today);
    if (to !== null && to <= from) return 'POST_CHANGE.TERM_PASSED';
    const former = succeeds ? this.predecessors(post, person, from) : [];
    if (former.includes(who)) return 'RIGHTS.OWN_ACCOUNT';
    if (kind === 'take')
      return this.terms.some((one) => one.person === person && one.post === post && lasts(one, from))
        ? null
        : 'POST.NOT_HELD';
    const left = former.reduce((terms, one) => without(terms, one, post, from), this.terms);
    return this.holding(person, post, from, to, false, left);
  }

  private predecessors(post: Post, person: Person, from: LocalDate): Person[] {
    return this.terms
      .filter((one) => one.post === post && one.person !== person && isOn(one, from))
      .map((one) => one.person);
  }

  private holding(
    person: Person,
    post: Post,
    from: LocalDate,
    to: LocalDate | null,
    succeeds: boolean,
    terms: readonly Term[] = this.terms,
  ): string | null {
    const same = terms.filter((one) => one.post === post && lasts(one, from) && (to === null || one.from < to));
    if (same.some((one) => one.person === person)) return 'POST.HELD_ALREADY';
    if (isSingle(post) && same.some((one) => !succeeds || one.from > from)) return 'POST.TERM_OVERLAPS';
    if (!isAdministrator(post)) return null;
    return terms.some((one) => one.person === person && lasts(one, from) && isAdministrator(one.post))
      ? 'POST.ADMINISTRATORS_APART'
      : null;
  }

  private decide(proposal: Proposal, state: Proposal['state']): void {
    proposal.state = state;
    proposal.told.push(state);
    if (state !== 'confirmed') return;
    const { kind, person, post, to, succeeds } = proposal;
    const from = later(proposal.from, this.today);
    if (succeeds)
      for (const one of this.predecessors(post, person, from)) this.terms = without(this.terms, one, post, from);
    if (kind === 'take') this.terms = without(this.terms, person, post, from);
    else this.terms = [...this.terms, { person, post, from, to }];
  }

  private mayMakeFor({ post: as }: Acting, isOwn: boolean, of: Post): boolean {
    if (!isOwn) return false;
    return as.kind === 'office' || as.kind === 'security' || (as.kind === 'head' && as.unit === of.unit);
  }

  private delegating(
    acting: Acting,
    { post, holder, delegate, from, until }: (Command & { do: 'delegate' })['what'],
    isOwn: boolean,
  ): string | null {
    const { person: who } = acting;
    const { today } = this;
    const first = later(from, today);
    const holders = this.terms.filter((one) => one.post === post && isOn(one, first)).map((one) => one.person);
    if (holder === who && holders.includes(who)) {
      if (!isOwn) return 'DELEGATION.BY_DELEGATE';
    } else {
      if (!this.mayMakeFor(acting, isOwn, post)) {
        const isDelegate = this.delegations.some(
          (one) => one.state === 'standing' && one.post === post && one.delegate === who,
        );
        return isDelegate ? 'DELEGATION.BY_DELEGATE' : 'DELEGATION.NOT_YOURS';
      }
      if (holders.length === 0) return 'DELEGATION.NOT_HELD';
      if (!holders.includes(holder)) return 'DELEGATION.WHOSE';
    }
    if (isAdministrator(post)) return 'DELEGATION.NOT_DELEGABLE';
    if (from < today) return 'DELEGATION.IN_THE_PAST';
    if (until < from) return 'DELEGATION.TERM_REVERSED';
    if (until > addDays(from, LONGEST_DAYS - 1)) return 'DELEGATION.TOO_LONG';
    if (delegate === holder || delegate === who) return 'DELEGATION.TO_ONESELF';
    const ofDelegate = this.terms.filter((one) => one.person === delegate);
    if (ofDelegate.some((one) => lasts(one, from) && isAdministrator(one.post))) return 'DELEGATION.TO_ADMINISTRATOR';
    if (ofDelegate.some((one) => one.post === post && isOn(one, from))) return 'DELEGATION.HOLDS_THE_POST';
    if (!this.mayStandIn(delegate, post, from)) return 'DELEGATION.NOT_OF_THE_UNIT';
    const overlaps = this.delegations.some(
      (one) =>
        one.state === 'standing' &&
        one.post === post &&
        one.from <= until &&
        one.until >= from &&
        (one.delegate === delegate || one.holder === holder),
    );
    return overlaps ? 'DELEGATION.OVERLAPS' : null;
  }

  private ending(acting: Acting, delegation: Delegation, isOwn: boolean): string | null {
    if (!this.mayKnow(acting, delegation)) return 'DELEGATION.UNKNOWN';
    if (delegation.state === 'ended') return 'DELEGATION.ENDED';
    const isTheirs = delegation.by === acting.person || delegation.holder === acting.person;
    return isOwn && (isTheirs || this.mayMakeFor(acting, isOwn, delegation.post)) ? null : 'DELEGATION.NOT_YOURS';
  }

  /** Somebody of the same unit, or of those who see all of the government's matters; no administrator. */
  private mayStandIn(person: Person, post: Post, day: LocalDate): boolean {
    const own = this.terms.filter((one) => one.person === person && isOn(one, day)).map((one) => one.post);
    const suits = own.some(({ unit, kind }) => (post.unit === null ? STAND_INS.includes(kind) : unit === post.unit));
    return suits && !own.some(isAdministrator);
  }
}

/** Somebody's terms in a post end on a day; those that have not begun by then are gone. */
const without = (terms: readonly Term[], person: Person, post: Post, day: LocalDate): Term[] =>
  terms.flatMap((one) => {
    if (one.person !== person || one.post !== post || !lasts(one, day)) return [one];
    return one.from < day ? [{ ...one, to: day }] : [];
  });
