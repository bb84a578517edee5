import { Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { useTellProblem } from '../problem/use-problem';
import { useDone } from '../undo/use-done';
import type { Plan } from './plan';

const VISIBILITIES = ['summary', 'full'] as const;

/** What the level above sees of a unit’s own plan (二级分解): how it stands, or all of it. */
export function VisibilityOfPlan({ plan }: { plan: Plan }) {
  const { t } = useTranslation('plans');
  const queries = useQueryClient();
  const say = useDone();
  const set = api.useMutation('put', '/api/v1/plans/{id}/visibility', {
    onSuccess: async () => {
      say(t('visibility.done'));
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/plans/{id}'] });
    },
    onError: useTellProblem(),
  });
  return (
    <Radio.Group
      aria-label={t('manage.visibility')}
      disabled={set.isPending}
      value={plan.visibility ?? 'summary'}
      onChange={({ target }) =>
        set.mutate({
          params: { path: { id: plan.id } },
          body: { visibility: target.value as (typeof VISIBILITIES)[number], expectedVersion: plan.version },
        })
      }
      options={VISIBILITIES.map((value) => ({ value, label: t(`visibility.${value}`) }))}
    />
  );
}
