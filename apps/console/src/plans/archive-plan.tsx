import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Progress, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Instant } from '../layout/day';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { ArchiveVerdict } from './archive-verdict';
import type { Plan } from './plan';

type Retention = NonNullable<Schemas['NewArchivePackageDto']['retention']>;
const RETENTIONS = ['永久', '30年', '10年'] as const satisfies readonly Retention[];
const LOOKS_EVERY_MS = 2_000;
const KB = 1024;

const isUnderWay = (state: Schemas['ArchivePackageDto']['state'] | undefined): boolean =>
  state === 'queued' || state === 'making';

/** The archive package (归档信息包) of a closed plan: made by a worker, which one may leave to it, and fetched. */
export function ArchivePlan({ plan }: { plan: Plan }) {
  const { t } = useTranslation('plans');
  const kept = `duban.archive.${plan.id}`;
  const [packageId, setPackageId] = useState(() => localStorage.getItem(kept));
  const [retention, setRetention] = useState<Retention>('永久');
  const make = api.useMutation('post', '/api/v1/plans/{id}/archive', {
    onSuccess: ({ id }) => {
      localStorage.setItem(kept, id);
      setPackageId(id);
    },
    onError: useTellProblem(),
  });
  const made = api.useQuery(
    'get',
    '/api/v1/archive-packages/{id}',
    { params: { path: { id: packageId ?? '' } } },
    {
      enabled: packageId !== null,
      refetchInterval: ({ state }) => (isUnderWay(state.data?.state) ? LOOKS_EVERY_MS : false),
    },
  );
  return (
    <>
      <p>{t('archive.about')}</p>
      {made.error && packageId && <ProblemView problem={made.error} retry={() => void made.refetch()} />}
      {made.data && <Package of={made.data} />}
      <Space wrap>
        <Select
          aria-label={t('archive.retention')}
          value={retention}
          onChange={setRetention}
          options={RETENTIONS.map((value) => ({ value, label: t(`archive.retentions.${value}`) }))}
          style={{ width: '9.5em' }}
        />
        <Button
          loading={make.isPending}
          disabled={isUnderWay(made.data?.state)}
          onClick={() => make.mutate({ params: { path: { id: plan.id } }, body: { retention } })}
        >
          {t(made.data ? 'archive.again' : 'archive.make')}
        </Button>
      </Space>
    </>
  );
}

function Package({ of }: { of: Schemas['ArchivePackageDto'] }) {
  const { t } = useTranslation('plans');
  const { done, total } = of.progress;
  if (of.problem) return <Alert type="error" showIcon role="alert" className="act-note" title={of.problem.detail} />;
  if (of.state === 'removed') return <Alert type="info" showIcon className="act-note" title={t('archive.removed')} />;
  if (isUnderWay(of.state)) {
    return (
      <div aria-live="polite" className="act-note">
        <Progress percent={total === 0 ? 0 : Math.floor((done / total) * 100)} aria-label={t('archive.progress')} />
        <p>{t('archive.underWay', { done, total: total === 0 ? '—' : total })}</p>
      </div>
    );
  }
  return (
    <div className="act-note" aria-live="polite">
      <p>
        <a href={`/api/v1/archive-packages/${of.id}/file`} download>
          <DownloadOutlined /> {t('archive.fetch', { size: Math.ceil((of.size ?? 0) / KB) })}
        </a>{' '}
        · {t('archive.keptUntil')} <Instant at={of.keptUntil} />
      </p>
      <p>
        {t('archive.sha256')} <code className="archive-sum">{of.sha256}</code>
      </p>
      {of.verdict && <ArchiveVerdict verdict={of.verdict} />}
      <p className="quiet">{t('archive.check')}</p>
    </div>
  );
}
