import { Button, Form, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Table } from '../layout/table';
import { api, type Schemas } from '../api/client';
import { Day, dayOf } from '../layout/day';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { HeatMap } from './heat-map';
import { SpanFields } from './span-fields';

type Body = Schemas['SimulateDto'];
type Simulated = Schemas['SimulationDto'];

/** What a rule set would send (模拟), day by day: as a picture, and as figures by unit and kind. Nothing is written. */
export function Simulation({
  policyId,
  tried,
}: {
  policyId: string;
  /** Which rules: a version, a draft, or those that are being written. */
  tried: Pick<Body, 'version' | 'draftId' | 'rules'>;
}) {
  const { t } = useTranslation('policies');
  const simulate = api.useMutation('post', '/api/v1/policies/{id}/simulate');
  const today = dayOf(now());
  const [values, setValues] = useState({ from: today, to: `${Number(today.slice(0, 4)) + 1}-01-31`, planId: '' });
  const send = (given: Pick<Body, 'from' | 'to' | 'assume'> & { planId?: string }): void => {
    setValues({ from: given.from, to: given.to, planId: given.planId ?? '' });
    simulate.mutate({
      params: { path: { id: policyId } },
      body: { ...given, planId: given.planId || undefined, limit: 50, ...tried },
    });
  };
  return (
    <section className="panel" aria-label={t('simulate')}>
      <h2>{t('simulate')}</h2>
      <Form
        layout="inline"
        className="simulate-form"
        initialValues={{ ...values, assume: 'nobody_answers' }}
        onFinish={send}
      >
        <SpanFields />
        <Form.Item name="assume" label={t('assume')}>
          <Select
            style={{ width: '10.5em' }}
            options={(['nobody_answers', 'all_done_on_time'] as const).map((value) => ({
              value,
              label: t(`assumed.${value}`),
            }))}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={simulate.isPending}>
          {t('run')}
        </Button>
      </Form>
      {simulate.error && <ProblemView problem={simulate.error} />}
      {simulate.data && <Simulated simulated={simulate.data} />}
    </section>
  );
}

function Simulated({ simulated: { totals, faults, from, to } }: { simulated: Simulated }) {
  const { t } = useTranslation(['policies', 'terms']);
  if (faults.length > 0 && !totals) {
    return (
      <ul role="alert">
        {faults.map(({ code, field, message }) => (
          <li key={`${code} ${field}`}>
            {field && <code>{field}</code>} {message}
          </li>
        ))}
      </ul>
    );
  }
  if (!totals) return null;
  return (
    <>
      <p role="status" className="simulated">
        <b>{t('policies:total', { count: totals.followUps, obligations: totals.obligations })}</b>{' '}
        {totals.worstDay && (
          <>
            {t('policies:worst')} <Day date={totals.worstDay.day} /> ({totals.worstDay.followUps})
          </>
        )}
      </p>
      <ul className="kinds">
        {totals.byKind.map(({ kind, colour, followUps }) => (
          <li key={`${kind} ${colour}`}>
            {colour ? t(`terms:colour.${colour}`) : ''}
            {t(`policies:kind.${kind}`)} <b>{followUps}</b>
          </li>
        ))}
      </ul>
      <HeatMap days={totals.byDay} from={from} to={to} />
      <details>
        <summary>{t('policies:asTable')}</summary>
        <Table
          size="small"
          rowKey="day"
          pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
          dataSource={totals.byDay.filter(({ followUps }) => followUps > 0)}
          columns={[
            { title: t('policies:day'), dataIndex: 'day', render: (day: string) => <Day date={day} /> },
            {
              title: t('policies:count'),
              dataIndex: 'followUps',
              align: 'right',
              sorter: (one, other) => one.followUps - other.followUps,
            },
          ]}
        />
      </details>
      <details>
        <summary>{t('policies:byUnit')}</summary>
        <Table
          size="small"
          rowKey="unitId"
          pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
          dataSource={totals.byUnit}
          columns={[
            { title: t('policies:unit'), dataIndex: 'unitName' },
            { title: t('policies:count'), dataIndex: 'followUps', align: 'right' },
            { title: t('policies:notices'), dataIndex: 'notices', align: 'right' },
            {
              title: t('policies:worst'),
              dataIndex: 'worstDay',
              render: ({ day, followUps }: { day: string; followUps: number }) => (
                <>
                  <Day date={day} /> ({followUps})
                </>
              ),
            },
          ]}
        />
      </details>
    </>
  );
}
