import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Form, Input, Select, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answerOf, api, client, type Schemas } from '../../api/client';
import { usePages } from '../../api/use-pages';
import { type Unit, unitsBelow, useUnits } from '../../directory/units';
import { DraftForm } from '../../drafts/draft-form';
import { Day, dayOf } from '../../layout/day';
import { DayField } from '../../layout/day-field';
import { Light } from '../../lights/light';
import { useTellProblem } from '../../problem/use-problem';
import { now } from '../../session/clock';
import { useSession } from '../../session/session';
import { useDone } from '../../undo/use-done';
import type { ActProps, Part } from '../act-props';
import { TextItem } from '../text-item';

interface Fields {
  title?: string;
  tasks: { content: string; dueOn?: string; lead?: string; units?: string[] }[];
  issue?: boolean;
}

/** The unit hands parts of its own part to the units below it (二级分解). */
export default function BreakdownAct({ task, part, done, refresh }: ActProps) {
  const { t } = useTranslation('mine');
  const { may } = useSession();
  const units = useUnits();
  const below = unitsBelow(units.data ?? [], part.unitId);
  if (units.isPending) return <Skeleton active />;
  return (
    <>
      <Standing part={part} />
      {may('breakdown.issue') && <Drafts unitId={part.unitId} />}
      <section className="panel">
        <h2>{t('breakdown.new')}</h2>
        {below.length === 0 ? (
          <Alert type="info" showIcon title={t('breakdown.nobody')} />
        ) : (
          <DraftForm<Fields>
            name={`breakdown.${part.id}`}
            initial={{ tasks: [{ content: '' }] }}
            taskId={task.id}
            submit={t('breakdown.submit')}
            done={() => done()}
            refresh={refresh}
            send={({ title, tasks, issue = false }, key) =>
              answerOf(
                client.POST('/api/v1/assignments/{id}/breakdown', {
                  params: { path: { id: part.id }, header: { 'Idempotency-Key': key } },
                  body: { ...(title?.trim() ? { title } : {}), issue, tasks: tasks.map(taskOf) },
                }),
              )
            }
          >
            <BreakdownFields units={below} mayIssue={may('breakdown.issue')} />
          </DraftForm>
        )}
      </section>
    </>
  );
}

function taskOf({
  content,
  dueOn,
  lead,
  units = [],
}: Fields['tasks'][number]): Schemas['BreakdownDto']['tasks'][number] {
  return {
    content,
    ...(dueOn ? { dueOn } : {}),
    units: [
      ...(lead ? [{ unitId: lead, role: 'lead' as const }] : []),
      ...units.filter((unitId) => unitId !== lead).map((unitId) => ({ unitId, role: 'responsible' as const })),
    ],
  };
}

function BreakdownFields({ units, mayIssue }: { units: readonly Unit[]; mayIssue: boolean }) {
  const { t } = useTranslation('mine');
  const options = units.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <>
      <Form.Item name="title" label={t('breakdown.title')}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.List name="tasks">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }, place) => (
              <div key={key} className="measure" role="group" aria-label={t('breakdown.task', { number: place + 1 })}>
                <div className="measure-head">
                  <strong>{t('breakdown.task', { number: place + 1 })}</strong>
                  <Button type="text" size="small" disabled={fields.length === 1} onClick={() => remove(name)}>
                    {t('breakdown.remove')}
                  </Button>
                </div>
                <TextItem name={[name, 'content']} label={t('breakdown.content')} isRequired />
                <div className="measure-row">
                  <Form.Item
                    name={[name, 'lead']}
                    label={t('breakdown.lead')}
                    rules={[{ required: true, message: t('required') }]}
                  >
                    <Select options={options} showSearch={{ optionFilterProp: 'label' }} />
                  </Form.Item>
                  <Form.Item name={[name, 'units']} label={t('breakdown.units')}>
                    <Select mode="multiple" options={options} showSearch={{ optionFilterProp: 'label' }} />
                  </Form.Item>
                  <Form.Item name={[name, 'dueOn']} label={t('breakdown.dueOn')}>
                    <DayField isFuture />
                  </Form.Item>
                </div>
              </div>
            ))}
            <Form.Item>
              <Button type="dashed" block onClick={() => add({ content: '' })}>
                {t('breakdown.add')}
              </Button>
            </Form.Item>
          </>
        )}
      </Form.List>
      {mayIssue ? (
        <Form.Item name="issue" valuePropName="checked">
          <Checkbox>{t('breakdown.issue')}</Checkbox>
        </Form.Item>
      ) : (
        <p>{t('breakdown.draftOnly')}</p>
      )}
    </>
  );
}

/** Drafts that the unit's contact has written: the head issues them (下达). */
function Drafts({ unitId }: { unitId: string }) {
  const { t } = useTranslation('mine');
  const tell = useTellProblem();
  const plans = usePages('/api/v1/plans', { unitId, limit: 50 });
  const queries = useQueryClient();
  const say = useDone();
  const issue = api.useMutation('post', '/api/v1/plans/{id}/issue', {
    onSuccess: () => {
      say(t('breakdown.issued'));
      return queries.invalidateQueries({ queryKey: ['get'] });
    },
    onError: tell,
  });
  const drafts = plans.items.filter((plan) => plan.state === 'draft' && plan.unitId === unitId);
  if (drafts.length === 0) return null;
  const today = dayOf(now());
  return (
    <section className="panel act-others">
      {drafts.map(({ id, title }) => (
        <Button
          key={id}
          type="primary"
          loading={issue.isPending && issue.variables?.params.path.id === id}
          onClick={() =>
            issue.mutate({ params: { path: { id } }, body: { year: Number(today.slice(0, 4)), issuedOn: today } })
          }
        >
          {t('breakdown.issueDraft', { title })}
        </Button>
      ))}
    </section>
  );
}

/** What has been handed on so far, and how it stands. */
function Standing({ part }: { part: Part }) {
  const { t } = useTranslation(['mine', 'terms']);
  const found = api.useQuery('get', '/api/v1/assignments/{id}/breakdown', { params: { path: { id: part.id } } });
  if (!found.data || found.data.items.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t('breakdown.standing', { done: Math.round(found.data.shareDone * 100) })}</h2>
      {found.data.items.map((one) => (
        <div key={one.id} className="figure">
          <Link to={`/tasks/${one.id}`}>
            {one.number} {one.content}
          </Link>
          <div className="figure-row figure-beside">
            <Light light={one.light} /> {t(`terms:assignment.${one.state}`)} <Day date={one.dueOn} />{' '}
            {one.units.map(({ unitName }) => unitName).join('、')}
          </div>
        </div>
      ))}
    </section>
  );
}
