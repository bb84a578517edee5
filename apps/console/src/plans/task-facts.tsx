import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Day } from '../layout/day';
import type { Task } from './plan';

/** Who does it by when, and what it promises, in short. */
export function TaskFacts({ task }: { task: Task }) {
  const { t } = useTranslation(['plans', 'terms']);
  const roles = (['lead', 'responsible', 'cooperating', 'supervising'] as const).filter(
    (role) => task[role].length > 0,
  );
  return (
    <span className="draft-facts">
      {roles.map((role) => (
        <span key={role}>
          <b className={`mark mark-${role}`}>{t(`terms:role.${role}`)}</b> {task[role].join('、')}
        </span>
      ))}
      {task.leadInferred && <Tag color="gold">{t('plans:leadInferred')}</Tag>}
      {roles.length === 0 && <Tag color="red">{t('plans:noUnits')}</Tag>}
      {task.deadline && (
        <span>
          <b className="mark mark-deadline">{t('plans:field.deadline')}</b> {task.deadline.text}{' '}
          {task.deadline.due && <Day date={task.deadline.due} />}
        </span>
      )}
      {task.targets.length > 0 && (
        <span>
          <b className="mark mark-target">{t('plans:field.target')}</b>{' '}
          {task.targets.map(({ text }) => text).join('；')}
        </span>
      )}
    </span>
  );
}
