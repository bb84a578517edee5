import { useQueryClient } from '@tanstack/react-query';
import { App, Form, Input, Modal, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, client } from '../api/client';
import { DraftForm } from '../drafts/draft-form';
import type { TaskRow } from './use-overview';

const URGENCIES = ['ordinary', 'urgent', 'hard'] as const;
interface Fields {
  text: string;
  urgency: (typeof URGENCIES)[number];
}

/** One sentence; who answers for it, and by when, follows from the task and the rules. */
export default function Instruct({ task, close }: { task: TaskRow; close: () => void }) {
  const { t } = useTranslation('leader');
  const { message } = App.useApp();
  const queries = useQueryClient();
  const done = (): void => {
    void message.success(t('instructed'));
    void queries.invalidateQueries({ queryKey: ['get', '/api/v1/instructions'] });
    void queries.invalidateQueries({ queryKey: ['get', '/api/v1/tasks'] });
    close();
  };
  return (
    <Modal open title={t('instructOn', { number: task.number ?? '' })} footer={null} onCancel={close}>
      <p className="ten-quoted">{task.content}</p>
      <DraftForm<Fields>
        name={`instruction.${task.id}`}
        initial={{ urgency: 'ordinary' }}
        taskId={task.id}
        submit={t('give')}
        done={done}
        refresh={() => Promise.resolve()}
        send={(body, key) =>
          answerOf(
            client.POST('/api/v1/tasks/{id}/instructions', {
              params: { path: { id: task.id }, header: { 'Idempotency-Key': key } },
              body,
            }),
          )
        }
      >
        <Form.Item
          name="text"
          label={t('sentence')}
          extra={t('sentenceHelp', { units: task.leads.join('、') })}
          rules={[{ required: true, whitespace: true, message: t('sentenceMissing') }]}
        >
          <Input.TextArea rows={3} className="grows" maxLength={1000} />
        </Form.Item>
        <Form.Item name="urgency" label={t('urgency')}>
          <Radio.Group options={URGENCIES.map((value) => ({ value, label: t(`urgencies.${value}`) }))} />
        </Form.Item>
      </DraftForm>
    </Modal>
  );
}
