import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** A post in words: `LD01 联络员`. */
export function usePostName() {
  const { t } = useTranslation('terms');
  return useCallback(
    ({ kind, title, unitCode }: { kind: string; title: string | null; unitCode: string | null }): string =>
      [unitCode, title ?? t(`post.${kind}` as 'post.office')].filter(Boolean).join(' '),
    [t],
  );
}
