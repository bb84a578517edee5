import { Button, Input, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { useDecide } from './use-decide';

/** Settle a disagreement between units (协调) by saying what holds. */
export function SettleCoordination({ coordination }: { coordination: Schemas['CoordinationsDto']['items'][number] }) {
  const { t } = useTranslation('desk');
  const { ask, after, tell } = useDecide();
  const [decision, setDecision] = useState('');
  const move = api.useMutation('post', '/api/v1/coordinations/{id}/transitions', {
    onSuccess: () => after(t('settled')),
    onError: tell,
  });
  const settle = async (): Promise<void> => {
    if (!(await ask({ title: t('ask.coordination', { about: coordination.about }), ok: t('settle') }))) return;
    move.mutate({
      params: { path: { id: coordination.id } },
      body: { event: 'settle', decision: decision.trim(), expectedVersion: coordination.version },
    });
  };
  return (
    <Space wrap>
      <Input
        aria-label={t('decision')}
        placeholder={t('decision')}
        value={decision}
        onChange={({ target }) => setDecision(target.value)}
        style={{ width: '25.5em' }}
      />
      <Button type="primary" loading={move.isPending} disabled={decision.trim() === ''} onClick={() => void settle()}>
        {t('settle')}
      </Button>
    </Space>
  );
}
