/**
 * SQL condition on `notification n`, `obligation o` and `follow_up f`: a reminder or an urge whose obligation is no
 * longer open, or has got another deadline since. A supervision notice (督办单) was issued and is owed an answer, so it
 * is told in any case.
 */
export const OVERTAKEN = `
  coalesce(n.parameters->>'followUpKind' in ('reminder', 'urge')
    and (o.state <> 'open' or o.deadline_version <> f.deadline_version), false)`;
