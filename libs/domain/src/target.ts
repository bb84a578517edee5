/** A number that a task promises (量化指标). `upper` goes with `range` only. */
export interface TargetValue {
  value: number;
  upper: number | null;
  comparator: Comparator;
}

export const COMPARATORS = ['eq', 'gte', 'lte', 'gt', 'lt', 'approx', 'range'] as const;
export type Comparator = (typeof COMPARATORS)[number];

/** 左右: how far below a figure "about" still reaches, as a share of it. */
const APPROXIMATELY = 0.1;
/** Decimal figures are not exact in binary: nine tenths of a figure must not fail by the last bit. */
const ROUNDING = 1e-9;

/** Whether a measured figure meets its target. A plain number (`eq`) is met at or above it. */
export function meetsTarget(target: TargetValue, measured: number): boolean {
  switch (target.comparator) {
    case 'eq':
    case 'gte':
    case 'range':
      return measured >= target.value;
    case 'gt':
      return measured > target.value;
    case 'lte':
      return measured <= target.value;
    case 'lt':
      return measured < target.value;
    case 'approx':
      return measured >= target.value - Math.abs(target.value) * (APPROXIMATELY + ROUNDING);
  }
}
