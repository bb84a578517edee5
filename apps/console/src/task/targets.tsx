import { Button, Spin } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { ProgressCurve, type ProgressTarget } from '../pictures/progress-curve';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import type { WithTargets } from './with-targets';

const SetCurve = lazy(() => import('./set-curve'));

/** The targets (量化指标) of a task: what is planned of them (序时进度) beside what was reported. */
export default function Targets({ tasks, again }: { tasks: readonly WithTargets[]; again: () => void }) {
  return tasks.map((task) => <OfTask key={task.id} task={task} again={again} />);
}

function OfTask({ task, again }: { task: WithTargets; again: () => void }) {
  const { t } = useTranslation('task');
  const progress = api.useQuery('get', '/api/v1/tasks/{id}/progress', { params: { path: { id: task.id } } });
  if (progress.error) return <ProblemView problem={progress.error} retry={() => void progress.refetch()} />;
  if (!progress.data) return <Spin />;
  if (progress.data.targets.length === 0) return <p className="nothing">{t('course.notIssued')}</p>;
  return progress.data.targets.map((target) => (
    <OfTarget key={target.targetId} task={task} target={target} again={again} refresh={() => progress.refetch()} />
  ));
}

function OfTarget({
  task,
  target,
  again,
  refresh,
}: {
  task: WithTargets;
  target: ProgressTarget;
  again: () => void;
  refresh: () => Promise<unknown>;
}) {
  const { t } = useTranslation('task');
  const { me, may } = useSession();
  const [isSetting, setSetting] = useState(false);
  const { curve, text } = target;
  if (isSetting) {
    const close = (): void => setSetting(false);
    return (
      <Suspense fallback={<Spin />}>
        <SetCurve task={task} target={target} refresh={refresh} again={again} close={close} />
      </Suspense>
    );
  }
  return (
    <div className="course">
      <ProgressCurve target={target} height={240} />
      <p className="quiet">
        {t(`course.is.${curve.shape}`, { from: curve.from, to: curve.to })}{' '}
        {me.unitId === null && may('plan.edit') && (
          <Button size="small" aria-label={`${t('course.set')} ${text}`} onClick={() => setSetting(true)}>
            {t('course.set')}
          </Button>
        )}
      </p>
    </div>
  );
}
