import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Day } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';

type Instruction = Schemas['InstructionsDto']['items'][number];

/** The instructions (批示) that were given, the newest first, and how each was answered. */
export function GivenInstructions({ planId }: { planId: string }) {
  const { t } = useTranslation('leader');
  const found = usePages('/api/v1/instructions', { planId, limit: 50 });
  if (found.error) return <ProblemView problem={found.error} retry={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton active />;
  if (found.items.length === 0) return <Empty says={t('noInstructions')} />;
  const items = [...found.items].sort((a, b) => Date.parse(b.givenAt) - Date.parse(a.givenAt) || b.number - a.number);
  return (
    <ul className="instructions">
      {items.map((one) => (
        <OneInstruction key={one.id} instruction={one} />
      ))}
    </ul>
  );
}

function OneInstruction({ instruction }: { instruction: Instruction }) {
  const { t } = useTranslation(['leader', 'terms']);
  const { taskId, taskNumber, text, leader, givenAt, dueOn, units } = instruction;
  const isAnswered = units.some(({ state }) => state === 'discharged');
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <p className="instruction-text">{text}</p>
      <p className="instruction-facts">
        {leader} · <Day date={givenAt} /> ·{' '}
        <Link to={`/tasks/${taskId}`}>{t('task', { number: taskNumber ?? '' })}</Link> · {t('answerBy')}{' '}
        <Day date={dueOn} isDue={!isAnswered} />
      </p>
      <ul className="message-lines">
        {units.map(({ unitId, unitName, state, settledAt }) => (
          <li key={unitId}>
            {unitName}：{state === 'discharged' ? t('answered') : t(`terms:obligationState.${state}`)}{' '}
            {state === 'discharged' && <Day date={settledAt} />}
          </li>
        ))}
      </ul>
      {isAnswered && (
        <Button size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t(isOpen ? 'hideAnswers' : 'showAnswers')}
        </Button>
      )}
      {isOpen && <Answers instruction={instruction} />}
    </li>
  );
}

/** What the units reported on it. */
function Answers({ instruction: { taskId, units } }: { instruction: Instruction }) {
  const { t } = useTranslation('leader');
  const task = api.useQuery('get', '/api/v1/tasks/{id}', { params: { path: { id: taskId } } });
  if (!task.data) return <Skeleton active />;
  const answers = task.data.reports.filter(({ obligationId }) =>
    units.some((unit) => unit.obligationId === obligationId),
  );
  if (answers.length === 0) return <p>{t('noAnswers')}</p>;
  return answers.map(({ id, text, obligationId }) => (
    <blockquote key={id} className="quoted">
      {units.find((unit) => unit.obligationId === obligationId)?.unitName}：{text}
    </blockquote>
  ));
}
