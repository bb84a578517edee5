/** The figures of a report `r`. */
export const MEASUREMENTS = `coalesce((select jsonb_agg(jsonb_build_object('id', m.id, 'targetId', m.target_id,
  'value', m.value, 'sourceId', m.source_id, 'asOf', m.as_of, 'planned', m.planned_value,
  'plannedShare', m.planned_share, 'actualShare', m.actual_share, 'behind', m.behind,
  'behindDays', m.behind_days, 'light', m.light) order by m.id)
  from measurement m where m.report_id = r.id), '[]')`;
