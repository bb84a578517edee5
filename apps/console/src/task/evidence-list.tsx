import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, client, type Schemas } from '../api/client';
import { useTellProblem } from '../problem/use-problem';

type Evidence = Schemas['TaskDto']['reports'][number]['evidence'][number];

/** Files and other proofs (佐证材料); a file opens by a link that is good for a short while. */
export function EvidenceList({ items }: { items: readonly Evidence[] }) {
  const { t } = useTranslation('task');
  const tell = useTellProblem();
  const open = async (id: string): Promise<void> => {
    try {
      const { url } = await answerOf(client.POST('/api/v1/evidence/{id}/links', { params: { path: { id } } }));
      window.open(url, '_blank', 'noopener');
    } catch (error) {
      tell(error);
    }
  };
  if (items.length === 0) return null;
  return (
    <p>
      {t('report.evidence')}：
      {items.map(({ fileId, title, location }) => (
        <span key={fileId ?? title} className="evidence-item">
          {title}
          {location && `（${location}）`}
          {fileId && (
            <Button
              type="link"
              size="small"
              aria-label={`${t('report.open')} ${title}`}
              onClick={() => void open(fileId)}
            >
              {t('report.open')}
            </Button>
          )}
        </span>
      ))}
    </p>
  );
}
