import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';

/** What is wrong with a draft, each fault at its field. */
export function Faults({ faults }: { faults: Schemas['PolicyDraftDto']['faults'] }) {
  const { t } = useTranslation('policies');
  if (faults.length === 0) return null;
  const isError = faults.some(({ severity }) => severity === 'error');
  return (
    <Alert
      type={isError ? 'error' : 'warning'}
      showIcon
      role="alert"
      className="faults"
      title={t('faults', { count: faults.length })}
      description={
        <ul className="message-lines">
          {faults.map(({ code, field, message }) => (
            <li key={`${code} ${field}`}>
              <code>{field}</code> {message}
            </li>
          ))}
        </ul>
      }
    />
  );
}
