import { App, Button, DatePicker, Form, Input } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';

interface Said {
  text: string;
  leader?: string;
  dueOn?: Dayjs;
}

/** An instruction (批示) in a sentence: the leader’s own, or recorded by the office with whose it is. */
export function Instruct({ taskId, done }: { taskId: string; done: () => void }) {
  const { t } = useTranslation(['task', 'board']);
  const { me } = useSession();
  const { message } = App.useApp();
  const [form] = Form.useForm<Said>();
  const [isOpen, setOpen] = useState(false);
  const give = api.useMutation('post', '/api/v1/tasks/{id}/instructions', {
    onSuccess: () => {
      void message.success(t('instruction.sent'));
      form.resetFields();
      setOpen(false);
      done();
    },
  });
  if (!isOpen) {
    return <Button onClick={() => setOpen(true)}>{t('instruct')}</Button>;
  }
  const send = ({ dueOn, ...said }: Said): void =>
    give.mutate({
      params: { path: { id: taskId } },
      body: { ...said, ...(dueOn ? { dueOn: dueOn.format('YYYY-MM-DD') } : {}) },
    });
  return (
    <Form form={form} layout="vertical" requiredMark={false} onFinish={send} className="instruct">
      {give.error && <ProblemView problem={give.error} />}
      {me.post !== 'leader' && (
        <Form.Item name="leader" label={t('board:bulk.leader')} rules={[{ required: true, message: t('act.choose') }]}>
          <Input maxLength={100} />
        </Form.Item>
      )}
      <Form.Item
        name="text"
        label={t('instruction.text')}
        rules={[{ required: true, whitespace: true, message: t('instruction.textMissing') }]}
      >
        <Input.TextArea rows={2} maxLength={2000} autoFocus />
      </Form.Item>
      <Form.Item name="dueOn" label={t('instruction.dueOn')}>
        <DatePicker />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={give.isPending}>
        {t('instruct')}
      </Button>
    </Form>
  );
}
