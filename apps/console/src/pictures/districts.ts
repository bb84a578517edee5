/** The shapes of districts (区划边界): a GeoJSON file whose features have a name, kept in this browser. */
export interface Districts {
  type: 'FeatureCollection';
  features: { type: 'Feature'; properties: { name: string }; geometry: object }[];
}

const KEPT = 'duban.districts';
/** What a browser keeps for a page is some five million characters. */
const MOST_CHARACTERS = 4_000_000;

/** Null for what is no such file. */
export function readDistricts(text: string): Districts | null {
  if (text.length > MOST_CHARACTERS) return null;
  try {
    const found = JSON.parse(text) as Partial<Districts>;
    const isOurs =
      found.type === 'FeatureCollection' &&
      Array.isArray(found.features) &&
      found.features.length > 0 &&
      found.features.every(
        (one) => typeof one?.properties?.name === 'string' && typeof one.geometry === 'object' && one.geometry !== null,
      );
    return isOurs ? (found as Districts) : null;
  } catch {
    return null;
  }
}

export function keptDistricts(): Districts | null {
  const text = localStorage.getItem(KEPT);
  return text === null ? null : readDistricts(text);
}

export function keepDistricts(districts: Districts | null): void {
  if (districts === null) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, JSON.stringify(districts));
}

/** The sums of units by the district in whose name they begin, or whose name theirs contains. */
export function byDistrict(districts: Districts, sums: ReadonlyMap<string, number>): { name: string; value: number }[] {
  return districts.features.map(({ properties: { name } }) => ({
    name,
    value: [...sums].reduce((sum, [unit, value]) => sum + (unit.includes(name) ? value : 0), 0),
  }));
}
