import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useTellProblem } from '../problem/use-problem';
import type { Task } from './act-props';

type Evidence = Task['reports'][number]['evidence'];

/** Evidence (佐证材料) of a report: a file is opened by an address that is made for whoever opens it. */
export function EvidenceLinks({ evidence }: { evidence: Evidence }) {
  const { t } = useTranslation('mine');
  const tell = useTellProblem();
  const open = api.useMutation('post', '/api/v1/evidence/{id}/links', {
    onSuccess: ({ url }) => window.location.assign(url),
    onError: tell,
  });
  if (evidence.length === 0) return null;
  return (
    <>
      <div className="figure-head">{t('evidence.label')}</div>
      <ul className="message-lines">
        {evidence.map(({ title, fileId, fileName, location }) => (
          <li key={fileId ?? `${title} ${location}`}>
            {fileId === undefined ? (
              [title, location].filter(Boolean).join(' · ')
            ) : (
              <Button type="link" onClick={() => open.mutate({ params: { path: { id: fileId } } })}>
                {title}
                {fileName && fileName !== title && `（${fileName}）`}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
