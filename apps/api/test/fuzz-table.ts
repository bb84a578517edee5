import type { Shot } from './fuzz-shots';

/** What came of many requests: how many by route and status, and each kind of fault once, with a request that shows it. */
export class FuzzTable {
  readonly faults: { fault: string; shot: Shot }[] = [];
  requests = 0;
  good = 0;
  private readonly byRoute = new Map<string, Map<number, number>>();
  private readonly known = new Set<string>();

  know(routes: readonly string[]): void {
    for (const route of routes) if (!this.byRoute.has(route)) this.byRoute.set(route, new Map());
  }

  count(route: string, status: number, faults: readonly string[], shot: Shot): void {
    this.requests++;
    if (status < 400) this.good++;
    const counts = this.byRoute.get(route)!;
    counts.set(status, (counts.get(status) ?? 0) + 1);
    for (const fault of faults) {
      // The same fault has another id, another number, another time.
      const kind = fault.split('; in ')[0]!.replace(/"requestId":"[^"]*"|"instance":"[^"]*"|\d+|[0-9a-f-]{36}/g, '');
      if (this.known.has(kind)) continue;
      this.known.add(kind);
      this.faults.push({ fault, shot });
    }
  }

  soFar(requests: number): string {
    return `${this.requests} of ${requests} requests, ${this.faults.length} kinds of faults\n`;
  }

  text(seed: number): string {
    const statuses = new Map<number, number>();
    for (const counts of this.byRoute.values())
      for (const [status, count] of counts) statuses.set(status, (statuses.get(status) ?? 0) + count);
    const routes = [...this.byRoute];
    const asked = routes.filter(([, counts]) => counts.size > 0);
    const answered = asked.filter(([, counts]) => [...counts.keys()].some((status) => status < 400));
    const never = asked.filter((one) => !answered.includes(one)).map(([route]) => route);
    const rows = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => line(String(status), count));
    return [
      '',
      `seed ${seed}`,
      line('requests', this.requests),
      ...rows,
      line('routes', routes.length),
      line('asked', asked.length),
      line('answered well', answered.length),
      line('kinds of faults', this.faults.length),
      ...(never.length === 0 ? [] : [`never answered well: ${never.join(', ')}`]),
      ...this.faults.map(({ fault, shot }) => `\n${fault}\n  by ${JSON.stringify(shot).slice(0, 1_000)}`),
      '',
      '',
    ].join('\n');
  }
}

const line = (name: string, count: number): string => `${name.padEnd(18)}${String(count).padStart(9)}`;
