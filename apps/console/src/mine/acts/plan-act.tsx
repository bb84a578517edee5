import { Alert, Button, Checkbox, Form, Input, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client, type Schemas } from '../../api/client';
import { DraftForm } from '../../drafts/draft-form';
import { DayField } from '../../layout/day-field';
import type { ActProps, Part } from '../act-props';
import { Measures } from '../measures';
import { TextItem } from '../text-item';

type ActionPlan = Schemas['ActionPlansDto']['items'][number];
type ActionPlanInput = NonNullable<Schemas['ReportDto']['actionPlan']>;
interface Fields extends ActionPlanInput {
  reason?: string;
}

/** The action plan (办理方案): goals, measures with their days, who is in charge; handed in, or revised. */
export default function PlanAct(props: ActProps) {
  const { part, task } = props;
  const plans = api.useQuery('get', '/api/v1/assignments/{id}/action-plans', { params: { path: { id: part.id } } });
  if (plans.isPending) return <Skeleton active />;
  const owed = task.obligations.find(
    ({ kind, state, assignmentId }) => kind === 'action_plan' && state === 'open' && assignmentId === part.id,
  );
  const versions = [...(plans.data?.items ?? [])].sort((one, other) => other.number - one.number);
  return <PlanForm {...props} last={versions[0]} owedId={owed?.id} />;
}

function PlanForm({ task, part, done, refresh, last, owedId }: ActProps & { last?: ActionPlan; owedId?: string }) {
  const { t } = useTranslation('mine');
  const isRevision = last !== undefined && owedId === undefined;
  if (last === undefined && owedId === undefined) return <Alert type="info" showIcon title={t('plan.none')} />;
  return (
    <>
      {last && <Standing plan={last} part={part} refresh={refresh} />}
      <section className="panel">
        {isRevision && <h2>{t('plan.revise')}</h2>}
        <DraftForm<Fields>
          name={`plan.${part.id}`}
          initial={last ? initialOf(last) : { measures: [{} as ActionPlanInput['measures'][number]] }}
          taskId={task.id}
          submit={t(isRevision ? 'plan.submitRevision' : 'do.plan')}
          done={() => done()}
          refresh={refresh}
          send={({ reason = '', ...plan }, key) => {
            const params = { path: { id: part.id }, header: { 'Idempotency-Key': key } };
            const actionPlan = tidy(plan);
            return owedId === undefined
              ? answerOf(client.POST('/api/v1/assignments/{id}/action-plans', { params, body: { actionPlan, reason } }))
              : answerOf(
                  client.POST('/api/v1/assignments/{id}/reports', {
                    params,
                    body: { obligationId: owedId, text: actionPlan.goals, actionPlan },
                  }),
                );
          }}
        >
          <PlanFields isRevision={isRevision} />
        </DraftForm>
      </section>
    </>
  );
}

function PlanFields({ isRevision }: { isRevision: boolean }) {
  const { t } = useTranslation('mine');
  const required = [{ required: true, whitespace: true, message: t('required') }];
  return (
    <>
      <TextItem name="goals" label={t('plan.goals')} rows={3} isRequired />
      <Form.Item name="leaderInCharge" label={t('plan.leaderInCharge')}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.List name="measures">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }, place) => (
              <div key={key} className="measure" role="group" aria-label={t('plan.measure', { number: place + 1 })}>
                <div className="measure-head">
                  <strong>{t('plan.measure', { number: place + 1 })}</strong>
                  <Button type="text" size="small" onClick={() => remove(name)}>
                    {t('plan.removeMeasure')}
                  </Button>
                </div>
                <TextItem name={[name, 'text']} label={t('plan.measureText')} mostCharacters={500} isRequired />
                <div className="measure-row">
                  <Form.Item
                    name={[name, 'by']}
                    label={t('plan.by')}
                    rules={[{ required: true, message: t('required') }]}
                  >
                    <DayField />
                  </Form.Item>
                  <Form.Item name={[name, 'person']} label={t('plan.person')} rules={required}>
                    <Input maxLength={100} />
                  </Form.Item>
                  <Form.Item name={[name, 'section']} label={t('plan.section')}>
                    <Input maxLength={100} />
                  </Form.Item>
                </div>
                <Form.Item name={[name, 'milestone']} valuePropName="checked">
                  <Checkbox>{t('plan.milestone')}</Checkbox>
                </Form.Item>
              </div>
            ))}
            <Form.Item>
              <Button type="dashed" block onClick={() => add({})}>
                {t('plan.addMeasure')}
              </Button>
            </Form.Item>
          </>
        )}
      </Form.List>
      {isRevision && <TextItem name="reason" label={t('plan.reason')} isRequired />}
    </>
  );
}

/** The version that was handed in last: how it was judged, and its measures, which are closed one by one. */
function Standing({ plan, part, refresh }: { plan: ActionPlan; part: Part; refresh: () => Promise<unknown> }) {
  const { t } = useTranslation('mine');
  return (
    <section className="panel">
      <h2>{t('plan.version', { number: plan.number, state: t(`plan.state.${plan.state}`) })}</h2>
      {plan.decisionReason && <blockquote className="quoted">{plan.decisionReason}</blockquote>}
      {plan.state === 'approved' && <Measures plan={plan} part={part} refresh={refresh} />}
    </section>
  );
}

const initialOf = ({ goals, leaderInCharge, measures }: ActionPlan): Partial<Fields> => ({
  goals,
  ...(leaderInCharge === null ? {} : { leaderInCharge }),
  measures: measures.map(({ text, by, person, section, milestone }) => ({
    text,
    by,
    person,
    milestone,
    ...(section === null ? {} : { section }),
  })),
});

/** What was left empty is not sent. */
const tidy = ({ goals, leaderInCharge, measures }: ActionPlanInput): ActionPlanInput => ({
  goals,
  ...(leaderInCharge?.trim() ? { leaderInCharge } : {}),
  measures: measures.map(({ text, by, person, section, milestone = false }) => ({
    text,
    by,
    person,
    milestone,
    ...(section?.trim() ? { section } : {}),
  })),
});
