import { Transactor } from '@duban/database';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import { type SelfCheck, SELF_CHECKS } from './self-checks';

/** So many of a kind are named; the rest is counted. */
const NAMED = 20;

/** An invariant that does not hold: of how many things, and which. */
export interface SelfCheckFinding extends Pick<SelfCheck, 'code' | 'zh' | 'en'> {
  count: number;
  /** The first of them: ids, and what is wrong in figures and codes. */
  examples: { id: string; detail: string }[];
}

/**
 * Asks the database for everything that must always hold (自检). Changes nothing. It sees all rows, as the system, and
 * tells ids and figures only: whoever runs duban need not know what the matters are about.
 */
@Injectable()
export class SelfCheckReader {
  constructor(
    private readonly transactor: Transactor,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(): Promise<{ checks: number; findings: SelfCheckFinding[] }> {
    const now = this.clock.now();
    return this.transactor.run(async (tx) => {
      await tx.query('set transaction read only');
      const findings: SelfCheckFinding[] = [];
      for (const { code, zh, en, sql } of SELF_CHECKS) {
        const rows: { id: string; detail: string; count: number }[] = await tx.query(
          `select f.id::text, f.detail, count(*) over ()::int as count from (${sql}) f
           where $1::timestamptz is not null order by f.id limit ${NAMED}`,
          [now],
        );
        if (rows.length === 0) continue;
        findings.push({
          code,
          zh,
          en,
          count: rows[0]!.count,
          examples: rows.map(({ id, detail }) => ({ id, detail })),
        });
      }
      return { checks: SELF_CHECKS.length, findings };
    });
  }
}
