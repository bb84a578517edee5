import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Day, dueDayOf } from '../layout/day';
import { Light } from '../lights/light';
import type { TaskRow } from './use-overview';

// The form is loaded with the first word that is given.
const Instruct = lazy(() => import('./instruct'));

/** A task that matters: why it does, and a word on it (批示). */
export function TaskThatMatters({ task, mayInstruct }: { task: TaskRow; mayInstruct: boolean }) {
  const { t } = useTranslation(['leader', 'terms']);
  const [isOpen, setOpen] = useState(false);
  const { id, number, content, light, notice, overdue, nextDueAt, leads } = task;
  return (
    <li className="ten-task">
      <div className="ten-head">
        <Light light={light} />
        {notice && (
          <span className={`notice-tag notice-${notice}`}>
            {t('terms:noticeShort', { colour: t(`terms:colour.${notice}`) })}
          </span>
        )}
        {overdue > 0 && <span className="date-late">{t('overdue', { count: overdue })}</span>}
        {nextDueAt && (
          <span>
            {t('nextDue')} <Day date={dueDayOf(nextDueAt)} isDue />
          </span>
        )}
      </div>
      <Link to={`/tasks/${id}`} className="ten-content">
        {number && <strong>{number} </strong>}
        {content}
      </Link>
      <div className="ten-foot">
        <span>{leads.join('、')}</span>
        {mayInstruct && (
          <Button size="small" onClick={() => setOpen(true)}>
            {t('instruct')}
          </Button>
        )}
      </div>
      {isOpen && (
        <Suspense>
          <Instruct task={task} close={() => setOpen(false)} />
        </Suspense>
      )}
    </li>
  );
}
