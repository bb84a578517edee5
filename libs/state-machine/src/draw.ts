import type { Machine } from './machine';

/**
 * The machine as a Mermaid state diagram: one arrow a transition, labelled with its event; what changes a mark alone
 * goes from a state to itself, with the mark that it sets (+) or clears (−).
 */
export function toMermaid(machine: Machine<never>): string {
  const lines = ['stateDiagram-v2', `  [*] --> ${machine.initial}`];
  for (const t of machine.transitions) {
    const mark = t.sets ? ` (+${t.sets})` : t.clears ? ` (−${t.clears})` : '';
    for (const from of t.from) lines.push(`  ${from} --> ${t.to ?? from}: ${t.on}${mark}`);
  }
  for (const [name, state] of Object.entries<{ terminal?: boolean }>(machine.states)) {
    if (state.terminal) lines.push(`  ${name} --> [*]`);
  }
  return lines.join('\n');
}
