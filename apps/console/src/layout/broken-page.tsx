import { Button, Result, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRouteError } from 'react-router';

/** A page that broke says so, and what helps. A file that is gone is one of the version before. */
export function BrokenPage() {
  const { t } = useTranslation();
  const error = useRouteError();
  const message = error instanceof Error ? error.message : String(error);
  const isOldVersion = /dynamically imported module|Importing a module script failed/i.test(message);
  return (
    <Result
      status="warning"
      title={t(isOldVersion ? 'problem.newVersion' : 'problem.broken')}
      subTitle={isOldVersion ? undefined : t('problem.brokenHelp')}
      extra={
        <>
          {!isOldVersion && <Typography.Paragraph code>{message}</Typography.Paragraph>}
          <Button type="primary" onClick={() => location.reload()}>
            {t('problem.reload')}
          </Button>
        </>
      }
    />
  );
}
