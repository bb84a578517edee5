import { App, Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Problem, type Schemas } from '../api/client';
import { UnitNamesSelect } from '../directory/unit-names-select';
import { dropDraft } from '../drafts/draft-store';
import { dayOf } from '../layout/day';
import { useRested } from '../layout/use-rested';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { useSession } from '../session/session';
import { Duplicates } from './duplicates';
import { keepMatterDraft, MATTER_FORM, type Petitioner, readMatterDraft } from './matter-draft';

type Kind = Schemas['MatterKindsDto']['items'][number];
type Body = Schemas['MatterDto'];
interface Values {
  kind: Kind['id'];
  level?: string;
  title?: string;
  content: string;
  receivedOn: string;
  dueOn?: string;
  dueReason?: string;
  source?: Record<string, string>;
  units?: { lead?: string[]; responsible?: string[]; cooperating?: string[] };
  petitioner?: Petitioner;
}

const filled = <T extends object>(fields: T | undefined): T | undefined => {
  const entries = Object.entries(fields ?? {}).filter(([, value]) => value !== undefined && value !== '');
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as T);
};

const bodyOf = ({ source, petitioner, ...rest }: Values, confirmDuplicates: string[]): Body => {
  const who = filled(petitioner);
  return {
    ...(filled(rest) as Omit<Body, 'source'>),
    source: filled(source),
    ...(who?.name ? { petitioner: { name: who.name, ...(who.phone ? { phone: who.phone } : {}) } } : {}),
    ...(confirmDuplicates.length > 0 ? { confirmDuplicates } : {}),
  };
};

/** The form asks what the kind asks of its source; what may be the same is shown before it is sent. */
export function RegisterMatter({ kinds, registered }: { kinds: readonly Kind[]; registered: () => void }) {
  const { t, i18n } = useTranslation(['matters', 'terms', 'console']);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const personId = useSession().me.personId ?? '';
  const [form] = Form.useForm<Values>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const language = i18n.language === 'en' ? 'en' : 'zh';
  const kindId = Form.useWatch('kind', form);
  const content = Form.useWatch('content', form) ?? '';
  const kind = kinds.find(({ id }) => id === kindId) ?? kinds[0]!;
  const asked = useRested(content);
  const near = api.useQuery(
    'post',
    '/api/v1/matters/duplicates',
    { body: { content: asked, kind: kind.id } },
    { enabled: asked.length >= 8 },
  );
  const same = asked.length >= 8 ? (near.data?.items ?? []) : [];
  const register = api.useMutation('post', '/api/v1/matters', {
    onSuccess: async ({ matter }) => {
      dropDraft(personId, MATTER_FORM);
      form.resetFields();
      setProblem(null);
      void message.success(t('matters:registered', { number: matter?.number ?? '' }));
      registered();
      await queries.invalidateQueries({ queryKey: ['get'] });
    },
    onError: setProblem,
  });
  const send = (isAnother: boolean): void =>
    void form
      .validateFields()
      .then((values) => register.mutate({ body: bodyOf(values, isAnother ? same.map(({ taskId }) => taskId) : []) }))
      .catch(() => undefined);
  const isDuplicate = problem?.code === 'MATTER.LIKELY_DUPLICATE';
  return (
    <section className="panel" aria-label={t('matters:register')}>
      <h2>{t('matters:register')}</h2>
      <Form<Values>
        form={form}
        layout="vertical"
        name="matter"
        className="matter-form"
        scrollToFirstError={{ focus: true }}
        initialValues={{ kind: kinds[0]!.id, receivedOn: dayOf(now()), ...readMatterDraft<Values>(personId) }}
        onValuesChange={(_, values) => keepMatterDraft(personId, values)}
        onFinish={() => send(false)}
      >
        <div className="matter-row">
          <Form.Item name="kind" label={t('matters:kind')}>
            <Select options={kinds.map(({ id, name }) => ({ value: id, label: name[language] }))} />
          </Form.Item>
          <Form.Item name="level" label={t('matters:level')}>
            <Select allowClear options={kind.levels.map(({ id, name }) => ({ value: id, label: name[language] }))} />
          </Form.Item>
          <Form.Item
            name="receivedOn"
            label={t('matters:received')}
            rules={[{ required: true, message: t('matters:need') }]}
          >
            <Input type="date" />
          </Form.Item>
          <Form.Item
            name="dueOn"
            label={t('matters:ownDue')}
            tooltip={t('matters:ownDueHelp', { policy: kind.policy.name[language] })}
          >
            <Input type="date" />
          </Form.Item>
          <Form.Item noStyle shouldUpdate={(one: Values, other: Values) => one.dueOn !== other.dueOn}>
            {({ getFieldValue }) =>
              getFieldValue('dueOn') && (
                <Form.Item
                  name="dueReason"
                  label={t('matters:dueReason')}
                  rules={[{ required: true, message: t('matters:need') }]}
                >
                  <Input />
                </Form.Item>
              )
            }
          </Form.Item>
        </div>
        <Form.Item name="title" label={t('matters:name')}>
          <Input />
        </Form.Item>
        <Form.Item name="content" label={t('matters:content')} rules={[{ required: true, message: t('matters:need') }]}>
          <Input.TextArea rows={4} />
        </Form.Item>
        <Duplicates items={same} />
        <div className="matter-row">
          {[...kind.required, ...kind.optional].map((field) => (
            <Form.Item
              key={field}
              name={['source', field]}
              label={t(`matters:source.${field}`)}
              rules={kind.required.includes(field) ? [{ required: true, message: t('matters:need') }] : []}
            >
              <Input />
            </Form.Item>
          ))}
          {kind.hasPetitioner && (
            <>
              <Form.Item name={['petitioner', 'name']} label={t('matters:petitioner')}>
                <Input />
              </Form.Item>
              <Form.Item name={['petitioner', 'phone']} label={t('matters:phone')}>
                <Input type="tel" />
              </Form.Item>
            </>
          )}
        </div>
        <div className="matter-row">
          {(['lead', 'responsible', 'cooperating'] as const).map((role) => (
            <Form.Item
              key={role}
              name={['units', role]}
              label={t(`terms:role.${role}`)}
              rules={role === 'lead' ? [{ required: true, message: t('matters:need') }] : []}
            >
              <UnitNamesSelect />
            </Form.Item>
          ))}
        </div>
        {problem && <ProblemView problem={problem} />}
        <div className="matter-send">
          <Button type="primary" htmlType="submit" loading={register.isPending}>
            {t('matters:send')}
          </Button>
          {isDuplicate && (
            <Button onClick={() => send(true)} loading={register.isPending}>
              {t('matters:another')}
            </Button>
          )}
          <span className="quiet">{t('matters:goesBy', { policy: kind.policy.name[language] })}</span>
        </div>
      </Form>
    </section>
  );
}
