import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useUnits } from '../directory/units';

/** A post in words: `市发改委 联络员`; with the unit's code until its name is known. */
export function usePostName() {
  const { t } = useTranslation('terms');
  const { data: units } = useUnits();
  const names = useMemo(() => new Map(units?.map(({ code, name }) => [code, name])), [units]);
  return useCallback(
    ({ kind, title, unitCode }: { kind: string; title: string | null; unitCode: string | null }): string =>
      [unitCode && (names.get(unitCode) ?? unitCode), title ?? t(`post.${kind}` as 'post.office')]
        .filter(Boolean)
        .join(' '),
    [t, names],
  );
}
