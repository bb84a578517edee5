import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { Credentials } from './sign-in';

/** The session has ended: whoever was at work goes on from where they were. */
export function SignInAgain({ name, done }: { name: string; done: () => void }) {
  const { t } = useTranslation('account');
  return (
    <Modal open title={t('again.title')} footer={null} closable={false} mask={{ closable: false }} keyboard={false}>
      <p>{t('again.about', { name })}</p>
      <Credentials done={done} />
    </Modal>
  );
}
