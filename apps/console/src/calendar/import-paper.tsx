import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Form, Input, InputNumber, Modal, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';
import { Day } from '../layout/day';
import { ProblemView } from '../problem/problem-view';

type Change = Schemas['CalendarChangeDto'];
type Body = Schemas['NewPaperDto'];
type Values = Omit<Body, 'preview' | 'supersedes'>;

/** Take in the paper that arranges a year (放假安排通知): first what it changes, then for good. */
export function ImportPaper({ year, close }: { year: number; close: () => void }) {
  const { t } = useTranslation(['calendar', 'console']);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [change, setChange] = useState<Change | null>(null);
  const record = api.useMutation('post', '/api/v1/calendar/papers', {
    onSuccess: async (answer, { body }) => {
      if (body.preview) return setChange(answer);
      void message.success(t('calendar:recorded', { version: answer.version }));
      await queries.invalidateQueries({ queryKey: ['get'] });
      close();
    },
  });
  const send = (preview: boolean): void =>
    void form
      .validateFields()
      .then((values) =>
        record.mutate({
          body: {
            ...values,
            days: values.days.map(({ to, ...day }) => ({ ...day, ...(to ? { to } : {}) })),
            preview,
            supersedes: [],
          },
        }),
      )
      .catch(() => undefined);
  const need = [{ required: true, message: t('calendar:need') }];
  return (
    <Modal open width={760} title={t('calendar:import')} onCancel={close} footer={null}>
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{ year: year + 1, days: [{ off: true }] }}
        onValuesChange={() => setChange(null)}
        onFinish={() => send(change === null)}
      >
        <div className="paper-row">
          <Form.Item name="year" label={t('calendar:year')} rules={need}>
            <InputNumber min={2008} max={2100} />
          </Form.Item>
          <Form.Item name="number" label={t('calendar:number')} rules={need}>
            <Input />
          </Form.Item>
          <Form.Item name="issuedOn" label={t('calendar:issuedOn')} rules={need}>
            <Input type="date" />
          </Form.Item>
        </div>
        <Form.Item name="title" label={t('calendar:paper')} rules={need}>
          <Input />
        </Form.Item>
        <Form.Item name="url" label={t('calendar:url')} rules={need}>
          <Input type="url" />
        </Form.Item>
        <Form.List name="days">
          {(fields, { add, remove }) => (
            <>
              {fields.map(({ key, name }) => (
                <Space key={key} wrap align="baseline">
                  <Form.Item name={[name, 'off']}>
                    <Select
                      aria-label={t('calendar:what')}
                      style={{ width: '8em' }}
                      options={[
                        { value: true, label: t('calendar:dayOff') },
                        { value: false, label: t('calendar:makeUp') },
                      ]}
                    />
                  </Form.Item>
                  <Form.Item name={[name, 'from']} rules={need}>
                    <Input type="date" aria-label={t('calendar:from')} />
                  </Form.Item>
                  <Form.Item name={[name, 'to']}>
                    <Input type="date" aria-label={t('calendar:to')} />
                  </Form.Item>
                  <Form.Item name={[name, 'holiday']} rules={need}>
                    <Input
                      placeholder={t('calendar:holiday')}
                      aria-label={t('calendar:holiday')}
                      style={{ width: '9.5em' }}
                    />
                  </Form.Item>
                  <Button
                    type="text"
                    icon={<MinusCircleOutlined />}
                    aria-label={t('calendar:remove')}
                    onClick={() => remove(name)}
                  />
                </Space>
              ))}
              <p>
                <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({ off: true })}>
                  {t('calendar:add')}
                </Button>
              </p>
            </>
          )}
        </Form.List>
        {record.error && <ProblemView problem={record.error} />}
        {change && <Changes change={change} />}
        <Button type="primary" htmlType="submit" loading={record.isPending}>
          {t(change === null ? 'calendar:preview' : 'calendar:record')}
        </Button>
      </Form>
    </Modal>
  );
}

function Changes({ change: { differences, isNew } }: { change: Change }) {
  const { t } = useTranslation('calendar');
  return (
    <div role="status">
      <p>
        <b>{isNew ? t('changes', { count: differences.length }) : t('same')}</b>
      </p>
      <ul className="message-lines change-days">
        {differences.map(({ date, after }) => (
          <li key={date}>
            <Day date={date} /> {t(after.working ? 'makeUp' : 'dayOff')} {after.holiday}
          </li>
        ))}
      </ul>
    </div>
  );
}
