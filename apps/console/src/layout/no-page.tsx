import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PageHead } from './page-head';

export function NotFound() {
  const { t } = useTranslation();
  return <NoPage says={t('problem.notFound')} />;
}

export function NotAllowed() {
  const { t } = useTranslation();
  return <NoPage says={t('problem.notAllowed')} />;
}

function NoPage({ says }: { says: string }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={says} />
      <Link to="/">
        <Button type="primary">{t('problem.home')}</Button>
      </Link>
    </>
  );
}
