import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Day } from '../layout/day';
import { useTellProblem } from '../problem/use-problem';
import type { Part } from './act-props';

type ActionPlan = Schemas['ActionPlansDto']['items'][number];
type Measure = ActionPlan['measures'][number];

/** The measures (措施) of an approved action plan: each is closed when it is done, with what was done. */
export function Measures({ plan, part, refresh }: { plan: ActionPlan; part: Part; refresh: () => Promise<unknown> }) {
  return (
    <>
      {plan.measures.map((measure) => (
        <OneMeasure key={measure.id} plan={plan} measure={measure} part={part} refresh={refresh} />
      ))}
    </>
  );
}

function OneMeasure({
  plan,
  measure,
  refresh,
}: {
  plan: ActionPlan;
  measure: Measure;
  part: Part;
  refresh: () => Promise<unknown>;
}) {
  const { t } = useTranslation('mine');
  const tell = useTellProblem();
  const { message } = App.useApp();
  const [text, setText] = useState('');
  const move = api.useMutation('post', '/api/v1/action-plans/{id}/measures/{measureId}/transitions', {
    onSuccess: async () => {
      void message.success(t('plan.measureMoved'));
      await refresh();
    },
    onError: tell,
  });
  const isOpen = measure.state === 'open';
  return (
    <div className="figure">
      <div>{measure.text}</div>
      <div className="figure-row figure-beside">
        <Day date={measure.by} isDue={isOpen} /> · {measure.person}
        {measure.section && ` · ${measure.section}`} · {t(isOpen ? 'plan.measureOpen' : 'plan.measureClosed')}
      </div>
      {measure.closingText && <blockquote className="quoted">{measure.closingText}</blockquote>}
      {/* What is owed of a milestone is reported, and closes with that. */}
      {measure.obligationId === null && (
        <div className="figure-row">
          <Input
            value={text}
            onChange={({ target }) => setText(target.value)}
            aria-label={t('plan.closingText')}
            placeholder={t('plan.closingText')}
            maxLength={500}
            style={{ flex: '1 1 240px' }}
          />
          <Button
            loading={move.isPending}
            onClick={() =>
              move.mutate({
                params: { path: { id: plan.id, measureId: measure.id } },
                body: {
                  event: isOpen ? 'close' : 'reopen',
                  expectedVersion: measure.version,
                  ...(text.trim() ? { text } : {}),
                },
              })
            }
          >
            {t(isOpen ? 'plan.close' : 'plan.reopen')}
          </Button>
        </div>
      )}
    </div>
  );
}
