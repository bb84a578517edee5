import { Session, type Profiler } from 'node:inspector/promises';

/** Where code lies: duban's own, a package, Node itself, or no code, as the clearing up of memory. */
export type Origin = 'duban' | 'package' | 'node' | 'engine';

/** One function in a stack of calls, with the time that passed in it and in all that it called. */
export interface Frame {
  name: string;
  origin: Origin;
  /** Of the measured time, from 0 to 1: where it begins, and how much. */
  from: number;
  share: number;
  depth: number;
}

export interface Profiled {
  profile: Profiler.Profile;
  /** Milliseconds of processor time that the process was at work. */
  busyMs: number;
  frames: Frame[];
}

const SAMPLED_EVERY_US = 250;
/** Less cannot be seen. */
const LEAST_SHARE = 0.001;

/** Does some work while the engine looks every quarter of a millisecond what it is at. */
export async function profiled(work: () => Promise<unknown>): Promise<Profiled> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLED_EVERY_US });
    await session.post('Profiler.start');
    await work();
    const { profile } = await session.post('Profiler.stop');
    return { profile, ...framesOf(profile) };
  } finally {
    session.disconnect();
  }
}

/** A profile as stacks of calls that lie beside one another; time without work is left out. */
export function framesOf({
  nodes,
  samples = [],
  timeDeltas = [],
}: Profiler.Profile): Pick<Profiled, 'busyMs' | 'frames'> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const own = new Map<number, number>();
  samples.forEach((id, at) => {
    if (byId.get(id)?.callFrame.functionName !== '(idle)') own.set(id, (own.get(id) ?? 0) + (timeDeltas[at] ?? 0));
  });
  const totals = new Map<number, number>();
  // A node is told before those that it calls.
  for (const { id, children = [] } of nodes.toReversed())
    totals.set(
      id,
      children.reduce((sum, child) => sum + (totals.get(child) ?? 0), own.get(id) ?? 0),
    );
  const all = totals.get(nodes[0]!.id) ?? 0;
  const frames: Frame[] = [];
  const lay = (id: number, start: number, depth: number): void => {
    const { callFrame, children = [] } = byId.get(id)!;
    const share = (totals.get(id) ?? 0) / all;
    if (!(share >= LEAST_SHARE)) return;
    const { functionName, url } = callFrame;
    if (depth >= 0)
      frames.push({ name: functionName || '(nameless)', origin: originOf(url), from: start, share, depth });
    let from = start;
    for (const child of children) {
      lay(child, from, depth + 1);
      from += (totals.get(child) ?? 0) / all;
    }
  };
  lay(nodes[0]!.id, 0, -1);
  return { busyMs: all / 1000, frames };
}

function originOf(url: string): Origin {
  if (url === '') return 'engine';
  if (url.startsWith('node:')) return 'node';
  return url.includes('/node_modules/') ? 'package' : 'duban';
}
