import type { Machine } from '@duban/state-machine';

export interface FlowArc {
  from: string;
  to: string;
  events: readonly string[];
}
export interface Flow {
  /** The states in a row: those that are reached first first, those without an exit last. */
  states: readonly string[];
  arcs: readonly FlowArc[];
  /** Events that leave the state as it is, and change a mark beside it, by the state. */
  marks: Readonly<Record<string, readonly string[]>>;
}

type Drawn = Pick<Machine, 'initial' | 'states' | 'transitions'>;

/** A machine as a row of states with arcs between them: nothing of it is written twice, it is the machine's own data. */
export function flowOf({ initial, states, transitions }: Drawn): Flow {
  const arcs = new Map<string, { from: string; to: string; events: string[] }>();
  const marks: Record<string, string[]> = {};
  for (const { on, from, to } of transitions) {
    for (const source of from) {
      if (to === undefined || to === source) {
        (marks[source] ??= []).push(on);
        continue;
      }
      const key = `${source} ${to}`;
      const arc = arcs.get(key) ?? { from: source, to, events: [] };
      if (!arc.events.includes(on)) arc.events.push(on);
      arcs.set(key, arc);
    }
  }
  return { states: orderOf(initial, states, [...arcs.values()]), arcs: [...arcs.values()], marks };
}

function orderOf(initial: string, states: Drawn['states'], arcs: readonly FlowArc[]): string[] {
  const order = [initial];
  for (const state of order) {
    for (const { from, to } of arcs) if (from === state && !order.includes(to)) order.push(to);
  }
  const all = [...order, ...Object.keys(states).filter((state) => !order.includes(state))];
  const isEnd = (state: string): boolean => states[state]?.terminal === true;
  return [...all.filter((state) => !isEnd(state)), ...all.filter(isEnd)];
}
