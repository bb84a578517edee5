/** Rows read at a time. */
const BLOCK = 100;
/** Blocks that are kept: of a million rows, those that were looked at last. */
const MOST_BLOCKS = 80;

export interface Landmark {
  position: number;
  label: string | null;
  cursor: string;
}
export interface PageOf<T> {
  items: T[];
  next: string | null;
}
/** @param cursor null for the first page */
export type ReadPage<T> = (cursor: string | null, limit: number, signal: AbortSignal) => Promise<PageOf<T>>;

/**
 * The rows of a list that may be very long, as far as they are looked at: read in blocks, from the nearest place from
 * which one can read on. How many there are, and places in the midst, come from the landmarks, and until these are there
 * the list ends a block after what has been read.
 */
export class RowSource<T> {
  private readonly blocks = new Map<number, readonly T[]>();
  private readonly reading = new Map<number, Promise<void>>();
  /** By position, the cursor after as many rows. */
  private readonly cursors = new Map<number, string | null>([[0, null]]);
  private readonly abort = new AbortController();
  private readonly listeners = new Set<() => void>();
  private known: number | null = null;
  private readonly marks: Landmark[] = [];
  private version = 0;
  error: unknown = null;

  constructor(private readonly readPage: ReadPage<T>) {}

  /** Rows in all; where that is not known yet, how far one can scroll at the moment. */
  get total(): number {
    if (this.known !== null) return this.known;
    const last = Math.max(-1, ...this.blocks.keys());
    return (last + 2) * BLOCK;
  }
  get isTotalKnown(): boolean {
    return this.known !== null;
  }
  get landmarks(): readonly Landmark[] {
    return this.marks;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  /** Changes with anything that is to be seen. */
  readonly snapshot = (): number => this.version;

  row(index: number): T | undefined {
    return this.blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK];
  }

  setLandmarks(total: number, items: readonly Landmark[]): void {
    this.known = total;
    this.marks.splice(0, this.marks.length, ...items);
    for (const { position, cursor } of items) this.cursors.set(position, cursor);
    this.changed();
  }

  /** Reads what is missing of these rows. */
  ensure(from: number, to: number): void {
    const last = this.known === null ? to : Math.min(to, this.known - 1);
    for (let block = Math.floor(Math.max(0, from) / BLOCK); block * BLOCK <= last; block++) {
      if (this.blocks.has(block) || this.reading.has(block)) continue;
      const reading = this.read(block).catch((error: unknown) => {
        if (this.abort.signal.aborted) return;
        this.error = error;
        this.changed();
      });
      this.reading.set(block, reading);
      void reading.then(() => this.reading.delete(block));
    }
  }

  /**
   * Reads every row, one block after another, for whoever takes all of them; of a list of a million nobody does.
   * @throws what reading throws
   */
  async all(): Promise<T[]> {
    for (let block = 0; this.known === null || block * BLOCK < this.known; block++) {
      this.ensure(block * BLOCK, block * BLOCK);
      await this.reading.get(block);
      const isEnd = this.known !== null && block * BLOCK >= this.known;
      if (!this.blocks.has(block) && !isEnd) throw this.error ?? new Error('another list is shown by now');
    }
    return this.loaded();
  }

  /** The rows that have been read, in their order. */
  loaded(): T[] {
    return [...this.blocks.entries()].sort(([a], [b]) => a - b).flatMap(([, rows]) => rows);
  }

  /** Nothing is read any more. */
  end(): void {
    this.abort.abort();
  }

  private async read(block: number): Promise<void> {
    const start = block * BLOCK;
    let position = Math.max(...[...this.cursors.keys()].filter((one) => one <= start));
    for (;;) {
      const limit = position < start ? Math.min(200, start - position) : BLOCK;
      const page = await this.readPage(this.cursors.get(position) ?? null, limit, this.abort.signal);
      const end = position + page.items.length;
      if (page.next !== null) this.cursors.set(end, page.next);
      else this.known = end;
      if (position === start) {
        this.keep(block, page.items);
        return;
      }
      if (page.next === null) return;
      position = end;
    }
  }

  private keep(block: number, rows: readonly T[]): void {
    this.blocks.set(block, rows);
    this.error = null;
    for (const oldest of this.blocks.keys()) {
      if (this.blocks.size <= MOST_BLOCKS) break;
      this.blocks.delete(oldest);
    }
    this.changed();
  }

  private changed(): void {
    this.version++;
    for (const tell of this.listeners) tell();
  }
}
