import { Select, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';
import { api } from '../api/client';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { BackTest } from './back-test';
import { ChangesSince } from './policy-changes';
import { RulesInWords } from './rules-in-words';
import { Simulation } from './simulation';
import './policies.css';

/** A rule set (督办规则) in words, any version of it, what it says otherwise than another, what it would send and would have sent. */
export default function PolicyPage() {
  const { policyId = '' } = useParams();
  const { t, i18n } = useTranslation('policies');
  const { may } = useSession();
  const [search, setSearch] = useSearchParams();
  const version = Number(search.get('version')) || undefined;
  const policy = api.useQuery('get', '/api/v1/policies/{id}', {
    params: { path: { id: policyId }, query: version === undefined ? {} : { version } },
  });
  if (policy.error) return <ProblemView problem={policy.error} retry={() => void policy.refetch()} />;
  if (!policy.data) return <Skeleton active />;
  const { name, version: shown, versions, rules } = policy.data;
  return (
    <>
      <PageHead title={name[i18n.language === 'en' ? 'en' : 'zh']} extra={<code>{policyId}</code>}>
        <Select
          aria-label={t('version')}
          value={shown}
          onChange={(next) => setSearch({ version: String(next) }, { replace: true })}
          options={versions.map((one) => ({
            value: one.version,
            label: t('versionPlans', { version: one.version, plans: one.plans }),
          }))}
        />
      </PageHead>
      <RulesInWords rules={rules} />
      {shown > 1 && <ChangesSince key={shown} policyId={policyId} version={shown} />}
      {may('policy.simulate') && (
        <>
          <Simulation policyId={policyId} tried={{ version: shown }} />
          <BackTest key={shown} policyId={policyId} tried={{ version: shown }} />
        </>
      )}
    </>
  );
}
