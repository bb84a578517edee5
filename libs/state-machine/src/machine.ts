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
> {
  on: Event;
  from: readonly State[];
  to: State;
  /** Who may do it: the actor's relation to the thing, any one of these. */
  actors: readonly Actor[];
  guards?: readonly Guard<Facts>[];
  /** What follows, by name; whoever runs the machine has one handler a name. */
  effects?: readonly Effect[];
}

/** A state machine as plain data: no clock, no I/O, nothing that runs but pure guards. */
export interface Machine<
  Facts = never,
  State extends string = string,
  Event extends string = string,
  Actor extends string = string,
  Effect extends string = string,
> {
  name: string;
  version: number;
  initial: State;
  states: Readonly<Record<State, { terminal?: boolean }>>;
  transitions: readonly Transition<Facts, State, Event, Actor, Effect>[];
}

export type StateOf<M> = M extends Machine<never, infer S, string, string, string> ? S : never;

/** Keeps the literal names of a machine, so that a misspelt state or event is a type error. */
export const defineMachine =
  <Facts>() =>
  <State extends string, Event extends string, Actor extends string, Effect extends string>(
    machine: Machine<Facts, State, Event, Actor, Effect>,
  ): Machine<Facts, State, Event, Actor, Effect> =>
    machine;

export type Decision<State extends string, Effect extends string> =
  | { ok: true; from: State; to: State; effects: readonly Effect[] }
  | { ok: false; reason: 'event_not_allowed'; allowed: readonly string[] }
  | { ok: false; reason: 'actor_not_allowed'; actors: readonly string[] }
  | { ok: false; reason: 'guard'; code: string; message: string };

/**
 * Decides one event, purely. `relations` are all the ways in which the person stands to the thing; one that the
 * transition names is enough. Never throws, never waits, never reads a clock (an instant is a fact).
 */
export function decide<Facts, State extends string, Event extends string, Actor extends string, Effect extends string>(
  machine: Machine<Facts, State, Event, Actor, Effect>,
  state: State,
  event: string,
  relations: readonly Actor[],
  facts: Facts,
): Decision<State, Effect> {
  const transition = machine.transitions.find((t) => t.on === event && t.from.includes(state));
  if (!transition) return { ok: false, reason: 'event_not_allowed', allowed: eventsFrom(machine, state, relations) };
  if (!transition.actors.some((actor) => relations.includes(actor))) {
    return { ok: false, reason: 'actor_not_allowed', actors: transition.actors };
  }
  const refusal = transition.guards?.find((guard) => !guard.allows(facts));
  if (refusal) return { ok: false, reason: 'guard', code: refusal.code, message: refusal.message };
  return { ok: true, from: state, to: transition.to, effects: transition.effects ?? [] };
}

/** The events that a state has a transition for, open to any of the relations, in the machine's order. */
function eventsFrom<Facts, State extends string, Event extends string, Actor extends string>(
  machine: Machine<Facts, State, Event, Actor>,
  state: State,
  relations: readonly Actor[],
): Event[] {
  const open = machine.transitions.filter(
    (t) => t.from.includes(state) && t.actors.some((actor) => relations.includes(actor)),
  );
  return [...new Set(open.map((t) => t.on))];
}
