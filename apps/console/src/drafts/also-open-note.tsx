import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAlsoOpen } from './also-open';

/** Says in a form that somebody else has the same one open, and who. */
export function AlsoOpenNote({ taskId, form }: { taskId: string; form: string }) {
  const { t } = useTranslation('drafts');
  const others = useAlsoOpen(taskId, form);
  if (others.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      role="status"
      className="act-note"
      title={t('also', { names: others.map(({ name }) => name).join(t('comma')), count: others.length })}
      description={t('alsoHelp')}
    />
  );
}
