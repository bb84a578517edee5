import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../api/client';
import { faultsOf, problemText } from './problem-text';

/** A refusal on the page: what it is, where, and what can be done. */
export function ProblemView({ problem, retry }: { problem: Problem; retry?: () => void }) {
  const { t } = useTranslation();
  const faults = faultsOf(problem);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={problemText(problem)}
      description={
        <>
          {faults.length > 0 && (
            <ul>
              {faults.map(({ place, message }) => (
                <li key={`${place} ${message}`}>{place ? `${place}: ${message}` : message}</li>
              ))}
            </ul>
          )}
          {problem.requestId && <small>{t('problem.request', { code: problem.code, id: problem.requestId })}</small>}
        </>
      }
      action={retry && <Button onClick={retry}>{t('problem.retry')}</Button>}
    />
  );
}
