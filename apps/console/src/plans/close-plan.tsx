import { Alert, Button, Input, Select, Spin, Statistic } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';
import { dropDraft, keepDraft, readDraft } from '../drafts/draft-store';
import { Table } from '../layout/table';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { useAsk } from '../undo/use-ask';
import { useDone } from '../undo/use-done';
import type { Plan } from './plan';
import { UNIMPLEMENTED_REASONS } from '../task/reasons';

type Closing = Schemas['PlanClosingDto'];
type Decision = Schemas['ClosePlanDto']['decisions'][number];
type Decided = Partial<Omit<Decision, 'taskId'>>;
type Decisions = Readonly<Record<string, Decided>>;

const DECISIONS = ['carry_over', 'give_up'] as const satisfies readonly Decision['decision'][];

const isWhole = ({ decision, reason, toPlanId, unimplementedReason }: Decided = {}): boolean =>
  decision !== undefined &&
  (reason ?? '').trim() !== '' &&
  (decision === 'carry_over' ? toPlanId !== undefined : unimplementedReason !== undefined);

/** Of what was chosen before another decision, only what belongs to this one. */
const decisionOf = (taskId: string, { decision, reason, toPlanId, unimplementedReason }: Decided): Decision => ({
  taskId,
  decision: decision!,
  reason: reason!.trim(),
  ...(decision === 'carry_over' ? { toPlanId } : { unimplementedReason }),
});

/** A plan closed at the year’s end (年终结转): what is open is carried over into a later plan, or given up. */
export function ClosePlan({ plan }: { plan: Plan }) {
  const { t } = useTranslation('plans');
  const closing = api.useQuery('get', '/api/v1/plans/{id}/close', { params: { path: { id: plan.id } } });
  if (closing.error) return <ProblemView problem={closing.error} retry={() => void closing.refetch()} />;
  if (!closing.data) return <Spin />;
  const { verified, ended, open } = closing.data;
  return (
    <>
      <p>{t('close.about')}</p>
      <div className="issue-figures">
        <Statistic title={t('close.verified')} value={verified} />
        <Statistic title={t('close.ended')} value={ended} />
        <Statistic title={t('close.open')} value={open} />
      </div>
      <Deciding plan={plan} closing={closing.data} reread={() => void closing.refetch()} />
    </>
  );
}

