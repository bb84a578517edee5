/** The same row of numbers from 0 to 1 for the same seed (mulberry32). */
export class Random {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Whether something of this probability happens. */
  happens(probability: number): boolean {
    return this.next() < probability;
  }

  below(most: number): number {
    return Math.floor(this.next() * most);
  }

  /** One of several. */
  of<T>(all: readonly [T, ...T[]]): T;
  of<T>(all: readonly T[]): T | undefined;
  of<T>(all: readonly T[]): T | undefined {
    return all[this.below(all.length)];
  }

  id(): string {
    return Array.from({ length: 4 }, () => this.below(2 ** 32).toString(36)).join('-');
  }
}
