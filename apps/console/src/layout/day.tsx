import { useTranslation } from 'react-i18next';
import { now, zone } from '../session/clock';

/** Made once for each language and zone: making one takes longer than drawing a row of a list, which has several. */
const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, known);
  return known;
}
/** In Chinese days are written as in `dayOf`: sv-SE is the locale that writes so. */
const localeOf = (language: string): string => (language === 'en' ? 'en-GB' : 'sv-SE');

/** The day on which an instant falls in the jurisdiction’s zone: `2026-01-08`. */
export const dayOf = (instant: string | Date): string =>
  formatOf('sv-SE', { timeZone: zone(), dateStyle: 'short' }).format(new Date(instant));

/** The last day of what is due at an instant: due at the end of a day, it is past with the first moment of the next. */
export const dueDayOf = (dueAt: string): string => dayOf(new Date(Date.parse(dueAt) - 1));

const IN_ENGLISH = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  year: 'numeric',
  month: 'short',
  day: 'numeric',
});

/** A date as the language writes it in tables, where one stands below another, with the whole of it for those who point at it. */
export function Day({ date, isDue = false }: { date: string | null; isDue?: boolean }) {
  const { i18n } = useTranslation();
  if (date === null) return null;
  const day = date.length > 10 ? dayOf(date) : date;
  const isLate = isDue && day < dayOf(now());
  const text = i18n.language === 'en' ? IN_ENGLISH.format(new Date(`${day}T00:00:00Z`)) : day;
  return (
    <time dateTime={day} className={isLate ? 'date-late' : undefined}>
      {text}
    </time>
  );
}

/** The last day of what is due at an instant. */
export function DueDay({ at, isOpen = true }: { at: string | null; isOpen?: boolean }) {
  return at === null ? null : <Day date={dueDayOf(at)} isDue={isOpen} />;
}

/** An instant with its time of day. */
export function Instant({ at }: { at: string | null }) {
  const { i18n } = useTranslation();
  if (at === null) return null;
  const text = formatOf(localeOf(i18n.language), {
    timeZone: zone(),
    dateStyle: i18n.language === 'en' ? 'medium' : 'short',
    timeStyle: 'short',
  }).format(new Date(at));
  return <time dateTime={at}>{text}</time>;
}
