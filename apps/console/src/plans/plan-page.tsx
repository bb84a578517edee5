import { Button, Skeleton, Tag } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { api } from '../api/client';
import { Tabs } from '../layout/tabs';
import { Day } from '../layout/day';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { DraftDesk } from './draft-desk';
import { IssuePlan } from './issue-plan';
import { inOrder, type Plan, usePlan, useUnresolvedNames } from './plan';
import { Revisions } from './revisions';
import './plans.css';

const ManagePlan = lazy(() => import('./manage-plan'));

/** A plan: as a draft beside its document until it is issued, and the documents that revise it. */
export default function PlanPage() {
  const { planId = '' } = useParams();
  const plan = usePlan(planId);
  if (plan.error) return <ProblemView problem={plan.error} retry={() => void plan.refetch()} />;
  if (!plan.data) return <Skeleton active />;
  return <PlanView key={planId} plan={plan.data} />;
}

function PlanView({ plan }: { plan: Plan }) {
  const { t } = useTranslation(['plans', 'terms']);
  const { may } = useSession();
  const [search, setSearch] = useSearchParams();
  const [isIssuing, setIssuing] = useState(false);
  const isDraft = plan.state === 'draft';
  const names = useUnresolvedNames(plan.id, isDraft);
  const inferred = inOrder(plan.tasks).filter(({ task }) => task.leadInferred && task.responsible.length > 0).length;
  const waits = (names.data?.items.length ?? 0) + inferred;
  const mayEdit = may('plan.edit', 'breakdown.draft');
  const manages = mayEdit || may('plan.close', 'plan.archive', 'policy.enable', 'matter.restrict', 'breakdown.archive');
  return (
    <>
      <PageHead
        title={plan.title}
        extra={
          <span className="plan-facts">
            <Tag color={isDraft ? 'gold' : 'blue'}>{t(`terms:plan.${plan.state}`)}</Tag>
            {plan.documentNumber} {plan.issuedOn && <Day date={plan.issuedOn} />}{' '}
            {plan.policyId && plan.policyVersion && <RulesOf id={plan.policyId} version={plan.policyVersion} />}
          </span>
        }
      >
        {isDraft && may('plan.issue', 'breakdown.issue') && (
          <Button type="primary" onClick={() => setIssuing(true)}>
            {t('plans:issue.open')}
          </Button>
        )}
        {!isDraft && (
          <Link to={`/board?planId=${plan.id}`}>
            <Button>{t('plans:issue.board')}</Button>
          </Link>
        )}
      </PageHead>
      <Tabs
        activeKey={search.get('tab') ?? 'tasks'}
        onChange={(tab) => setSearch(tab === 'tasks' ? {} : { tab }, { replace: true })}
        items={[
          {
            key: 'tasks',
            label: t('plans:tabTasks', { count: plan.tasks.length }),
            children: <DraftDesk plan={plan} mayEdit={mayEdit} names={names.data?.items ?? []} />,
          },
          ...(may('read.all')
            ? [
                {
                  key: 'revisions',
                  label: t('plans:tabRevisions'),
                  children: <Revisions plan={plan} mayEdit={mayEdit} />,
                },
              ]
            : []),
          ...(manages
            ? [
                {
                  key: 'manage',
                  label: t('plans:tabManage'),
                  children: (
                    <Suspense fallback={<Skeleton active />}>
                      <ManagePlan plan={plan} />
                    </Suspense>
                  ),
                },
              ]
            : []),
        ]}
      />
      {isIssuing && <IssuePlan plan={plan} waits={waits} close={() => setIssuing(false)} />}
    </>
  );
}

/** The rules by which it goes, by their name as the version has it; whoever wants the code points at it. */
function RulesOf({ id, version }: { id: string; version: number }) {
  const { t, i18n } = useTranslation('plans');
  const { may } = useSession();
  const rules = api.useQuery('get', '/api/v1/policies/{id}', { params: { path: { id }, query: { version } } });
  const name = rules.data?.name[i18n.language === 'en' ? 'en' : 'zh'];
  if (name === undefined) return null;
  const words = t('goesBy', { policy: name, version });
  return may('read.all') ? (
    <Link to={`/policies/${id}?version=${version}`} title={id}>
      {words}
    </Link>
  ) : (
    <span title={id}>{words}</span>
  );
}
