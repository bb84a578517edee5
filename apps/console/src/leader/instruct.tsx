import { useQueryClient } from '@tanstack/react-query';
import { App, Form, Input, Modal, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, client } from '../api/client';
import { DraftForm } from '../drafts/draft-form';
import { DayField } from '../layout/day-field';
import { useSession } from '../session/session';
import './leader.css';

const URGENCIES = ['ordinary', 'urgent', 'hard'] as const;
interface Fields {
  text: string;
  urgency: (typeof URGENCIES)[number];
  leader?: string;
  dueOn?: string;
}
interface Instructed {
  id: string;
  number: string | null;
  content: string;
  leads: readonly string[];
}

/**
 * An instruction (批示) in a sentence: the leader’s own, or recorded by the office with whose it is. Who answers for it, and
 * by when, follows from the task and the rules.
 */
export default function Instruct({ task, close }: { task: Instructed; close: () => void }) {
  const { t } = useTranslation('leader');
  const { me } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const done = (): void => {
    void message.success(t('instructed'));
    void queries.invalidateQueries({ queryKey: ['get'] });
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
        send={({ dueOn, ...body }, key) =>
          answerOf(
            client.POST('/api/v1/tasks/{id}/instructions', {
              params: { path: { id: task.id }, header: { 'Idempotency-Key': key } },
              body: { ...body, ...(dueOn ? { dueOn } : {}) },
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
        {me.post !== 'leader' && (
          <Form.Item
            name="leader"
            label={t('whose')}
            rules={[{ required: true, whitespace: true, message: t('whoseMissing') }]}
          >
            <Input maxLength={100} />
          </Form.Item>
        )}
        <Form.Item name="urgency" label={t('urgency')}>
          <Radio.Group options={URGENCIES.map((value) => ({ value, label: t(`urgencies.${value}`) }))} />
        </Form.Item>
        {me.post !== 'leader' && (
          <Form.Item name="dueOn" label={t('answerBy')} extra={t('answerByHelp')}>
            <DayField isFuture />
          </Form.Item>
        )}
      </DraftForm>
    </Modal>
  );
}
