import type { Machine } from './machine';

/**
 * The faults of a machine's definition, each a sentence; an empty list means that it is sound. Processes validate
 * their machines when they start, so that a machine that cannot work never meets a real task.
 */
export function faultsOf(machine: Machine<never>, handledEffects?: readonly string[]): string[] {
  const faults: string[] = [];
  const names = Object.keys(machine.states);
  const known = new Set(names);
  const marks = new Set(machine.marks);
  const say = (fault: string): number => faults.push(`${machine.name}: ${fault}`);

  if (!known.has(machine.initial)) say(`the initial state ${machine.initial} is not defined`);
  const taken = new Set<string>();
  for (const t of machine.transitions) {
    for (const state of [...t.from, ...(t.to === undefined ? [] : [t.to])])
      if (!known.has(state)) say(`${t.on} names the unknown state ${state}`);
    if (t.from.length === 0) say(`${t.on} starts from no state`);
    if (t.actors.length === 0) say(`${t.on} is open to nobody`);
    for (const mark of marksOf(t)) if (!marks.has(mark)) say(`${t.on} names the unknown mark ${mark}`);
    if (t.to === undefined && t.sets === undefined && t.clears === undefined && !t.effects?.length) {
      say(`${t.on} changes nothing`);
    }
    for (const from of t.from) {
      const key = `${t.on} from ${from}`;
      if (taken.has(key)) say(`two transitions share ${key}`);
      taken.add(key);
      if (machine.states[from]?.terminal) say(`${from} is terminal and yet has the exit ${t.on}`);
    }
    for (const effect of t.effects ?? []) {
      if (handledEffects && !handledEffects.includes(effect))
        say(`${t.on} has the effect ${effect}, which nothing handles`);
    }
  }
  for (const mark of marks) {
    if (!machine.transitions.some((t) => t.sets === mark)) say(`nothing sets the mark ${mark}`);
    if (!machine.transitions.some((t) => t.clears === mark)) say(`nothing clears the mark ${mark}`);
  }
  const reached = reachable(machine);
  for (const name of names) {
    if (!reached.has(name)) say(`no path leads to ${name}`);
    if (!machine.states[name]?.terminal && !machine.transitions.some((t) => t.from.includes(name))) {
      say(`${name} has no exit and is not terminal`);
    }
  }
  return faults;
}

/** @throws Error that names every fault of every machine. */
export function assertSound(machines: readonly Machine<never>[], handledEffects?: readonly string[]): void {
  const faults = machines.flatMap((machine) => faultsOf(machine, handledEffects));
  if (faults.length > 0) throw new Error(`unsound state machine:\n${faults.join('\n')}`);
}

const marksOf = ({ needs = [], barredBy = [], sets, clears }: Machine<never>['transitions'][number]): string[] => [
  ...needs,
  ...barredBy,
  ...[sets, clears].filter((mark) => mark !== undefined),
];

function reachable(machine: Machine<never>): Set<string> {
  const reached = new Set<string>([machine.initial]);
  for (let grown = true; grown;) {
    grown = false;
    for (const t of machine.transitions) {
      if (t.to !== undefined && !reached.has(t.to) && t.from.some((from) => reached.has(from))) {
        reached.add(t.to);
        grown = true;
      }
    }
  }
  return reached;
}
