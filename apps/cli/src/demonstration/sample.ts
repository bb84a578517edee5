import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a unit behaves in the sample's year: ahead of its dates, on time, after them, or not at all. */
export type Conduct = 'prompt' | 'steady' | 'late' | 'silent';

export interface Sample {
  /** The breakdown of 临澜市, an invented city, as a page saved from a web site. */
  plan: Buffer;
  units: unknown;
  conductOf(unitCode: string): Conduct;
}

// From dist/apps/cli/src/demonstration back to the sources: the sample is data and is not compiled.
const FOLDER = join(__dirname, '..', '..', '..', '..', '..', 'apps', 'cli', 'sample');

/** The sample plan of a year with its directory of units. */
export function readSample(year: number): Sample {
  const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
  const conduct = JSON.parse(read('conduct.json')) as Record<string, Conduct>;
  return {
    plan: Buffer.from(read('plan.txt').replaceAll('{{year}}', String(year))),
    units: JSON.parse(read('units.json')),
    conductOf: (code) => conduct[code] ?? 'steady',
  };
}
