import { Button, Result } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

export function NotFound() {
  const { t } = useTranslation();
  return <Result status="404" title={t('problem.notFound')} extra={<HomeButton />} />;
}

export function NotAllowed() {
  const { t } = useTranslation();
  return <Result status="403" title={t('problem.notAllowed')} extra={<HomeButton />} />;
}

function HomeButton() {
  const { t } = useTranslation();
  return (
    <Link to="/">
      <Button type="primary">{t('problem.home')}</Button>
    </Link>
  );
}
