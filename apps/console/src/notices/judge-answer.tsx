import { App, Button, Input, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Problem } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import { useAsk } from '../undo/use-ask';
import './notices.css';

/** Accept the answer to a notice (认可), or reject it with a reason (退回). */
export function JudgeAnswer({ notice }: { notice: { id: string; number: string; version: number } }) {
  const { t } = useTranslation('notices');
  const { message } = App.useApp();
  const queries = useQueryClient();
  const ask = useAsk();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const move = api.useMutation('post', '/api/v1/notices/{id}/transitions', {
    onSuccess: async (_, { body }) => {
      void message.success(t(body.event === 'accept' ? 'accepted' : 'rejected', { number: notice.number }));
      await queries.invalidateQueries({ queryKey: ['get'] });
    },
    onError: setProblem,
  });
  const send = async (event: 'accept' | 'reject'): Promise<void> => {
    const isReject = event === 'reject';
    if (!(await ask({ title: t(`ask.${event}`, { number: notice.number }), ok: t(event), danger: isReject }))) return;
    move.mutate({
      params: { path: { id: notice.id } },
      body: { event, expectedVersion: notice.version, ...(reason.trim() ? { reason: reason.trim() } : {}) },
    });
  };
  return (
    <div className="judge-answer">
      {problem && <ProblemView problem={problem} />}
      <Input.TextArea
        value={reason}
        onChange={({ target }) => setReason(target.value)}
        rows={2}
        aria-label={t('reason')}
        placeholder={t('reason')}
      />
      <Space>
        <Button type="primary" loading={move.isPending} onClick={() => void send('accept')}>
          {t('accept')}
        </Button>
        <Button danger disabled={move.isPending || reason.trim() === ''} onClick={() => void send('reject')}>
          {t('reject')}
        </Button>
      </Space>
    </div>
  );
}
