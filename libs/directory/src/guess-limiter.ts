import { createHash } from 'node:crypto';

const TRIES = 10;
const WINDOW_MS = 5 * 60_000;
const USERNAMES = 10_000;

/**
 * Slows down who guesses passwords: at most 10 failures for a username in 5 minutes, known or not. It is kept in the
 * memory of one process and forgets the longest untouched username first, so it cannot be filled up.
 */
export class GuessLimiter {
  // Oldest touched first, as a Map keeps the order of insertion.
  private readonly triesByUsername = new Map<string, number[]>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Counts a try as failed until {@link succeeded}, so that tries made at the same time count too. */
  admit(username: string): boolean {
    const key = keyOf(username);
    const since = this.now() - WINDOW_MS;
    const tries = (this.triesByUsername.get(key) ?? []).filter((at) => at > since);
    const admitted = tries.length < TRIES;
    if (admitted) tries.push(this.now());
    this.triesByUsername.delete(key);
    this.triesByUsername.set(key, tries);
    for (const oldest of this.triesByUsername.keys()) {
      if (this.triesByUsername.size <= USERNAMES) break;
      this.triesByUsername.delete(oldest);
    }
    return admitted;
  }

  succeeded(username: string): void {
    this.triesByUsername.delete(keyOf(username));
  }
}

// A fixed size, whatever is sent as a username.
const keyOf = (username: string): string => createHash('sha256').update(username).digest('base64');
