import { Button, Form, Input, Radio, Select, Spin, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';
import { Day } from '../layout/day';
import { useSubject } from '../layout/subject';
import { Table } from '../layout/table';
import { ProblemView } from '../problem/problem-view';
import { useAsk } from '../undo/use-ask';
import { useDone } from '../undo/use-done';
import type { Plan } from './plan';

type Preview = Schemas['PlanPolicyDto'];
type Open = Preview['open'];
const OPEN = ['from_now_on', 'new_only'] as const satisfies readonly Open[];
const WHATS = ['opened', 'redated', 'goes_on', 'lapsed', 'past'] as const;

/** Other rules for an issued plan (变更督办规则): what that moves, obligation by obligation, before it is done. */
export function ChangePolicy({ plan }: { plan: Plan }) {
  const { t, i18n } = useTranslation(['plans', 'console']);
  const queries = useQueryClient();
  const ask = useAsk();
  const say = useDone();
  const language = i18n.language === 'en' ? 'en' : 'zh';
  const policies = api.useQuery('get', '/api/v1/policies');
  const [policy, setPolicy] = useState<string | null>(null);
  const [open, setOpen] = useState<Open>('from_now_on');
  const preview = api.useQuery(
    'get',
    '/api/v1/plans/{id}/policy',
    { params: { path: { id: plan.id }, query: { policy: policy ?? '', open } } },
    { enabled: policy !== null, staleTime: 0 },
  );
  const change = api.useMutation('post', '/api/v1/plans/{id}/policy', {
    onSuccess: async () => {
      say(t('plans:policy.done'));
      setPolicy(null);
      await queries.invalidateQueries({ queryKey: ['get'] });
    },
    // Something has moved since it was shown: it is shown as it is now.
    onError: ({ status }) => (status === 409 ? preview.refetch() : undefined),
  });
  const nameOf = (id: string): string => policies.data?.items.find((one) => one.id === id)?.name[language] ?? id;
  const send = async ({ reason }: { reason: string }): Promise<void> => {
    const { data } = preview;
    if (!data) return;
    const { opened, redated, lapsed } = data.totals;
    const title = t('plans:policy.ask', { policy: nameOf(data.to.policy), version: data.to.version });
    const content = t('plans:policy.follows', { opened, redated, lapsed });
    if (!(await ask({ title, content, ok: t('plans:policy.change') }))) return;
    const { policy: id, version } = data.to;
    change.mutate({
      params: { path: { id: plan.id } },
      body: { policy: id, version, open, reason, digest: data.digest },
    });
  };
  return (
    <>
      <p>{t('plans:policy.present', { policy: nameOf(plan.policyId ?? '—'), version: plan.policyVersion ?? '—' })}</p>
      <div className="manage-acts">
        <Select
          aria-label={t('plans:policy.to')}
          placeholder={t('plans:policy.to')}
          className="manage-wide"
          loading={policies.isPending}
          showSearch={{ optionFilterProp: 'label' }}
          value={policy}
          onChange={setPolicy}
          options={(policies.data?.items ?? []).map(({ id, name, version }) => ({
            value: id,
            label: `${name[language]} · v${version}`,
          }))}
        />
        <Radio.Group
          aria-label={t('plans:policy.open')}
          value={open}
          onChange={({ target }) => setOpen(target.value as Open)}
          options={OPEN.map((value) => ({ value, label: t(`plans:policy.opens.${value}`) }))}
        />
      </div>
      {change.error && <ProblemView problem={change.error} />}
      {policy !== null && preview.error && <ProblemView problem={preview.error} />}
      {policy !== null && preview.isPending && <Spin />}
      {policy !== null && preview.data && (
        <>
          <Moves preview={preview.data} />
          <Form<{ reason: string }> layout="vertical" requiredMark={false} onFinish={(values) => void send(values)}>
            <Form.Item
              name="reason"
              label={t('plans:policy.reason')}
              rules={[{ required: true, whitespace: true, message: t('plans:policy.needReason') }]}
            >
              <Input.TextArea rows={2} maxLength={2000} />
            </Form.Item>
            <Button htmlType="submit" loading={change.isPending}>
              {t('plans:policy.change')}
            </Button>
          </Form>
        </>
      )}
    </>
  );
}

function Moves({ preview }: { preview: Preview }) {
  const { t, i18n } = useTranslation(['plans', 'terms']);
  const inWords = useSubject();
  const term = (kind: string): string =>
    i18n.exists(`terms:obligation.${kind}`) ? t(`terms:obligation.${kind}` as 'terms:obligation.completion') : kind;
  return (
    <>
      <p aria-live="polite">
        {WHATS.map((what) => (
          <Tag key={what}>{t(`plans:policy.total.${what}`, { count: preview.totals[what] })}</Tag>
        ))}
        <Tag>{t('plans:policy.staying', { count: preview.staying })}</Tag>
      </p>
      {preview.items.length === 0 ? (
        <p className="quiet">{t('plans:policy.nothing')}</p>
      ) : (
        <Table
          rowKey={(row) => `${row.obligationId} ${row.taskId} ${row.unitId} ${row.kind} ${row.subject} ${row.dueOn}`}
          size="small"
          scroll={{ x: 'max-content' }}
          pagination={preview.items.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
          dataSource={preview.items}
          columns={[
            { title: t('plans:field.number'), dataIndex: 'taskNumber' },
            { title: t('plans:unit'), dataIndex: 'unitName' },
            { title: t('plans:policy.what'), render: (_, { kind, subject }) => `${term(kind)} ${inWords(subject)}` },
            { title: t('plans:policy.becomes'), render: (_, { what }) => t(`plans:policy.whats.${what}`) },
            { title: t('plans:policy.before'), render: (_, { dueOnBefore }) => <Day date={dueOnBefore} /> },
            { title: t('plans:policy.after'), render: (_, { dueOn }) => <Day date={dueOn} /> },
          ]}
        />
      )}
    </>
  );
}
