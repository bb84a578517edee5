import { Spin } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { ProblemView } from '../problem/problem-view';

/** Who wrote what of a report, sentence by sentence; one that was taken from a contribution (供稿) and edited, with its original. */
export default function Sentences({ reportId }: { reportId: string }) {
  const { t } = useTranslation('task');
  const found = api.useQuery('get', '/api/v1/reports/{id}/sentences', { params: { path: { id: reportId } } });
  if (found.error) return <ProblemView problem={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Spin />;
  if (found.data.items.length === 0) return <p className="nothing">{t('none')}</p>;
  return (
    <ol className="sentence-list" aria-label={t('report.sentences')}>
      {found.data.items.map(({ position, text, unitName, personName, contributionId, isEdited, original }) => (
        <li key={position}>
          <span className="words">{text}</span>
          <span className="sentence-by">
            {[unitName, personName].filter(Boolean).join(' ')} ·{' '}
            {t(contributionId === null ? 'report.own' : isEdited ? 'report.edited' : 'report.taken')}
          </span>
          {isEdited && original !== null && (
            <span className="sentence-by words">{t('report.original', { text: original })}</span>
          )}
        </li>
      ))}
    </ol>
  );
}
