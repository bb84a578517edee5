import { App, Button, Checkbox, Form, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Problem, type Schemas } from '../api/client';
import { Key } from '../layout/key';
import { useKeys } from '../layout/use-keys';
import { ProblemView } from '../problem/problem-view';
import { useAsk } from '../undo/use-ask';

type Part = Schemas['TaskDetailDto']['assignments'][number];
type Body = Schemas['AssignmentTransitionDto'];
const METHODS = ['documents', 'sample', 'call_back', 'visit'] as const;

interface Values {
  method?: (typeof METHODS)[number];
  conclusion?: string;
  place?: string;
  passed?: Record<string, boolean>;
}

/** Verify a part (核验), or return it with a reason: by the list that the policy lays down. */
export function Judge({ part, taskNumber, judged }: { part: Part; taskNumber: string | null; judged: () => void }) {
  const { t, i18n } = useTranslation(['verification', 'console']);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const ask = useAsk();
  const [form] = Form.useForm<Values>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const checklist = api.useQuery('get', '/api/v1/assignments/{id}/checklist', { params: { path: { id: part.id } } });
  const move = api.useMutation('post', '/api/v1/assignments/{id}/transitions', {
    onSuccess: async (_, { body }) => {
      void message.success(
        t(`verification:did.${body.event === 'verify' ? 'verify' : 'return'}`, { number: taskNumber ?? '' }),
      );
      await queries.invalidateQueries({ queryKey: ['get'] });
      judged();
    },
    onError: setProblem,
  });
  const language = i18n.language === 'en' ? 'en' : 'zh';
  const items = checklist.data?.checklist ?? [];
  const methods = checklist.data?.methods.length ? checklist.data.methods : METHODS;

  const judge = async (event: 'verify' | 'return'): Promise<void> => {
    setProblem(null);
    const values = form.getFieldsValue(true) as Values;
    const conclusion = values.conclusion?.trim() ?? '';
    if (event === 'return' && conclusion === '') {
      form.setFields([{ name: 'conclusion', errors: [t('verification:needReason')] }]);
      form.getFieldInstance('conclusion')?.focus();
      return;
    }
    const isSaid = checklist.data?.required === true || conclusion !== '';
    const verification: Body['verification'] = isSaid
      ? {
          method: values.method ?? methods[0],
          checklist: items.map((item) => ({ item: item.zh, passed: values.passed?.[item.zh] === true })),
          conclusion: conclusion || t('verification:plainConclusion'),
          ...(values.place?.trim() ? { place: values.place.trim() } : {}),
        }
      : undefined;
    const number = taskNumber ?? '';
    const isMeant = await ask({
      title: t(`verification:ask.${event}`, { number, unit: part.unitName }),
      ok: t(`verification:${event}`),
      danger: event === 'return',
    });
    if (!isMeant) return;
    await move
      .mutateAsync({
        params: { path: { id: part.id } },
        body: {
          event,
          expectedVersion: part.version,
          ...(event === 'return' ? { reason: conclusion } : {}),
          ...(verification ? { verification } : {}),
        },
      })
      .catch(() => undefined);
  };
  useKeys({ v: () => void judge('verify'), r: () => void judge('return') });
  return (
    <section className="panel judge" aria-label={t('verification:judge')}>
      <h2>{t('verification:judge')}</h2>
      {problem && <ProblemView problem={problem} />}
      <Form<Values> form={form} layout="vertical" disabled={move.isPending}>
        {items.length > 0 && (
          <fieldset className="checklist">
            <legend>{t('verification:checklist')}</legend>
            {items.map((item) => (
              <Form.Item key={item.zh} name={['passed', item.zh]} valuePropName="checked" noStyle>
                <Checkbox>{item[language]}</Checkbox>
              </Form.Item>
            ))}
          </fieldset>
        )}
        <div className="judge-fields">
          <Form.Item name="method" label={t('verification:method')} initialValue={methods[0]}>
            <Select
              style={{ width: '11.5em' }}
              options={methods.map((method) => ({ value: method, label: t(`verification:methods.${method}`) }))}
            />
          </Form.Item>
          <Form.Item name="place" label={t('verification:where')}>
            <Input style={{ width: '14.5em' }} />
          </Form.Item>
        </div>
        <Form.Item name="conclusion" label={t('verification:conclusion')}>
          <Input.TextArea rows={3} placeholder={t('verification:conclusionHelp')} />
        </Form.Item>
      </Form>
      <Space>
        <Button type="primary" loading={move.isPending} onClick={() => void judge('verify')}>
          {t('verification:verify')} <Key>v</Key>
        </Button>
        <Button danger disabled={move.isPending} onClick={() => void judge('return')}>
          {t('verification:return')} <Key>r</Key>
        </Button>
      </Space>
    </section>
  );
}
