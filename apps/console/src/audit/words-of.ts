import { useTranslation } from 'react-i18next';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** The words of what the history calls by its own names: kinds of things, fields, states. */
export function useWordOf() {
  const { t, i18n } = useTranslation(['audit', 'terms']);
  const say = t as unknown as (key: string | string[], how: object) => string;
  const word = (area: string, name: string): string =>
    say(`audit:${area}.${name}`, { defaultValue: name.replaceAll('_', ' ') });
  return {
    entity: (name: string): string => word('entity', name),
    /** `deadline.dueOn` by the words of each of its parts. */
    field: (path: string): string =>
      path
        .split('.')
        .map((part) => {
          const [, name = part, place = ''] = /^(\w+)(\[\d+\])?$/.exec(part) ?? [];
          return `${say(`audit:field.${name}`, { defaultValue: name })}${place}`;
        })
        .join(' · '),
    value: (given: string): string => {
      if (INSTANT.test(given)) return new Date(given).toLocaleString(i18n.language === 'en' ? 'en-GB' : 'zh-CN');
      if (given === 'true' || given === 'false') return say(`audit:${given === 'true' ? 'yes' : 'no'}`, {});
      return say(
        ['assignment', 'obligationState', 'notice', 'delivery', 'plan', 'role', 'obligation', 'light'].map(
          (area) => `terms:${area}.${given}`,
        ),
        { defaultValue: given },
      );
    },
  };
}
