import type { Machine } from './machine';

/** The machine as a Mermaid state diagram: one arrow a transition, labelled with its event. */
export function toMermaid(machine: Machine<never>): string {
  const lines = ['stateDiagram-v2', `  [*] --> ${machine.initial}`];
  for (const t of machine.transitions) for (const from of t.from) lines.push(`  ${from} --> ${t.to}: ${t.on}`);
  for (const [name, state] of Object.entries<{ terminal?: boolean }>(machine.states)) {
    if (state.terminal) lines.push(`  ${name} --> [*]`);
  }
  return lines.join('\n');
}
