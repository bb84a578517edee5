import { Alert, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schemas } from '../api/client';

/** Open tasks that may be the same as what is being registered (查重). */
export function Duplicates({ items }: { items: Schemas['NearTasksDto']['items'] }) {
  const { t } = useTranslation(['matters', 'terms']);
  if (items.length === 0) return null;
  return (
    <Alert
      type={items.some(({ likely }) => likely) ? 'warning' : 'info'}
      showIcon
      className="matter-near"
      title={t('matters:near', { count: items.length })}
      description={
        <ul className="message-lines">
          {items.slice(0, 5).map(({ taskId, number, content, planTitle, state, leads, score, likely }) => (
            <li key={taskId}>
              {likely && <Tag color="orange">{t('matters:likely')}</Tag>}
              <Link to={`/tasks/${taskId}`} target="_blank">
                {planTitle} {number}
              </Link>{' '}
              {content.slice(0, 80)} · {leads.join('、')} · {t(`terms:assignment.${state}`)} ·{' '}
              {t('matters:like', { share: Math.round(score * 100) })}
            </li>
          ))}
        </ul>
      }
    />
  );
}
