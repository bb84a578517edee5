import { type LadderTerm, ladderTerm } from '@duban/domain';
import { type LocalDate, localDateOf, type WorkingCalendar } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import type { Obligation } from './obligation.entity';

/** What the date was counted from, as its version records it. */
interface Origin {
  base: Readonly<Record<string, unknown>>;
}

/** The time that an obligation has by a date that is set now. */
export const termBy = (
  { createdAt }: Pick<Obligation, 'createdAt'>,
  effectiveOn: LocalDate,
  { base }: Origin,
  timeZone: string,
  calendar: WorkingCalendar,
): LadderTerm => ladderTerm(localDateOf(createdAt, timeZone), Number(base.stoppedDays ?? 0), effectiveOn, calendar);

/** The time that an obligation has by its present date. */
export async function termOf(
  tx: EntityManager,
  { id, createdAt, effectiveOn, deadlineVersion }: Obligation,
  timeZone: string,
  calendar: WorkingCalendar,
): Promise<LadderTerm> {
  const [deadline]: Origin[] = await tx.query(
    `select base from deadline_version where obligation_id = $1 and version = $2`,
    [id, deadlineVersion],
  );
  return termBy({ createdAt }, effectiveOn, deadline ?? { base: {} }, timeZone, calendar);
}
