import { Alert, Modal, Spin } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import './channels.css';

const LOOK_EVERY_MS = 1_000;
/** A worker takes a message within a second or two: one that waits for longer waits for something. */
const LONG_MS = 15_000;

/** What became of a test message (试发), from the moment at which it was asked for; it goes on without whoever watches. */
export function TestResult({ id, to, close }: { id: string; to: string; close: () => void }) {
  const { t } = useTranslation('admin');
  const [openedAt] = useState(() => Date.now());
  const test = api.useQuery(
    'get',
    '/api/v1/channel-tests/{id}',
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data?.finishedAt ? false : LOOK_EVERY_MS) },
  );
  const { outcome, status, answer, error, tookMs } = test.data ?? {};
  const said = answer || error;
  return (
    <Modal open title={t('tests.to', { to })} footer={null} onCancel={close}>
      <div aria-live="polite">
        {test.error && <ProblemView problem={test.error} retry={() => void test.refetch()} />}
        {!outcome && !test.error && (
          <p>
            <Spin size="small" /> {t(test.dataUpdatedAt - openedAt > LONG_MS ? 'tests.long' : 'tests.sending')}
          </p>
        )}
        {outcome && (
          <Alert
            type={outcome === 'accepted' ? 'success' : 'error'}
            showIcon
            title={t(`tests.outcome.${outcome}`)}
            description={
              <>
                <p>{t(`tests.means.${outcome}`)}</p>
                {status !== null && status !== undefined && <p>{t('tests.status', { status })}</p>}
                {said && <p className="test-said">{t('tests.said', { said })}</p>}
                {tookMs !== null && tookMs !== undefined && <p>{t('tests.took', { ms: tookMs })}</p>}
              </>
            }
          />
        )}
      </div>
    </Modal>
  );
}
