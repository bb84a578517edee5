import { App, Button, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { useCopy } from './use-copy';

/** A secret that the server gives once: to be copied, and printed where it is for a drawer. */
export function ShownOnce({ secret, printed }: { secret: string; printed?: string }) {
  const { t } = useTranslation('console');
  const { message } = App.useApp();
  const write = useCopy();
  const copy = async (): Promise<void> => {
    if (!(await write(secret, t('secret.copied')))) void message.warning(t('secret.notCopied'));
  };
  return (
    <div className="shown-once">
      {printed && <h2 className="shown-once-title">{printed}</h2>}
      <pre className="recovery-codes" tabIndex={0}>
        {secret}
      </pre>
      <Space className="no-print">
        <Button onClick={() => void copy()}>{t('secret.copy')}</Button>
        {printed && <Button onClick={printIt}>{t('secret.print')}</Button>}
      </Space>
    </div>
  );
}

/** Prints it without the page around it. */
function printIt(): void {
  document.documentElement.classList.add('prints-secret');
  print();
  document.documentElement.classList.remove('prints-secret');
}
