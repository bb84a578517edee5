import { Button, Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { DayField } from '../layout/day-field';
import { ProblemView } from '../problem/problem-view';
import { useAsk } from '../undo/use-ask';
import { useDone } from '../undo/use-done';
import { inOrder, type Plan } from './plan';

interface Values {
  text: string;
  due?: string;
  which: 'undated' | 'all';
}

/** One deadline for many tasks of a draft (批量设定时限). */
export function BulkDeadlines({ plan }: { plan: Plan }) {
  const { t } = useTranslation('plans');
  const queries = useQueryClient();
  const ask = useAsk();
  const say = useDone();
  const set = api.useMutation('post', '/api/v1/plans/{id}/deadlines', {
    onSuccess: async () => {
      say(t('deadlines.done'));
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/plans/{id}'] });
    },
  });
  const tasks = inOrder(plan.tasks).map(({ task }) => task);
  const send = async ({ text, due, which }: Values): Promise<void> => {
    const ids = tasks.map(({ id }) => id);
    const dated = tasks.filter(({ deadline }) => deadline !== null).length;
    // Dates that the document gave are written over: that is asked.
    if (which === 'all' && dated > 0) {
      const title = t('deadlines.ask', { count: dated });
      if (!(await ask({ title, content: t('deadlines.follows'), ok: t('deadlines.set') }))) return;
    }
    set.mutate({
      params: { path: { id: plan.id } },
      body: { deadline: { text, due: due ?? null }, ...(which === 'all' ? { tasks: ids } : {}) },
    });
  };
  return (
    <Form<Values>
      layout="vertical"
      requiredMark={false}
      initialValues={{ which: 'undated' }}
      className="manage-form"
      onFinish={(values) => void send(values)}
    >
      {set.error && <ProblemView problem={set.error} />}
      <Form.Item name="text" label={t('field.deadlineText')} rules={[{ required: true, message: t('need.words') }]}>
        <Input maxLength={500} placeholder={t('deadlines.example')} />
      </Form.Item>
      <Form.Item name="due" label={t('field.due')}>
        <DayField />
      </Form.Item>
      <Form.Item name="which" label={t('deadlines.which')}>
        <Radio.Group
          options={(['undated', 'all'] as const).map((value) => ({ value, label: t(`deadlines.${value}`) }))}
        />
      </Form.Item>
      <Button htmlType="submit" loading={set.isPending} disabled={tasks.length === 0}>
        {t('deadlines.set')}
      </Button>
    </Form>
  );
}
