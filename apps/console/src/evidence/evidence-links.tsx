import { DownloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { useTellProblem } from '../problem/use-problem';
import './evidence.css';

type Evidence = Schemas['TaskDto']['reports'][number]['evidence'];

/** Evidence (佐证材料) of a report: a file is fetched by an address that is made for whoever fetches it. */
export function EvidenceLinks({ evidence }: { evidence: Evidence }) {
  const { t } = useTranslation('mine');
  // It is saved, and never shown as a page: one stays where one is, and no browser takes it for a window that nobody wanted.
  const fetchFile = api.useMutation('post', '/api/v1/evidence/{id}/links', {
    onSuccess: ({ url }) => window.location.assign(url),
    onError: useTellProblem(),
  });
  if (evidence.length === 0) return null;
  return (
    <>
      <div className="evidence-head">{t('evidence.label')}</div>
      <ul className="message-lines">
        {evidence.map(({ title, fileId, fileName, location }) => (
          <li key={fileId ?? `${title} ${location}`}>
            {[title, fileName !== title && fileName, location].filter(Boolean).join(' · ')}
            {fileId !== undefined && (
              <Button
                type="link"
                size="small"
                icon={<DownloadOutlined />}
                loading={fetchFile.isPending && fetchFile.variables.params.path.id === fileId}
                aria-label={t('evidence.fetchIt', { title })}
                onClick={() => fetchFile.mutate({ params: { path: { id: fileId } } })}
              >
                {t('evidence.fetch')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
