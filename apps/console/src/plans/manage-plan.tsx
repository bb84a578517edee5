import { type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { Restrict } from '../restrictions/restrict';
import { useSession } from '../session/session';
import { ArchivePlan } from './archive-plan';
import { BulkDeadlines } from './bulk-deadlines';
import { ChangePolicy } from './change-policy';
import { ClosePlan } from './close-plan';
import type { Plan } from './plan';
import { VisibilityOfPlan } from './visibility-of-plan';

/** What can be done with all of a plan, as it stands: dates in bulk, other rules, who sees it, its end and its archive. */
export default function ManagePlan({ plan }: { plan: Plan }) {
  const { t } = useTranslation('plans');
  const { me, may } = useSession();
  const queries = useQueryClient();
  const again = (): void => void queries.invalidateQueries({ queryKey: ['get'] });
  const isOwn = plan.unitId === null || plan.unitId === undefined ? me.unitId === null : plan.unitId === me.unitId;
  const sections: [string, boolean, ReactNode][] = [
    [
      t('manage.deadlines'),
      plan.state === 'draft' && isOwn && may('plan.edit', 'breakdown.draft'),
      <BulkDeadlines key="deadlines" plan={plan} />,
    ],
    [
      t('manage.policy'),
      plan.state === 'issued' && me.unitId === null && may('policy.enable'),
      <ChangePolicy key="policy" plan={plan} />,
    ],
    [
      t('manage.visibility'),
      plan.unitId !== null && plan.unitId === me.unitId && may('breakdown.issue'),
      <VisibilityOfPlan key="visibility" plan={plan} />,
    ],
    [
      t('manage.restrict'),
      me.unitId === null && may('matter.restrict'),
      <Restrict key="restrict" kind="plan" id={plan.id} changed={again} />,
    ],
    [
      t('manage.close'),
      plan.state === 'issued' && isOwn && may('plan.close', 'breakdown.issue'),
      <ClosePlan key="close" plan={plan} />,
    ],
    [
      t('manage.archive'),
      plan.state === 'closed' && (isOwn || may('plan.archive')) && may('plan.archive', 'breakdown.archive'),
      <ArchivePlan key="archive" plan={plan} />,
    ],
  ];
  const shown = sections.filter(([, isShown]) => isShown);
  if (shown.length === 0) return <p className="quiet">{t('manage.none')}</p>;
  return shown.map(([title, , body]) => (
    <section key={title} className="panel" aria-label={title}>
      <h2>{title}</h2>
      {body}
    </section>
  ));
}
