/**
 * SQL condition on `notification n`, `obligation o` and `follow_up f`: a reminder, an urge or a summons to a talk whose obligation is no
 * longer open, or has got another deadline since, other than the same day counted anew. A supervision notice (督办单) was issued and is owed an answer, so it
 * is told in any case.
 */
export const OVERTAKEN = `
  coalesce(n.parameters->>'followUpKind' in ('reminder', 'urge', 'talk')
    and (o.state <> 'open' or f.deadline_version < o.ladder_since
      or o.effective_on::text <> n.parameters->>'dueOn'), false)`;

/** SQL condition on `notification n` and a `delivery d` of it to a person, who has read it by another way meanwhile. */
export const READ_ELSEWHERE = `
  exists (select from digest_item same join digest s on s.id = same.digest_id join delivery seen on seen.digest_id = s.id
    where same.notification_id = n.id and s.person_id = d.person_id and seen.state = 'read' and seen.id <> d.id)`;
