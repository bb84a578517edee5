import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRouteError } from 'react-router';
import { PageHead } from './page-head';

/** A page that broke says so, and what helps. A file that is gone is one of the version before. */
export function BrokenPage() {
  const { t } = useTranslation();
  const error = useRouteError();
  const message = error instanceof Error ? error.message : String(error);
  const isOldVersion = /dynamically imported module|Importing a module script failed/i.test(message);
  return (
    <main className="shell-main">
      <PageHead title={t(isOldVersion ? 'problem.newVersion' : 'problem.broken')} />
      {!isOldVersion && (
        <>
          <p>{t('problem.brokenHelp')}</p>
          <pre className="words">{message}</pre>
        </>
      )}
      <Button type="primary" onClick={() => location.reload()}>
        {t('problem.reload')}
      </Button>
    </main>
  );
}
