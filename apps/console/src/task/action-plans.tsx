import { Button, Input, Space, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Day, Instant } from '../layout/day';
import { Table } from '../layout/table';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { useAsk } from '../undo/use-ask';
import { useDone } from '../undo/use-done';
import type { Part } from './part-acts';

type ActionPlan = Schemas['ActionPlansDto']['items'][number];

/** The action plan (办理方案) of a part as it stands; the office approves it, or returns it with what is to be put right. */
export default function ActionPlans({ parts, again }: { parts: readonly Part[]; again: () => void }) {
  return parts.map((part) => <OfPart key={part.id} part={part} again={again} />);
}

function OfPart({ part, again }: { part: Part; again: () => void }) {
  const { t } = useTranslation(['task', 'terms']);
  const { me, may } = useSession();
  const plans = api.useQuery('get', '/api/v1/assignments/{id}/action-plans', { params: { path: { id: part.id } } });
  if (plans.error) return <ProblemView problem={plans.error} retry={() => void plans.refetch()} />;
  const [last] = [...(plans.data?.items ?? [])].sort((one, other) => other.number - one.number);
  if (!last) return null;
  return (
    <div className="said">
      <p>
        <strong>{part.unitName}</strong> · {t('actionPlan.version', { number: last.number })}{' '}
        <Tag>{t(`actionPlan.state.${last.state}`)}</Tag> <Instant at={last.submittedAt} />
        {last.leaderInCharge && ` · ${t('leaders')} ${last.leaderInCharge}`}
      </p>
      <p className="words">{last.goals}</p>
      {last.measures.length > 0 && (
        <Table
          rowKey="id"
          size="small"
          pagination={false}
          scroll={{ x: 'max-content' }}
          dataSource={last.measures}
          columns={[
            { title: t('actionPlan.measure'), dataIndex: 'text', className: 'words' },
            { title: t('due'), render: (_, { by, state }) => <Day date={by} isDue={state === 'open'} /> },
            { title: t('actionPlan.person'), dataIndex: 'person' },
            { title: t('part.state'), render: (_, { state }) => t(`actionPlan.measures.${state}`) },
          ]}
        />
      )}
      {last.decisionReason && <p className="words">{last.decisionReason}</p>}
      {last.state === 'submitted' && me.unitId === null && may('assignment.judge') && (
        <Decide plan={last} unit={part.unitName} again={again} />
      )}
    </div>
  );
}

function Decide({ plan, unit, again }: { plan: ActionPlan; unit: string; again: () => void }) {
  const { t } = useTranslation('task');
  const ask = useAsk();
  const say = useDone();
  const [reason, setReason] = useState('');
  const decide = api.useMutation('post', '/api/v1/action-plans/{id}/transitions', {
    onSuccess: () => {
      say(t('act.done'));
      again();
    },
  });
  const send = async (event: 'approve' | 'return'): Promise<void> => {
    const isReturn = event === 'return';
    if (!(await ask({ title: t(`actionPlan.ask.${event}`, { unit }), ok: t(`actionPlan.${event}`), danger: isReturn })))
      return;
    decide.mutate({
      params: { path: { id: plan.id } },
      body: { event, expectedVersion: plan.version, ...(isReturn ? { reason: reason.trim() } : {}) },
    });
  };
  return (
    <>
      {decide.error && <ProblemView problem={decide.error} />}
      <Input.TextArea
        rows={2}
        maxLength={2000}
        value={reason}
        aria-label={t('actionPlan.reason')}
        placeholder={t('actionPlan.reason')}
        onChange={({ target }) => setReason(target.value)}
      />
      <Space className="task-note">
        <Button type="primary" loading={decide.isPending} onClick={() => void send('approve')}>
          {t('actionPlan.approve')}
        </Button>
        <Button danger disabled={decide.isPending || reason.trim() === ''} onClick={() => void send('return')}>
          {t('actionPlan.return')}
        </Button>
      </Space>
    </>
  );
}
