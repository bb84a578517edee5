const TEN_THOUSAND = 10_000;
/** What is planned for a day is a share of the whole: two places say enough. In Chinese large figures are told in 万. */
export function figureInWords(value: number, unit: string, language: string): string {
  if (language === 'en') return `${rounded(value).toLocaleString('en')}${unit}`;
  return Math.abs(value) < TEN_THOUSAND ? `${rounded(value)}${unit}` : `${rounded(value / TEN_THOUSAND)}万${unit}`;
}
const rounded = (value: number): number => Math.round(value * 100) / 100;
