import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Space, Spin, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, client, type Problem } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import { type Checkpoint, readNote, signedBy } from './note';
import { Steps, Verdict } from './steps';
import { walkBetween } from './tree';
import { useKeys } from './use-keys';

/** A checkpoint that the auditor has kept: today's history must go on from it, and have changed nothing before it. */
export function HeldCheckpoint() {
  const { t } = useTranslation('audit');
  const [text, setText] = useState('');
  const [key, setKey] = useState('');
  const [held, setHeld] = useState<Checkpoint | null>(null);
  const [isUnreadable, setUnreadable] = useState(false);
  const check = (given: string): void => {
    const read = readNote(given);
    setHeld(read);
    setUnreadable(read === null);
  };
  return (
    <section className="panel">
      <h2>{t('proofs.held.title')}</h2>
      <p>{t('proofs.held.about')}</p>
      <Form layout="vertical" onFinish={() => check(text)}>
        <Form.Item label={t('proofs.held.note')} htmlFor="held-note">
          <Input.TextArea
            id="held-note"
            value={text}
            rows={6}
            maxLength={20_000}
            onChange={(event) => setText(event.target.value)}
          />
        </Form.Item>
        <Form.Item label={t('proofs.held.key')} htmlFor="held-key" extra={t('proofs.held.keyHelp')}>
          <Input.TextArea
            id="held-key"
            value={key}
            rows={3}
            maxLength={2_000}
            onChange={(event) => setKey(event.target.value)}
          />
        </Form.Item>
        <Space wrap>
          <Button type="primary" htmlType="submit" disabled={text.trim() === ''}>
            {t('proofs.check')}
          </Button>
          <Upload
            showUploadList={false}
            accept=".txt,.note,text/plain"
            beforeUpload={(file) => {
              void file.text().then((content) => {
                setText(content);
                check(content);
              });
              return false;
            }}
          >
            <Button>{t('proofs.held.file')}</Button>
          </Upload>
        </Space>
      </Form>
      {isUnreadable && <Alert type="error" showIcon role="alert" title={t('proofs.held.unreadable')} />}
      {held && <Compared held={held} ownKey={key} />}
    </section>
  );
}

function Compared({ held, ownKey }: { held: Checkpoint; ownKey: string }) {
  const { t } = useTranslation('audit');
  const { keys, isHeld } = useKeys(ownKey);
  const asked = useQuery({
    queryKey: ['consistency', held.text],
    queryFn: async () => {
      const { items } = await answerOf(client.GET('/api/v1/history/checkpoints', { params: { query: { limit: 1 } } }));
      const newest = items[0] ? readNote(items[0].note) : null;
      if (newest === null || newest.hash !== held.hash || newest.size < held.size) return { newest, path: null };
      if (newest.size === held.size) return { newest, path: [] };
      const query = { from: held.size, to: newest.size };
      const proof = await answerOf(client.GET('/api/v1/history/proofs/consistency', { params: { query } }));
      return { newest, path: proof.path };
    },
  });
  if (held.hash !== 'sha256') return <p>{t('proofs.otherHash')}</p>;
  if (asked.isPending) return <Spin />;
  if (asked.error)
    return <ProblemView problem={asked.error as unknown as Problem} retry={() => void asked.refetch()} />;
  const { newest, path } = asked.data;
  const keyId = signedBy(held, keys);
  const newestKey = newest && signedBy(newest, keys);
  const walk = newest && path && walkBetween(held, newest, path);
  return (
    <>
      <Verdict
        holds={keyId !== null}
        says={t(isHeld ? 'proofs.held.signedByOwn' : 'proofs.signed', { key: keyId ?? '–' })}
      />
      <Verdict
        holds={newest !== null && newest.origin === held.origin && newest.size >= held.size}
        says={t('proofs.held.size', { from: held.size, to: newest?.size ?? 0 })}
      />
      <Verdict holds={newestKey !== null} says={t('proofs.held.newestSigned', { number: newest?.number ?? '–' })} />
      <Verdict holds={walk?.holds ?? false} says={t('proofs.held.path', { steps: walk?.steps.length ?? 0 })} />
      {walk && <Steps steps={walk.steps} />}
    </>
  );
}
