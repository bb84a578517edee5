import { Select, Skeleton, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { ProblemView } from '../problem/problem-view';

const COLOURS = { added: 'green', removed: 'red', changed: 'blue' } as const;

/** What a version, or a draft, says otherwise than an earlier version, as a clerk would say it. */
export function PolicyChanges({
  policyId,
  from,
  to,
  draftId,
}: {
  policyId: string;
  from: number;
  to?: number;
  draftId?: string;
}) {
  const { t, i18n } = useTranslation('policies');
  const changes = api.useQuery('get', '/api/v1/policies/{id}/changes', {
    params: { path: { id: policyId }, query: { from, to, draftId } },
  });
  if (changes.error) return <ProblemView problem={changes.error} retry={() => void changes.refetch()} />;
  if (!changes.data) return <Skeleton active paragraph={{ rows: 2 }} />;
  if (changes.data.items.length === 0) return <p className="quiet">{t('changes.none')}</p>;
  return (
    <ul className="plain-list policy-changes">
      {changes.data.items.map(({ path, change, words }) => (
        <li key={path} title={path}>
          <Tag color={COLOURS[change]}>{t(`changes.${change}`)}</Tag>
          {words[i18n.language === 'en' ? 'en' : 'zh']}
        </li>
      ))}
    </ul>
  );
}

/** A version beside any before it. */
export function ChangesSince({ policyId, version }: { policyId: string; version: number }) {
  const { t } = useTranslation('policies');
  const [from, setFrom] = useState(version - 1);
  return (
    <section className="panel">
      <h2>{t('changes.title', { version: from })}</h2>
      {version > 2 && (
        <p>
          <Select
            aria-label={t('changes.since')}
            value={from}
            onChange={setFrom}
            options={Array.from({ length: version - 1 }, (_, before) => ({
              value: version - 1 - before,
              label: t('changes.version', { version: version - 1 - before }),
            }))}
          />
        </p>
      )}
      <PolicyChanges policyId={policyId} from={from} to={version} />
    </section>
  );
}
