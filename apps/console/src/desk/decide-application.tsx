import { Button, Input, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { useDecide } from './use-decide';

type Application = Schemas['ApplicationsDto']['items'][number];

/** Approve an application (申请), for an extension with another date where that is better, or deny it with a reason. */
export function DecideApplication({ application }: { application: Application }) {
  const { t } = useTranslation('desk');
  const { ask, after, tell } = useDecide();
  const [reason, setReason] = useState('');
  const [dueOn, setDueOn] = useState(application.askedDueOn ?? '');
  const move = api.useMutation('post', '/api/v1/applications/{id}/transitions', {
    onSuccess: (_, { body }) => after(t(body.event === 'approve' ? 'approved' : 'denied')),
    onError: tell,
  });
  const send = async (event: 'approve' | 'deny'): Promise<void> => {
    const title = t(`ask.${event}`, { unit: application.unitName });
    if (!(await ask({ title, ok: t(event), danger: event === 'deny' }))) return;
    move.mutate({
      params: { path: { id: application.id } },
      body: {
        event,
        expectedVersion: application.version,
        ...(reason.trim() ? { reason: reason.trim() } : {}),
        ...(event === 'approve' && application.kind === 'extension' && dueOn ? { dueOn } : {}),
      },
    });
  };
  return (
    <Space wrap>
      {application.kind === 'extension' && (
        <Input
          type="date"
          aria-label={t('newDate')}
          value={dueOn}
          onChange={({ target }) => setDueOn(target.value)}
          style={{ width: '11.5em' }}
        />
      )}
      <Input
        aria-label={t('reason')}
        placeholder={t('reason')}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
        style={{ width: '18.5em' }}
      />
      <Button type="primary" loading={move.isPending} onClick={() => void send('approve')}>
        {t('approve')}
      </Button>
      <Button danger disabled={move.isPending || reason.trim() === ''} onClick={() => void send('deny')}>
        {t('deny')}
      </Button>
    </Space>
  );
}
