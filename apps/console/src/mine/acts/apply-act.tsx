import { Alert, Form, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client, type Schemas } from '../../api/client';
import { DraftForm } from '../../drafts/draft-form';
import { Day } from '../../layout/day';
import { DayField } from '../../layout/day-field';
import { useSubject } from '../../layout/subject';
import { now } from '../../session/clock';
import { useSession } from '../../session/session';
import { INVERSES } from '../../undo/inverses';
import type { ActProps, Part, Task } from '../act-props';
import { UNIMPLEMENTED_REASONS } from '../../task/reasons';
import { TextItem } from '../text-item';

type Fields = Schemas['ApplicationInputDto'];
type Kind = Fields['kind'];

/** What there is to apply for: an end without success is for the head to ask for, a second look goes after a return. */
function kindsOf(task: Task, part: Part, isHead: boolean): Kind[] {
  const last = task.verifications.findLast(({ assignmentId }) => assignmentId === part.id);
  return [
    'extension',
    ...(isHead ? (['close_unimplemented'] as const) : []),
    ...(last?.event === 'return' && part.state === 'in_progress' ? (['review'] as const) : []),
  ];
}

/** Of what the date can still be moved: more time is asked for before it is over. */
const extensible = (task: Task, part: Part): Task['obligations'] =>
  task.obligations.filter(
    ({ assignmentId, state, dueAt }) =>
      assignmentId === part.id && state === 'open' && Date.parse(dueAt) > now().getTime(),
  );

/** Of each kind, what it needs beside its reason: nothing else is sent. */
function bodyOf({ kind, obligationId, dueOn, progress, unimplementedReason, reason }: Fields): Fields {
  if (kind === 'extension') return { kind, obligationId, dueOn, progress, reason };
  if (kind === 'close_unimplemented') return { kind, reason, unimplementedReason };
  return { kind, reason };
}

/** The unit applies for more time (延期), an end without success (未能办成), or a second look at a return (复核). */
export default function ApplyAct({ task, part, of, done, refresh }: ActProps) {
  const { t } = useTranslation(['mine', 'terms']);
  const { me } = useSession();
  const isHead = me.post === 'head';
  const owed = extensible(task, part);
  const first = owed.find(({ id }) => id === of) ?? (owed.length === 1 ? owed[0] : undefined);
  return (
    <>
      <section className="panel">
        <DraftForm<Fields, Schemas['ApplicationDto']>
          name={`apply.${part.id}`}
          initial={{ kind: 'extension', ...(first ? { obligationId: first.id } : {}) }}
          taskId={task.id}
          submit={t('apply.submit')}
          done={(application) => done(INVERSES.apply(application))}
          refresh={refresh}
          send={(fields, key) =>
            answerOf(
              client.POST('/api/v1/assignments/{id}/applications', {
                params: { path: { id: part.id }, header: { 'Idempotency-Key': key } },
                body: bodyOf(fields),
              }),
            )
          }
        >
          <Form.Item name="kind" label={t('apply.kind')} extra={isHead ? undefined : t('apply.headEnds')}>
            <Radio.Group
              options={kindsOf(task, part, isHead).map((value) => ({ value, label: t(`apply.kinds.${value}`) }))}
            />
          </Form.Item>
          <Form.Item noStyle dependencies={['kind']}>
            {({ getFieldValue }) => <OfKind kind={getFieldValue('kind') as Kind} owed={owed} />}
          </Form.Item>
          <TextItem name="reason" label={t('apply.reason')} rows={4} isRequired />
        </DraftForm>
      </section>
      <Given task={task} part={part} />
    </>
  );
}

function OfKind({ kind, owed }: { kind: Kind; owed: Task['obligations'] }) {
  const { t } = useTranslation(['mine', 'terms']);
  const inWords = useSubject();
  if (kind === 'review') return <p>{t('apply.reviewAbout')}</p>;
  if (kind === 'close_unimplemented') {
    return (
      <Form.Item
        name="unimplementedReason"
        label={t('apply.unimplementedReason')}
        rules={[{ required: true, message: t('required') }]}
      >
        <Select
          options={UNIMPLEMENTED_REASONS.map((value) => ({ value, label: t(`terms:unimplementedReason.${value}`) }))}
        />
      </Form.Item>
    );
  }
  if (owed.length === 0) return <Alert type="info" showIcon className="act-note" title={t('apply.tooLate')} />;
  return (
    <>
      <Form.Item name="obligationId" label={t('apply.of')} rules={[{ required: true, message: t('required') }]}>
        <Select
          options={owed.map(({ id, kind: what, subject, effectiveOn }) => ({
            value: id,
            label: [t(`terms:obligation.${what}` as 'terms:obligation.answer'), inWords(subject), effectiveOn]
              .filter(Boolean)
              .join(' · '),
          }))}
        />
      </Form.Item>
      <Form.Item name="dueOn" label={t('apply.dueOn')} rules={[{ required: true, message: t('required') }]}>
        <DayField isFuture />
      </Form.Item>
      <TextItem name="progress" label={t('apply.progress')} rows={3} isRequired />
    </>
  );
}

function Given({ task, part }: { task: Task; part: Part }) {
  const { t } = useTranslation(['mine', 'terms']);
  const given = api.useQuery('get', '/api/v1/applications', {
    params: { query: { planId: task.planId, unitId: part.unitId, limit: 200 } },
  });
  const items = (given.data?.items ?? []).filter(({ assignmentId }) => assignmentId === part.id);
  if (items.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t('apply.given')}</h2>
      {items.map((one) => (
        <div key={one.id} className="figure">
          <strong>{t(`apply.kinds.${one.kind}`)}</strong> · {t(`terms:application.${one.state}`)} ·{' '}
          <Day date={one.requestedAt} />
          {one.askedDueOn && (
            <>
              {' '}
              · {t('apply.dueOn')} <Day date={one.askedDueOn} />
            </>
          )}
          {one.decideBy && one.state === 'requested' && (
            <>
              {' '}
              · {t('apply.decideBy')} <Day date={one.decideBy} />
            </>
          )}
          <blockquote className="quoted">{one.decision ?? one.reason}</blockquote>
        </div>
      ))}
    </section>
  );
}
