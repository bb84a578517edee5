import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client, type Schemas } from '../../api/client';
import { DraftForm } from '../../drafts/draft-form';
import { Day } from '../../layout/day';
import { INVERSES } from '../../undo/inverses';
import type { ActProps } from '../act-props';
import { TextItem } from '../text-item';

interface Fields {
  about: string;
  with: string[];
  reason: string;
}

/** Units of a task that disagree ask the office to settle it (协调). */
export default function CoordinationAct({ task, part, done, refresh }: ActProps) {
  const { t } = useTranslation('mine');
  const given = api.useQuery('get', '/api/v1/coordinations', { params: { query: { taskId: task.id } } });
  const others = [...new Set(task.assignments.map(({ unitName }) => unitName))].filter(
    (name) => name !== part.unitName,
  );
  return (
    <>
      <section className="panel">
        <p>{t('coordination.aboutIt')}</p>
        <DraftForm<Fields, Schemas['CoordinationDto']>
          name={`coordination.${part.id}`}
          initial={{}}
          taskId={task.id}
          submit={t('coordination.submit')}
          done={(raised) => done(INVERSES.raiseCoordination(raised))}
          refresh={refresh}
          send={(body, key) =>
            answerOf(
              client.POST('/api/v1/tasks/{id}/coordinations', {
                params: { path: { id: task.id }, header: { 'Idempotency-Key': key } },
                body,
              }),
            )
          }
        >
          <Form.Item name="about" label={t('coordination.about')} rules={[{ required: true, message: t('required') }]}>
            <Input maxLength={500} />
          </Form.Item>
          <Form.Item name="with" label={t('coordination.with')} rules={[{ required: true, message: t('required') }]}>
            <Select mode="multiple" options={others.map((name) => ({ value: name, label: name }))} />
          </Form.Item>
          <TextItem name="reason" label={t('coordination.reason')} rows={4} isRequired />
        </DraftForm>
      </section>
      {(given.data?.items.length ?? 0) > 0 && (
        <section className="panel">
          <h2>{t('coordination.given')}</h2>
          {given.data!.items.map((one) => (
            <div key={one.id} className="figure">
              <strong>{one.about}</strong> · {t(`coordination.state.${one.state}`)} · {one.withUnitNames.join('、')} ·{' '}
              {t('coordination.settleBy')} <Day date={one.dueOn} />
              <blockquote className="quoted">{one.decision ?? one.reason}</blockquote>
            </div>
          ))}
        </section>
      )}
    </>
  );
}
