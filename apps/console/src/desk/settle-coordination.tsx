import { Button, Input, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { useDecide } from './use-decide';

/** Settle a disagreement between units (协调) by saying what holds. */
export function SettleCoordination({ coordination }: { coordination: Schemas['CoordinationsDto']['items'][number] }) {
  const { t } = useTranslation('desk');
  const { after, tell } = useDecide();
  const [decision, setDecision] = useState('');
  const move = api.useMutation('post', '/api/v1/coordinations/{id}/transitions', {
    onSuccess: () => after(t('settled')),
    onError: tell,
  });
  return (
    <Space wrap>
      <Input
        aria-label={t('decision')}
        placeholder={t('decision')}
        value={decision}
        onChange={({ target }) => setDecision(target.value)}
        style={{ width: 360 }}
      />
      <Button
        type="primary"
        loading={move.isPending}
        disabled={decision.trim() === ''}
        onClick={() =>
          move.mutate({
            params: { path: { id: coordination.id } },
            body: { event: 'settle', decision: decision.trim(), expectedVersion: coordination.version },
          })
        }
      >
        {t('settle')}
      </Button>
    </Space>
  );
}