function Deciding({ plan, closing, reread }: { plan: Plan; closing: Closing; reread: () => void }) {
  const { t } = useTranslation(['plans', 'terms']);
  const { me } = useSession();
  const ask = useAsk();
  const say = useDone();
  const queries = useQueryClient();
  const personId = me.personId ?? '';
  const form = `close.${plan.id}`;
  const [decisions, setDecisions] = useState<Decisions>(() => readDraft<Decisions>(personId, form)?.values ?? {});
  const [forAll, setForAll] = useState<Decided>({ decision: 'carry_over' });
  useEffect(() => {
    if (Object.keys(decisions).length > 0) keepDraft(personId, form, decisions);
  }, [decisions, personId, form]);
  const plans = api.useQuery('get', '/api/v1/plans', { params: { query: { limit: 200 } } });
  const later = (plans.data?.items ?? [])
    .filter(({ id, state, year }) => id !== plan.id && state !== 'closed' && (year === null || year > closing.year))
    .map(({ id, title }) => ({ value: id, label: title }));
  // A task stands for all of its parts.
  const open = closing.tasks.filter(({ isOpen, parentId }) => isOpen && parentId === null);
  const undecided = open.filter(({ taskId }) => !isWhole(decisions[taskId])).length;
  const close = api.useMutation('post', '/api/v1/plans/{id}/close', {
    onSuccess: async ({ carriedOver, givenUp }) => {
      dropDraft(personId, form);
      say(t('plans:close.done', { carried: carriedOver.length, given: givenUp.length }));
      await queries.invalidateQueries({ queryKey: ['get'] });
    },
    // Something has moved since it was read.
    onError: ({ status }) => status === 409 && reread(),
  });
  const change = (taskId: string, decided: Decided): void =>
    setDecisions((was) => ({ ...was, [taskId]: { ...was[taskId], ...decided } }));
  const send = async (): Promise<void> => {
    const title = t('plans:close.ask', { title: plan.title });
    const content = t('plans:close.follows', { count: open.length });
    if (!(await ask({ title, content, ok: t('plans:close.close'), danger: true }))) return;
    close.mutate({
      params: { path: { id: plan.id } },
      body: {
        digest: closing.digest,
        decisions: open.map(({ taskId }) => decisionOf(taskId, decisions[taskId]!)),
      },
    });
  };
  return (
    <>
      {close.error && <ProblemView problem={close.error} />}
      {open.length > 0 && (
        <>
          {later.length === 0 && !plans.isPending && (
            <Alert type="info" showIcon className="act-note" title={t('plans:close.noLater', { year: closing.year })} />
          )}
          <fieldset className="task-form-list">
            <legend>{t('plans:close.forAll')}</legend>
            <div className="manage-acts">
              <DecisionFields of={t('plans:close.forAll')} value={forAll} change={setForAll} plans={later} />
              <Button
                disabled={!isWhole(forAll)}
                onClick={() => setDecisions(Object.fromEntries(open.map(({ taskId }) => [taskId, forAll])))}
              >
                {t('plans:close.fill', { count: open.length })}
              </Button>
            </div>
          </fieldset>
          <Table
            rowKey="taskId"
            size="small"
            scroll={{ x: 'max-content' }}
            pagination={open.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
            dataSource={open}
            columns={[
              { title: t('plans:field.number'), dataIndex: 'number' },
              {
                title: t('plans:field.content'),
                dataIndex: 'content',
                render: (content: string, { units }) => (
                  <div className="close-content">
                    {content}
                    <div className="quiet">
                      {units.map(({ unitName, state }) => `${unitName} ${t(`terms:assignment.${state}`)}`).join('、')}
                    </div>
                  </div>
                ),
              },
              {
                title: t('plans:close.decision'),
                key: 'decision',
                render: (_, { taskId, number }) => (
                  <DecisionFields
                    of={number ?? ''}
                    value={decisions[taskId] ?? {}}
                    change={(decided) => change(taskId, decided)}
                    plans={later}
                  />
                ),
              },
            ]}
          />
        </>
      )}
      <p aria-live="polite">
        {undecided > 0 ? t('plans:close.undecided', { count: undecided }) : t('plans:close.ready')}
      </p>
      <Button type="primary" danger disabled={undecided > 0} loading={close.isPending} onClick={() => void send()}>
        {t('plans:close.close')}
      </Button>
    </>
  );
}

function DecisionFields({
  of,
  value,
  change,
  plans,
}: {
  /** What it is decided about. */
  of: string;
  value: Decided;
  change: (value: Decided) => void;
  plans: { value: string; label: string }[];
}) {
  const { t } = useTranslation(['plans', 'terms']);
  const label = (what: string): string => `${of} ${what}`;
  return (
    <div className="manage-acts">
      <Select
        aria-label={label(t('plans:close.decision'))}
        placeholder={t('plans:close.decision')}
        className="close-decision"
        value={value.decision}
        onChange={(decision) => change({ ...value, decision })}
        options={DECISIONS.map((one) => ({ value: one, label: t(`plans:close.decisions.${one}`) }))}
      />
      {value.decision === 'carry_over' && (
        <Select
          aria-label={label(t('plans:close.toPlan'))}
          placeholder={t('plans:close.toPlan')}
          className="close-wide"
          value={value.toPlanId}
          onChange={(toPlanId) => change({ ...value, toPlanId })}
          options={plans}
          popupMatchSelectWidth={false}
        />
      )}
      {value.decision === 'give_up' && (
        <Select
          aria-label={label(t('plans:close.why'))}
          placeholder={t('plans:close.why')}
          className="close-wide"
          value={value.unimplementedReason}
          onChange={(unimplementedReason) => change({ ...value, unimplementedReason })}
          options={UNIMPLEMENTED_REASONS.map((one) => ({ value: one, label: t(`terms:unimplementedReason.${one}`) }))}
          popupMatchSelectWidth={false}
        />
      )}
      <Input
        aria-label={label(t('plans:close.reason'))}
        placeholder={t('plans:close.reason')}
        className="close-wide"
        maxLength={2000}
        value={value.reason}
        onChange={({ target }) => change({ ...value, reason: target.value })}
      />
    </div>
  );
}
