/** A named condition on the facts. `code` is what the caller is told when it does not hold. */
export interface Guard<Facts> {
  code: string;
  /** Why it was refused, in one plain sentence. */
  message: string;
  allows(facts: Facts): boolean;
}

export interface Transition<
  Facts,
  State extends string,
  Event extends string,
  Actor extends string,
  Effect extends string,
  Mark extends string = string,
> {
  on: Event;
  from: readonly State[];
  /** Left out where the state stays what it is, and only a mark changes. */
  to?: State;
  /** Marks that the thing bears, all of them, else the event is not open. */
  needs?: readonly Mark[];
  /** Marks that close the event while the thing bears any of them. */
  barredBy?: readonly Mark[];
  sets?: Mark;
  clears?: Mark;
  /** Who may do it: the actor's relation to the thing, any one of these. */
  actors: readonly Actor[];
  guards?: readonly Guard<Facts>[];
  /** What follows, by name; whoever runs the machine has one handler a name. */
  effects?: readonly Effect[];
}

/**
 * A state machine as plain data: no clock, no I/O, nothing that runs but pure guards. Marks stand beside the state: a
 * thing that is suspended is still in the state in which it was.
 */
export interface Machine<
  Facts = never,
  State extends string = string,
  Event extends string = string,
  Actor extends string = string,
  Effect extends string = string,
  Mark extends string = string,
> {
  name: string;
  version: number;
  initial: State;
  states: Readonly<Record<State, { terminal?: boolean }>>;
  marks?: readonly Mark[];
  transitions: readonly Transition<Facts, State, Event, Actor, Effect, Mark>[];
}

export type StateOf<M> = M extends Machine<never, infer S, string, string, string> ? S : never;

/** Keeps the literal names of a machine, so that a misspelt state or event is a type error. */
export const defineMachine =
  <Facts>() =>
  <
    State extends string,
    Event extends string,
    Actor extends string,
    Effect extends string,
    Mark extends string = never,
  >(
    machine: Machine<Facts, State, Event, Actor, Effect, Mark>,
  ): Machine<Facts, State, Event, Actor, Effect, Mark> =>
    machine;

export type Decision<State extends string, Effect extends string, Mark extends string = string> =
  | { ok: true; from: State; to: State; marks: Mark[]; effects: readonly Effect[] }
  | { ok: false; reason: 'event_not_allowed'; allowed: readonly string[] }
  | { ok: false; reason: 'actor_not_allowed'; actors: readonly string[] }
  | { ok: false; reason: 'guard'; code: string; message: string };

/**
 * Decides one event, purely. `relations` are all the ways in which the person stands to the thing; one that the
 * transition names is enough. Never throws, never waits, never reads a clock (an instant is a fact).
 */
export function decide<
  Facts,
  State extends string,
  Event extends string,
  Actor extends string,
  Effect extends string,
  Mark extends string,
>(
  machine: Machine<Facts, State, Event, Actor, Effect, Mark>,
  state: State,
  event: string,
  relations: readonly Actor[],
  facts: Facts,
  marks: readonly Mark[] = [],
): Decision<State, Effect, Mark> {
  const transition = machine.transitions.find((t) => t.on === event && isOpen(t, state, marks));
  if (!transition) {
    return { ok: false, reason: 'event_not_allowed', allowed: eventsFrom(machine, state, relations, marks) };
  }
  if (!transition.actors.some((actor) => relations.includes(actor))) {
    return { ok: false, reason: 'actor_not_allowed', actors: transition.actors };
  }
  const refusal = transition.guards?.find((guard) => !guard.allows(facts));
  if (refusal) return { ok: false, reason: 'guard', code: refusal.code, message: refusal.message };
  const { sets, clears, to = state, effects = [] } = transition;
  const left = marks.filter((mark) => mark !== clears && mark !== sets);
  const after = sets === undefined ? left : [...left, sets];
  // Nothing stands beside an end.
  return { ok: true, from: state, to, marks: machine.states[to].terminal ? [] : after, effects };
}

const isOpen = <State extends string, Mark extends string>(
  {
    from,
    needs = [],
    barredBy = [],
  }: Pick<Transition<never, State, string, string, string, Mark>, 'from' | 'needs' | 'barredBy'>,
  state: State,
  marks: readonly Mark[],
): boolean =>
  from.includes(state) && needs.every((mark) => marks.includes(mark)) && !barredBy.some((mark) => marks.includes(mark));

/** The events that a state has a transition for, open to any of the relations, in the machine's order. */
export function eventsFrom<
  Facts,
  State extends string,
  Event extends string,
  Actor extends string,
  Mark extends string,
>(
  machine: Machine<Facts, State, Event, Actor, string, Mark>,
  state: State,
  relations: readonly Actor[],
  marks: readonly Mark[] = [],
): Event[] {
  const open = machine.transitions.filter(
    (t) => isOpen(t, state, marks) && t.actors.some((actor) => relations.includes(actor)),
  );
  return [...new Set(open.map((t) => t.on))];
}
