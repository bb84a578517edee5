import { Button, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { UnitSelect } from '../directory/unit-select';
import { useDecide } from './use-decide';
import { CANCEL_REASONS } from '../task/reasons';

const OUTCOMES = ['rejected', 'transferred', 'cancelled'] as const;

/** Answer an objection (异议): it stays where it is, goes to another unit, or ends. */
export function SettleObjection({ objection }: { objection: Schemas['ObjectionsDto']['items'][number] }) {
  const { t } = useTranslation(['desk', 'terms']);
  const { ask, after, tell } = useDecide();
  const [outcome, setOutcome] = useState<(typeof OUTCOMES)[number]>('rejected');
  const [reason, setReason] = useState('');
  const [toUnit, setToUnit] = useState<string>();
  const [cancelReason, setCancelReason] = useState<(typeof CANCEL_REASONS)[number]>('duplicate');
  const move = api.useMutation('post', '/api/v1/assignments/{id}/transitions', {
    onSuccess: () => after(t('settled')),
    onError: tell,
  });
  const isWhole = reason.trim() !== '' && (outcome !== 'transferred' || toUnit !== undefined);
  const settle = async (): Promise<void> => {
    const title = t('ask.objection', { unit: objection.unitName, outcome: t(`outcome.${outcome}`) });
    if (!(await ask({ title, ok: t('settle'), danger: outcome === 'cancelled' }))) return;
    move.mutate({
      params: { path: { id: objection.assignmentId } },
      body: {
        event: 'settle_objection',
        outcome,
        reason: reason.trim(),
        ...(outcome === 'transferred' ? { toUnit } : {}),
        ...(outcome === 'cancelled' ? { cancelReason } : {}),
      },
    });
  };
  return (
    <Space wrap>
      <Select
        aria-label={t('outcome.label')}
        value={outcome}
        onChange={setOutcome}
        style={{ width: '12em' }}
        options={OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) }))}
      />
      {outcome === 'transferred' && (
        <UnitSelect by="code" isPresent value={toUnit} onChange={setToUnit} placeholder={t('toUnit')} />
      )}
      {outcome === 'cancelled' && (
        <Select
          aria-label={t('desk:cancelReason')}
          value={cancelReason}
          onChange={setCancelReason}
          style={{ width: '12em' }}
          options={CANCEL_REASONS.map((value) => ({ value, label: t(`terms:cancelReason.${value}`) }))}
        />
      )}
      <Input
        aria-label={t('answer')}
        placeholder={t('answer')}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
        style={{ width: '18.5em' }}
      />
      <Button type="primary" loading={move.isPending} disabled={!isWhole} onClick={() => void settle()}>
        {t('settle')}
      </Button>
    </Space>
  );
}
