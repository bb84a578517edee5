import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** The name of the page, once for the eye and once for the browser's tab, and what can be done with all of it. */
export function PageHead({ title, extra, children }: { title: string; extra?: ReactNode; children?: ReactNode }) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);
  return (
    <div className="page-head">
      <h1>{title}</h1>
      {extra}
      {children && <div className="page-head-acts">{children}</div>}
    </div>
  );
}
