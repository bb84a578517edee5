import { App, Button, Form, Input, Modal, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Day, dayOf } from '../layout/day';
import { DayField } from '../layout/day-field';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { useSession } from '../session/session';

type Task = Schemas['TaskDto'];
type Answer = Schemas['NewSatisfactionDto'];
const RATINGS = ['satisfied', 'basically', 'unsatisfied', 'not_reached'] as const;
const METHODS = ['call_back', 'message', 'visit'] as const;
const COLOURS = { satisfied: 'green', basically: 'blue', unsatisfied: 'red', not_reached: 'default' } as const;

/** What the public thinks of what was done (满意度回访): every try, and another one by the office once it is reported. */
export function Satisfaction({ task, again }: { task: Task; again: () => void }) {
  const { t } = useTranslation('task');
  const { may } = useSession();
  const [isAsking, setAsking] = useState(false);
  const isReported = task.state === 'reported' || task.state === 'verified';
  return (
    <>
      {task.satisfaction.length === 0 && <p className="nothing">{t('none')}</p>}
      <ul className="plain-list">
        {task.satisfaction.map(({ id, rating, method, on, remark }) => (
          <li key={id}>
            <Tag color={COLOURS[rating]}>{t(`asked.ratings.${rating}`)}</Tag>
            {t(`asked.methods.${method}`)} · <Day date={on} />
            {remark && <p className="words">{remark}</p>}
          </li>
        ))}
      </ul>
      {may('satisfaction.record') &&
        (isReported ? (
          <Button onClick={() => setAsking(true)}>{t('asked.record')}</Button>
        ) : (
          <p className="quiet">{t('asked.later')}</p>
        ))}
      {isAsking && (
        <Record
          taskId={task.id}
          close={() => setAsking(false)}
          done={() => {
            setAsking(false);
            again();
          }}
        />
      )}
    </>
  );
}

function Record({ taskId, close, done }: { taskId: string; close: () => void; done: () => void }) {
  const { t } = useTranslation('task');
  const { message } = App.useApp();
  const [form] = Form.useForm<Answer>();
  const rating = Form.useWatch('rating', form);
  const record = api.useMutation('post', '/api/v1/tasks/{id}/satisfaction', {
    onSuccess: () => {
      void message.success(t('asked.done'));
      done();
    },
  });
  const needed = [{ required: true, message: t('asked.needed') }];
  return (
    <Modal
      open
      title={t('asked.record')}
      okText={t('asked.ok')}
      confirmLoading={record.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <p>{t('asked.means')}</p>
      <Form<Answer>
        form={form}
        name="satisfaction"
        layout="vertical"
        initialValues={{ method: METHODS[0], on: dayOf(now()) }}
        onFinish={({ remark, ...answer }) =>
          record.mutate({
            params: { path: { id: taskId } },
            body: { ...answer, ...(remark?.trim() ? { remark: remark.trim() } : {}) },
          })
        }
      >
        {record.error && <ProblemView problem={record.error} />}
        <Form.Item name="rating" label={t('asked.rating')} rules={needed}>
          <Select options={RATINGS.map((value) => ({ value, label: t(`asked.ratings.${value}`) }))} />
        </Form.Item>
        <Form.Item name="method" label={t('asked.method')} rules={needed}>
          <Select options={METHODS.map((value) => ({ value, label: t(`asked.methods.${value}`) }))} />
        </Form.Item>
        <Form.Item name="on" label={t('asked.on')} rules={needed}>
          <DayField />
        </Form.Item>
        <Form.Item
          name="remark"
          label={t('asked.remark')}
          extra={t('asked.remarkHelp')}
          rules={rating === 'unsatisfied' ? [{ required: true, whitespace: true, message: t('asked.needed') }] : []}
        >
          <Input.TextArea rows={2} maxLength={1000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
