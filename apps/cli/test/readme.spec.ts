import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MACHINES } from '@duban/domain';
import { toMermaid } from '@duban/state-machine';

const ROOT = join(__dirname, '../../..');
const README = join(ROOT, 'README.md');

/** What each library imports, read off its sources. */
function imports(): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const library of readdirSync(join(ROOT, 'libs')).toSorted()) {
    const found = new Set<string>();
    for (const file of readdirSync(join(ROOT, 'libs', library, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.includes('spec.ts')) continue;
      const source = readFileSync(join(ROOT, 'libs', library, 'src', file), 'utf8');
      for (const [, name] of source.matchAll(/from '@duban\/([\w-]+)'/g)) found.add(name!);
    }
    graph.set(library, found);
  }
  return graph;
}

/** Arrows that follow from others are left out: who imports a library may import what that one imports. */
function drawLibraries(graph: ReadonlyMap<string, ReadonlySet<string>>): string {
  const reach = (from: string): Set<string> =>
    new Set([...(graph.get(from) ?? [])].flatMap((next) => [next, ...reach(next)]));
  const lines = ['graph TD'];
  for (const [library, direct] of graph) {
    const indirect = new Set([...direct].flatMap((next) => [...reach(next)]));
    for (const to of [...direct].toSorted()) if (!indirect.has(to)) lines.push(`  ${library} --> ${to}`);
  }
  return lines.join('\n');
}

function drawings(): Record<string, string> {
  const fenced = (drawing: string): string => `\`\`\`mermaid\n${drawing}\n\`\`\``;
  const machines = MACHINES.map((machine) => `**${machine.name}**\n\n${fenced(toMermaid(machine))}`);
  return { machines: machines.join('\n\n'), libraries: fenced(drawLibraries(imports())) };
}

function withDrawings(readme: string): string {
  return Object.entries(drawings()).reduce((text, [name, drawing]) => {
    const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
    const [before, rest] = text.split(begin);
    const after = rest?.split(end)[1];
    if (after === undefined) throw new Error(`README.md has no place for the drawing of ${name}`);
    return `${before}${begin}\n\n${drawing}\n\n${end}${after}`;
  }, readme);
}

describe('the drawings in the README', () => {
  it('are those of the code; npm run draw makes them anew', () => {
    const readme = readFileSync(README, 'utf8');
    const drawn = withDrawings(readme);
    if (process.env.DRAW) writeFileSync(README, drawn);
    else expect(readme).toBe(drawn);
    expect(drawn).toContain('stateDiagram-v2');
  });
});
