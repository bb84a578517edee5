/** Months whose words lie outside of the database. */
export const OUTSIDE = `(select l.month, l.file, l.sha256, l.events from (select distinct on (month) *
  from history_part order by month, version desc) l where l.is_outside)`;
