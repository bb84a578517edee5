import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { usePages } from '../api/use-pages';

/** From when to when, and of which plan: what trying a rule set asks for. */
export function SpanFields() {
  const { t } = useTranslation('policies');
  const plans = usePages('/api/v1/plans', { limit: 100 });
  return (
    <>
      <Form.Item name="from" label={t('from')}>
        <Input type="date" />
      </Form.Item>
      <Form.Item name="to" label={t('to')}>
        <Input type="date" />
      </Form.Item>
      <Form.Item name="planId" label={t('plan')}>
        <Select
          style={{ width: '18.5em' }}
          options={[
            { value: '', label: t('allPlans') },
            ...plans.items.map(({ id, title }) => ({ value: id, label: title })),
          ]}
        />
      </Form.Item>
    </>
  );
}
