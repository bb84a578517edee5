import { Button, Form, Input, InputNumber, Modal, Result, Select, Statistic } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQueryClient } from '@tanstack/react-query';
import { Table } from '../layout/table';
import { api, type Schemas } from '../api/client';
import { useUnits } from '../directory/units';
import { Day, dayOf } from '../layout/day';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import type { Plan } from './plan';

type Issued = Schemas['IssuedDto'];

/** Issue a draft (印发): from then on it binds, and what each owes is said. */
export function IssuePlan({ plan, waits, close }: { plan: Plan; waits: number; close: () => void }) {
  const { t, i18n } = useTranslation(['plans', 'console']);
  const queries = useQueryClient();
  const policies = api.useQuery('get', '/api/v1/policies');
  const [issued, setIssued] = useState<Issued | null>(null);
  const issue = api.useMutation('post', '/api/v1/plans/{id}/issue', { onSuccess: setIssued });
  const today = dayOf(now());
  const leave = (): void => {
    close();
    if (issued) void queries.invalidateQueries({ queryKey: ['get'] });
  };
  return (
    <Modal
      open
      width={issued ? 760 : 520}
      title={issued ? undefined : t('plans:issue.title')}
      footer={issued ? <IssuedFoot planId={plan.id} close={leave} /> : null}
      onCancel={leave}
    >
      {issued ? (
        <IssuedView issued={issued} />
      ) : (
        <Form<Schemas['IssueDto']>
          layout="vertical"
          initialValues={{ year: plan.year ?? Number(today.slice(0, 4)), issuedOn: today, policy: 'annual-report' }}
          onFinish={(body) => issue.mutate({ params: { path: { id: plan.id } }, body })}
        >
          <p>{t('plans:issue.help', { count: plan.tasks.length })}</p>
          {waits > 0 && <p className="date-late">{t('plans:issue.waits', { count: waits })}</p>}
          {issue.error && <ProblemView problem={issue.error} />}
          <Form.Item name="year" label={t('plans:year')} rules={[{ required: true, message: t('plans:need.year') }]}>
            <InputNumber min={2000} max={2100} />
          </Form.Item>
          <Form.Item
            name="issuedOn"
            label={t('plans:issuedOn')}
            rules={[{ required: true, message: t('plans:need.day') }]}
          >
            <Input type="date" style={{ width: '13em' }} />
          </Form.Item>
          <Form.Item name="policy" label={t('plans:issue.policy')}>
            <Select
              loading={policies.isPending}
              showSearch={{ optionFilterProp: 'label' }}
              options={(policies.data?.items ?? []).map(({ id, name, version }) => ({
                value: id,
                label: `${name[i18n.language === 'en' ? 'en' : 'zh']} · v${version}`,
              }))}
            />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={issue.isPending}>
            {t('plans:issue.ok')}
          </Button>
        </Form>
      )}
    </Modal>
  );
}

function IssuedFoot({ planId, close }: { planId: string; close: () => void }) {
  const { t } = useTranslation(['plans', 'console']);
  return (
    <>
      <Link to={`/board?planId=${planId}`}>
        <Button>{t('plans:issue.board')}</Button>
      </Link>
      <Button type="primary" onClick={close}>
        {t('console:act.close')}
      </Button>
    </>
  );
}

function IssuedView({ issued }: { issued: Issued }) {
  const { t, i18n } = useTranslation(['plans', 'terms']);
  const units = useUnits();
  const term = (kind: string): string =>
    i18n.exists(`terms:obligation.${kind}`) ? t(`terms:obligation.${kind}` as 'terms:obligation.completion') : kind;
  return (
    <>
      <Result status="success" title={t('plans:issue.done')} className="issue-result" />
      <div className="issue-figures">
        {(['tasks', 'assignments', 'leads', 'obligations'] as const).map((figure) => (
          <Statistic key={figure} title={t(`plans:issue.${figure}`)} value={issued[figure]} />
        ))}
      </div>
      {issued.skipped.length > 0 && (
        <>
          <h3>{t('plans:issue.skipped', { count: issued.skipped.length })}</h3>
          <p className="quiet">{t('plans:issue.skippedHelp')}</p>
          <Table
            size="small"
            rowKey={({ taskNumber, unitId, kind, dueOn }) => `${taskNumber} ${unitId} ${kind} ${dueOn}`}
            pagination={{ pageSize: 8, hideOnSinglePage: true }}
            scroll={{ x: 'max-content' }}
            dataSource={issued.skipped}
            columns={[
              { title: t('plans:field.number'), dataIndex: 'taskNumber' },
              {
                title: t('plans:unit'),
                dataIndex: 'unitId',
                render: (unitId: string) => units.data?.find(({ id }) => id === unitId)?.name ?? '…',
              },
              { title: t('plans:issue.kind'), dataIndex: 'kind', render: term },
              { title: t('plans:field.due'), dataIndex: 'dueOn', render: (day: string) => <Day date={day} /> },
            ]}
          />
        </>
      )}
    </>
  );
}
