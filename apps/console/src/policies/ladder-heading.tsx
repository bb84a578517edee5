import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';

type Rules = Schemas['PolicyDto']['rules'];

/** A ladder (催办阶梯) by its name, and for what is owed it is climbed. */
export function LadderHeading({ id, rules, children }: { id: string; rules: Rules; children?: ReactNode }) {
  const { t } = useTranslation(['policies', 'terms']);
  // A draft is whatever somebody typed.
  const obligations = (rules.obligations as Rules['obligations'] | undefined) ?? [];
  const kinds = new Set(obligations.filter(({ ladder }) => ladder === id).map(({ kind }) => kind));
  return (
    <h2>
      {t('policies:ladder', { id })}{' '}
      <small className="quiet">
        {[...kinds].map((kind) => t(`terms:obligation.${kind}`)).join(t('policies:comma'))} {children}
      </small>
    </h2>
  );
}
